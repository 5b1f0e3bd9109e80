/** `/healthz`: the process answers. `/readyz`: it may be sent requests. For orchestrators and proxies; no secrets. */
import type { Hono } from 'hono';
import type { Driver } from '../store/driver.ts';
import { NEWEST_VERSION } from '../store/migrate.ts';

/** A database that takes longer is not one that requests should wait for. */
const PATIENCE_MS = 2_000;

export interface Readiness {
  status: 'ready' | 'not-ready';
  database: 'ok' | 'unreachable';
  /** `behind`: an older Viva's; `ahead`: a newer one has migrated it, and this process should be replaced. */
  migrations: 'ok' | 'behind' | 'ahead' | 'unknown';
  draining: boolean;
}

async function newestApplied(driver: Driver): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      driver.transaction(async (run) =>
        Number((await run('SELECT max(version) FROM viva_meta.migration')).rows[0]?.[0] ?? 0),
      ),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('the database did not answer in time')), PATIENCE_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

export async function readiness(driver: Driver, draining: boolean): Promise<Readiness> {
  const applied = await newestApplied(driver).catch(() => undefined);
  const migrations =
    applied === undefined
      ? 'unknown'
      : applied === NEWEST_VERSION
        ? 'ok'
        : applied < NEWEST_VERSION
          ? 'behind'
          : 'ahead';
  const database = applied === undefined ? 'unreachable' : 'ok';
  return {
    // A newer database is served on: the older process goes on answering while it is being replaced.
    status: database === 'ok' && migrations !== 'behind' && !draining ? 'ready' : 'not-ready',
    database,
    migrations,
    draining,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: any application will do, whatever variables it has
export function mountHealth(app: Hono<any>, driver: Driver, draining: () => boolean): void {
  app.get('/healthz', (c) => c.json({ status: 'alive' }, 200, { 'cache-control': 'no-store' }));
  app.get('/readyz', async (c) => {
    const state = await readiness(driver, draining());
    return c.json(state, state.status === 'ready' ? 200 : 503, { 'cache-control': 'no-store' });
  });
}
