/** Everything that the environment sets for a server. `docs/admin/operations.md` has the same table; a test holds them in step. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLog, LOG_LEVELS, type LogLevel, type ServeOptions } from '@viva/server';
import { CommandFailure } from './failure.ts';

interface Setting {
  name: string;
  /** What holds where it is not set, as the table says it. */
  fallback: string;
}

export const SETTINGS: readonly Setting[] = [
  { name: 'DATABASE_URL', fallback: '–' },
  { name: 'PORT', fallback: '4870' },
  { name: 'VIVA_HOST', fallback: 'localhost' },
  { name: 'VIVA_PUBLIC_URL', fallback: '–' },
  { name: 'VIVA_TRUST_PROXY', fallback: '–' },
  { name: 'VIVA_DATA', fallback: '.viva' },
  { name: 'VIVA_SECRET_FILE', fallback: '–' },
  { name: 'VIVA_KEYS', fallback: 'VIVA_DATA/keys' },
  { name: 'VIVA_MASTER_KEY_FILE', fallback: '–' },
  { name: 'VIVA_MASTER_KEY', fallback: '–' },
  { name: 'VIVA_LOG', fallback: 'warn' },
  { name: 'VIVA_LOG_FORMAT', fallback: 'auto' },
  { name: 'VIVA_DRAIN_SECONDS', fallback: '0' },
  { name: 'VIVA_STOP_SECONDS', fallback: '10' },
  { name: 'VIVA_ANCHORS', fallback: '–' },
  { name: 'VIVA_ANCHORS_MINUTES', fallback: '15' },
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', fallback: '–' },
  { name: 'OTEL_EXPORTER_OTLP_HEADERS', fallback: '–' },
  { name: 'OTEL_SERVICE_NAME', fallback: 'viva' },
  { name: 'OTEL_METRIC_EXPORT_INTERVAL', fallback: '60000' },
];

type Environment = Readonly<Record<string, string | undefined>>;

const fail = (name: string, text: string, wanted: string): CommandFailure =>
  new CommandFailure(`${name}=${text}: ${wanted}.`, 2);

function oneOf<const T extends string>(
  env: Environment,
  name: string,
  allowed: readonly T[],
  fallback: T,
): T {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw fail(name, text, `choose one of ${allowed.join(', ')}`);
  return found;
}

function number(env: Environment, name: string, fallback: number, least = 0): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw fail(name, text, `a number from ${least}`);
  return value;
}

function readSecret(path: string): string {
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new CommandFailure(`VIVA_SECRET_FILE=${path} cannot be read: ${(cause as Error).message}`, 2);
  }
  if (secret.length < 32) throw fail('VIVA_SECRET_FILE', path, 'the file must hold at least 32 characters');
  return secret;
}

/** What `serve` is given beside folders and ports. @throws CommandFailure naming the setting */
export function readSettings(
  env: Environment,
): Pick<ServeOptions, 'log' | 'secret' | 'telemetry' | 'anchors' | 'drainMs' | 'stopMs'> {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const anchors = env.VIVA_ANCHORS;
  return {
    log: createLog({
      level: oneOf<LogLevel>(env, 'VIVA_LOG', LOG_LEVELS, 'warn'),
      format: oneOf(env, 'VIVA_LOG_FORMAT', ['auto', 'json', 'text'], 'auto'),
    }),
    secret: env.VIVA_SECRET_FILE ? readSecret(env.VIVA_SECRET_FILE) : undefined,
    drainMs: number(env, 'VIVA_DRAIN_SECONDS', 0) * 1000,
    stopMs: number(env, 'VIVA_STOP_SECONDS', 10) * 1000,
    anchors: anchors
      ? { path: resolve(anchors), everyMs: number(env, 'VIVA_ANCHORS_MINUTES', 15, 0.01) * 60_000 }
      : undefined,
    telemetry: endpoint
      ? {
          endpoint,
          headers: env.OTEL_EXPORTER_OTLP_HEADERS,
          serviceName: env.OTEL_SERVICE_NAME,
          everyMs: number(env, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000, 100),
        }
      : undefined,
  };
}
