/** What this package throws: what was wrong, in which file and tensor, and what to do. */

/** Where a fault lies. */
export interface Where {
  readonly file?: string | undefined;
  readonly tensor?: string | undefined;
}

/** Every error of this package: `code` is stable; the message is English for a person and names file and tensor. */
export class CheckpointError extends Error {
  readonly code: string;
  readonly file: string | undefined;
  readonly tensor: string | undefined;
  constructor(code: string, message: string, where: Where = {}, options?: ErrorOptions) {
    const place = [where.file, where.tensor === undefined ? undefined : `tensor ${quote(where.tensor)}`]
      .filter((part) => part !== undefined)
      .join(', ');
    super(place ? `${place}: ${message}` : message, options);
    this.name = new.target.name;
    this.code = code;
    this.file = where.file;
    this.tensor = where.tensor;
  }
}

/** A file that is damaged, truncated, hostile, or of another format. */
export class FormatError extends CheckpointError {}

/** A file that is not there, cannot be opened, written, or stands in the way. */
export class FileError extends CheckpointError {}

/** A number format that cannot be converted as asked, or values that do not fit it. */
export class DtypeError extends CheckpointError {}

/** An option that makes no sense. */
export class OptionError extends CheckpointError {}

/** A name as it may be shown: control characters escaped and never longer than a line. */
export function quote(name: string): string {
  const shown = JSON.stringify(name);
  return shown.length > 120 ? `${shown.slice(0, 116)}…"` : shown;
}
