/** What cannot be taken in or written out, with the place. */

export type ExchangeCode =
  | 'not-a-package'
  | 'too-large'
  | 'unsafe-path'
  | 'bad-zip'
  | 'bad-xml'
  | 'dtd'
  | 'encoding'
  | 'bad-table'
  | 'bad-qti'
  | 'unrepresentable';

/** A file of an exchange is refused as a whole. `file` is its name within the package, `place` a line, cell or entry. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly code: ExchangeCode;
  readonly file: string;
  readonly place: string | undefined;
  constructor(code: ExchangeCode, file: string, message: string, place?: string) {
    super(`${file}${place ? `, ${place}` : ''}: ${message}`);
    this.code = code;
    this.file = file;
    this.place = place;
  }
}
