/** Puts the parts together: database, bank, API, pages, on one port. */

import type { AddressInfo } from 'node:net';
import { serve as listen } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { loadBank } from '@viva/bank';
import { type Logger, pino } from 'pino';
import { createAdvisoryRunner } from './advisory/runner.ts';
import { createModels, type ModelsOptions } from './assistant/models.ts';
import { createSearchIndex } from './assistant/search-index.ts';
import { keepAnchors } from './audit/anchors.ts';
import { openAdminChannel } from './backup/admin-channel.ts';
import type { Context } from './context.ts';
import { readyAnalyses } from './decision/remember.ts';
import { createApp } from './http/app.ts';
import { DOCS_STYLE, docsPage, type OpenApiDocument } from './http/docs-page.ts';
import { createAuth } from './identity/auth.ts';
import { createLockEvents, type LockEvents } from './interview/lock-events.ts';
import { openKeys } from './keys/open-keys.ts';
import { sealExisting } from './keys/seal-existing.ts';
import { describeError } from './operate/describe-error.ts';
import { observeRequests } from './operate/observe-requests.ts';
import { openTelemetry, type TelemetryOptions } from './operate/telemetry.ts';
import { scheduleRetention } from './privacy/retention.ts';
import { readSecret } from './secret.ts';
import { openDatabase } from './store/open.ts';
import { openStore } from './store/store.ts';

