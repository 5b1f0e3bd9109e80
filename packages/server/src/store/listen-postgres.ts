/** LISTEN over a connection of its own, which is replaced whenever it is lost. */
import pg from 'pg';
import { type ListenOptions, toDatabaseError } from './driver.ts';

/** How long until the next try, doubling up to the last. */
const FIRST_WAIT_MS = 100;
const LAST_WAIT_MS = 5_000;
/** A connection whose other end has vanished says nothing: it is asked now and then. */
const PROBE_MS = 15_000;
const PROBE_LIMIT_MS = 5_000;

interface Options extends ListenOptions {
  url: string;
  channel: string;
}

/**
 * @returns a function that stops listening
 * @throws DatabaseError where the first connection fails
 */
export async function listenPostgres({
  url,
  channel,
  onNotification,
  onGap,
}: Options): Promise<() => Promise<void>> {
  let client: pg.Client | undefined;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  let wait = FIRST_WAIT_MS;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'viva-listen',
      keepAlive: true,
      connectionTimeoutMillis: PROBE_LIMIT_MS,
      query_timeout: PROBE_LIMIT_MS,
    });
    next.on('error', () => lost(next));
    next.on('end', () => lost(next));
    next.on('notification', ({ payload = '' }) => onNotification(payload));
    client = next;
    try {
      await next.connect();
      await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      if (client === next) client = undefined;
      void next.end().catch(() => undefined);
      throw error;
    }
    wait = FIRST_WAIT_MS;
  };
  const reconnect = (): void => {
    if (stopped) return;
    retry = setTimeout(() => {
      connect().then(onGap, reconnect);
    }, wait);
    wait = Math.min(2 * wait, LAST_WAIT_MS);
  };
  const lost = (which: pg.Client): void => {
    if (stopped || client !== which) return;
    client = undefined;
    void which.end().catch(() => undefined);
    reconnect();
  };

  await connect().catch((cause) => {
    throw toDatabaseError(cause);
  });
  const probe = setInterval(() => {
    const asked = client;
    asked?.query('SELECT 1').catch(() => lost(asked));
  }, PROBE_MS);
  probe.unref();
  return async () => {
    stopped = true;
    clearInterval(probe);
    clearTimeout(retry);
    await client?.end().catch(() => undefined);
  };
}
