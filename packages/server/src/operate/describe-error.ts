/**
 * An error as a log may hold it: what kind, where, and with which code. Never what was in it: a failed statement carries
 * its parameters, and PostgreSQL's details carry rows, which may be evidence, notes or addresses.
 */

export interface DescribedError {
  type: string;
  code?: string;
  constraint?: string;
  message?: string;
  /** Places only: `at function (file:line:column)`. */
  at: string[];
  cause?: DescribedError;
}

const DEEPEST = 4;
const FRAMES = 12;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Messages of the database and of Drizzle may quote values; of these the kind and the code are enough. */
const quotesValues = (error: Error): boolean =>
  ['DatabaseError', 'DrizzleQueryError', 'error'].includes(error.name) || /\nparams:/.test(error.message);

export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, at: [] };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const [codeText, constraintText] = [text(code), text(constraint)];
  return {
    type: error.name,
    ...(codeText ? { code: codeText } : {}),
    ...(constraintText ? { constraint: constraintText } : {}),
    ...(quotesValues(error) ? {} : { message: error.message.slice(0, 300) }),
    at: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, FRAMES)
      .map((line) => line.trim().slice(3)),
    ...(error.cause !== undefined && depth < DEEPEST ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}
