/** `/healthz`: the process answers. `/readyz`: it may be sent requests. For orchestrators and proxies; no secrets. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Driver } from '../store/driver.ts';
import { NEWEST_VERSION } from '../store/migrate.ts';

/** A database that takes longer is not one that requests should wait for. */
const PATIENCE_MS = 2_000;

export const Readiness = z
  .object({
    status: z.enum(['ready', 'not-ready']),
    database: z.enum(['ok', 'unreachable']),
    migrations: z.enum(['ok', 'behind', 'ahead', 'unknown']).openapi({
      description:
        '`behind`: the database is an older Viva’s; `ahead`: a newer one has migrated it, and this process should be replaced.',
    }),
    draining: z.boolean().openapi({ description: 'The process is stopping: send it nothing more.' }),
  })
  .openapi('Readiness');
export type Readiness = z.infer<typeof Readiness>;

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

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

const live = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['System'],
  summary: 'Liveness: the process answers; restart it where it does not',
  security: [],
  responses: { 200: json('It answers.', z.object({ status: z.literal('alive') })) },
});
const ready = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['System'],
  summary: 'Readiness: it may be sent requests',
  security: [],
  responses: {
    200: json('Send it requests.', Readiness),
    503: json('Send it none for now; the members say why.', Readiness),
  },
});

/** Both probes, and their lines in the OpenAPI document. */
export function mountHealth(app: OpenAPIHono, driver: Driver, draining: () => boolean): void {
  app.openapi(live, (c) => c.json({ status: 'alive' as const }, 200, { 'cache-control': 'no-store' }));
  app.openapi(ready, async (c) => {
    const state = await readiness(driver, draining());
    return c.json(state, state.status === 'ready' ? 200 : 503, { 'cache-control': 'no-store' });
  });
}