export interface ServeOptions {
  /** Holds the embedded database, its lock and the secret that signs cookies. */
  data: string;
  /** The bank's folder. */
  bank: string;
  /** The built pages; absent, only the API is served. */
  pages?: string | undefined;
  port: number;
  host: string;
  /** Where people reach the server, if not at http://host:port. */
  publicUrl?: string | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` are believed, separated by commas; none unless named. */
  trustProxy?: string | undefined;
  databaseUrl?: string | undefined;
  version: string;
  demo?: boolean;
  log?: Logger;
  /** Signs the cookies in place of the folder's own secret; the same for every process on one database. */
  secret?: string | undefined;
  /** Traces and metrics go there. */
  telemetry?: Omit<TelemetryOptions, 'version'> | undefined;
  /** Where heads of the audit log are kept, and how often one is added. */
  anchors?: { path: string; everyMs: number } | undefined;
  /** How long `/readyz` says no before connections are refused, so that a proxy hears of it. */
  drainMs?: number;
  /** How long requests under way may take before a stop ends them. */
  stopMs?: number;
  /** Opens encoders' folders for searching the bank; without it a set-up with one is refused. Closed with the server. */
  encoders?: ModelsOptions['encoders'] & { close(): Promise<void> };
  /** What to do before the first request is taken, e.g. fill a demonstration. */
  prepare?: (context: Context) => Promise<void>;
}

/** Requests under way have this long when the server stops. */
const STOP_MS = 10_000;

export interface Running {
  url: string;
  context: Context;
  close(): Promise<void>;
}

/**
 * Starts a server and waits until it takes requests.
 * @throws LockError, MigrationError, BankError, or the system's error where the port is taken
 */
export async function serve(options: ServeOptions): Promise<Running> {
  const { data, port, host, version, demo = false, log = pino({ level: 'silent' }) } = options;
  const bank = await loadBank(options.bank);
  const secret = options.secret ?? (await readSecret(data));
  const telemetry = options.telemetry && (await openTelemetry({ ...options.telemetry, version }));
  const database = await openDatabase({ url: options.databaseUrl, folder: data });
  const driver = telemetry?.observe(database) ?? database;
  let draining = false;
  let events: LockEvents | undefined;
  const store = await openStore({ driver, keys: openKeys(data) }).catch(async (error: unknown) => {
    await driver.close();
    throw error;
  });
  try {
    const search = createSearchIndex(store.driver);
    const baseUrl = options.publicUrl ?? `http://${host}:${port}`;
    events = await createLockEvents(store.driver);
    const models = createModels({ search, ...(options.encoders ? { encoders: options.encoders } : {}) });
    const advisory = createAdvisoryRunner({
      store,
      models,
      onFault: (error) => log.error({ err: error }, 'the advisory rater failed'),
    });
    const context: Context = {
      store,
      bank,
      auth: createAuth({ store, secret, baseUrl }),
      events,
      models,
      advisory,
      version,
      demo,
    };
    await options.prepare?.(context);
    advisory.start();
    readyAnalyses();
    const app = createApp({
      context,
      site: {
        publicUrl: options.publicUrl,
        trustProxy: options.trustProxy,
        secure: baseUrl.startsWith('https:'),
      },
      onFault: (error, request) =>
        log.error({ err: describeError(error), method: request.method }, 'a request failed'),
      observe: observeRequests({ log, telemetry, draining: () => draining }),
      draining: () => draining,
    });
    mountPages(app, options.pages);
    const server = await new Promise<ReturnType<typeof listen>>((resolve, reject) => {
      const starting = listen({ fetch: app.fetch, port, hostname: host }, () => resolve(starting));
      starting.once('error', reject);
    });
    const address = server.address() as AddressInfo;
    telemetry?.watch({ streams: () => context.events.size });
    const stopAnchors =
      options.anchors &&
      keepAnchors({
        driver,
        ...options.anchors,
        onFault: (error) =>
          log.error({ err: describeError(error) }, 'the head of the audit log was not kept'),
      });
    const closeChannel =
      driver.kind === 'pglite'
        ? await openAdminChannel({ data, driver, viva: version })
        : async () => undefined;
    const stopping = new AbortController();
    const stopRetention = scheduleRetention(store, {
      onFault: (error) => log.error({ err: describeError(error) }, 'retention failed'),
      onDoubt: (why) => log.warn({ why }, 'retention waits for a day: the clock is in doubt'),
    });
    const background = sealExisting(store, {
      signal: stopping.signal,
      onProgress: ({ done, total }) => log.info({ done, total }, 'sealing what was stored before'),
    }).catch((error: unknown) =>
      log.error({ err: describeError(error) }, 'sealing what was stored before failed'),
    );
    return {
      url: options.publicUrl ?? `http://${host}:${address.port}`,
      context,
      close: async () => {
        draining = true;
        // Proxies ask /readyz now and then: until they have, requests still come.
        await new Promise((resolve) => setTimeout(resolve, options.drainMs ?? 0));
        // Event streams never end by themselves: they are told to come back, to another process or to the next.
        await context.events.close();
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        if ('closeIdleConnections' in server) server.closeIdleConnections();
        const deadline = setTimeout(() => {
          log.warn('requests under way were ended: they took too long');
          if ('closeAllConnections' in server) server.closeAllConnections();
        }, options.stopMs ?? STOP_MS);
        await closed;
        await advisory.close();
        clearTimeout(deadline);
        await stopAnchors?.();
        await closeChannel();
        stopping.abort();
        search.stop();
        await search.settled();
        await options.encoders?.close();
        await background;
        await stopRetention();
        await store.close();
        await telemetry?.close();
      },
    };
  } catch (error) {
    // Whatever listens would keep the process.
    await events?.close();
    await store.close();
    await telemetry?.close();
    throw error;
  }
}

export function mountPages(app: ReturnType<typeof createApp>, pages: string | undefined): void {
  app.get('/api/docs', (c) =>
    c.html(
      docsPage(
        app.getOpenAPI31Document({
          openapi: '3.1.0',
          info: { title: 'Viva', version: '' },
        }) as unknown as OpenApiDocument,
      ),
    ),
  );
  app.get('/api/docs.css', (c) => c.body(DOCS_STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  if (!pages) return;
  app.use('/assets/*', async (c, next) => {
    await next();
    // The build puts a content hash into every name under assets.
    if (c.res.ok) c.header('cache-control', 'public, max-age=31536000, immutable');
  });
  app.use('*', serveStatic({ root: pages }));
  app.get('*', async (c, next) => {
    if (c.req.path.startsWith('/api/') || c.req.path.startsWith('/assets/')) return next();
    return serveStatic({ root: pages, path: 'index.html' })(c, next);
  });
}
