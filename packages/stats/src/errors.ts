/** What this package throws. Data that cannot be estimated are not an error: a fit says so in its `trust`. */

/** Every error of this package: `code` is stable, the message is English for a person. */
export class StatsError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option that makes no sense: an unknown model, a negative count, an anchor for somebody who is not there. */
export class OptionError extends StatsError {}

/** Rows that cannot be read. `row` counts lines of data from 1, the header not counted; `line` counts lines of text. */
export class RatingsFormatError extends StatsError {
  readonly row: number | null;
  readonly line: number | null;
  readonly column: string | null;
  constructor(
    code: string,
    message: string,
    where: { row?: number; line?: number; column?: string | null } = {},
  ) {
    super(code, message);
    this.row = where.row ?? null;
    this.line = where.line ?? null;
    this.column = where.column ?? null;
  }
}

/** A table of the wrong shape for what was asked: empty, ragged, one column. */
export class TableShapeError extends StatsError {}

/** More levels than a method can take in memory or in sensible time; the message names the way out. */
export class TooLargeError extends StatsError {}
