/** Refusals, as the API tells them. */

export interface FieldError {
  /** A JSON pointer into the body, or `query/…`, `path/…`. */
  field: string;
  message: string;
}

interface RefusalOptions {
  errors?: FieldError[];
  /** What the server holds, where the request clashed with it. */
  current?: unknown;
  /** Seconds to wait. */
  retryAfter?: number;
  cause?: unknown;
}

/** The request was understood and is refused. `code` is stable; `message` says what is wrong and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 400 | 401 | 403 | 404 | 409 | 422 | 429 | 502;
  readonly code: string;
  readonly errors: FieldError[] | undefined;
  readonly current: unknown;
  readonly retryAfter: number | undefined;
  constructor(
    status: Refusal['status'],
    code: string,
    message: string,
    { errors, current, retryAfter, cause }: RefusalOptions = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.current = current;
    this.retryAfter = retryAfter;
  }
}

export const notFound = (what: string): Refusal =>
  new Refusal(404, 'not-found', `There is no such ${what}, or it is not yours to see.`);
export const forbidden = (who: string): Refusal => new Refusal(403, 'forbidden', `Only ${who} may do this.`);
export const conflict = (code: string, message: string, options?: RefusalOptions): Refusal =>
  new Refusal(409, code, message, options);
