/** The server's log: one JSON object a line, or, in a terminal, one line that a person reads. */
import { type DestinationStream, type Logger, pino } from 'pino';

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  level: LogLevel;
  /** `auto`: for people where the output is a terminal. */
  format: 'auto' | 'json' | 'text';
  out?: { write(text: string): unknown; isTTY?: boolean };
}

/** Fields that every line has; they are not repeated behind the message. */
const KNOWN = new Set(['level', 'time', 'msg', 'method', 'route', 'status', 'ms', 'err']);

/** One line: time, level, message, then what else there is. */
export function readable(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const level = String(entry.level).toUpperCase().padEnd(5);
  const request = entry.route
    ? ` ${entry.method} ${entry.route} ${entry.status ?? ''} ${entry.ms ?? ''} ms`
    : '';
  const rest = Object.entries(entry)
    .filter(([key]) => !KNOWN.has(key))
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const error = entry.err ? `\n      ${JSON.stringify(entry.err)}` : '';
  return `${String(entry.time)} ${level} ${entry.msg ?? ''}${request}${rest}${error}\n`;
}

export function createLog({ level, format, out = process.stderr }: LogOptions): Logger {
  const people = format === 'text' || (format === 'auto' && out.isTTY === true);
  const destination: DestinationStream = {
    write: (line) => void out.write(people ? readable(line) : line),
  };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
