/** Puts the parts together: database, bank, API, pages, on one port. */

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve as listen } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { loadBank } from '@viva/bank';
import { secureHeaders } from 'hono/secure-headers';
import { type Logger, pino } from 'pino';
import { createModels, type ModelsOptions } from './assistant/models.ts';
import { createSearchIndex } from './assistant/search-index.ts';
import type { Context } from './context.ts';
import { createApp } from './http/app.ts';
import { DOCS_STYLE, docsPage, type OpenApiDocument } from './http/docs-page.ts';
import { createAuth } from './identity/auth.ts';
import { createLockEvents } from './interview/lock-events.ts';
import { openKeys } from './keys/open-keys.ts';
import { sealExisting } from './keys/seal-existing.ts';
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
  databaseUrl?: string | undefined;
  version: string;
  demo?: boolean;
  log?: Logger;
  /** Opens an encoder's folder for vectors of the bank; without it a set-up with one is refused. */
  encoder?: ModelsOptions['encoder'];
  /** What to do before the first request is taken, e.g. fill a demonstration. */
  prepare?: (context: Context) => Promise<void>;
}

export interface Running {
  url: string;
  context: Context;
  close(): Promise<void>;
}

/** Signs the session cookies; made once, readable by the owner of the folder only. */
async function readSecret(folder: string): Promise<string> {
  const path = join(folder, 'secret');
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(path, 'utf8');
}

/**
 * Starts a server and waits until it takes requests.
 * @throws LockError, MigrationError, BankError, or the system's error where the port is taken
 */
export async function serve(options: ServeOptions): Promise<Running> {
  const { data, port, host, version, demo = false, log = pino({ level: 'silent' }) } = options;
  const bank = await loadBank(options.bank);
  const secret = await readSecret(data);
  const driver = await openDatabase({ url: options.databaseUrl, folder: data });
  const store = await openStore({ driver, keys: openKeys(data) }).catch(async (error: unknown) => {
    await driver.close();
    throw error;
  });
  try {
    const search = createSearchIndex(store.driver);
    const baseUrl = options.publicUrl ?? `http://${host}:${port}`;
    const context: Context = {
      store,
      bank,
      auth: createAuth({ store, secret, baseUrl }),
      events: await createLockEvents(store.driver),
      models: createModels({
        bank,
        search,
        ...(options.encoder ? { encoder: options.encoder } : {}),
      }),
      version,
      demo,
    };
    await options.prepare?.(context);
    const app = createApp({
      context,
      onFault: (error, request) =>
        log.error(
          { err: error, method: request.method, path: new URL(request.url).pathname },
          'request failed',
        ),
    });
    mountPages(app, options.pages, baseUrl.startsWith('https:'));
    const server = await new Promise<ReturnType<typeof listen>>((resolve, reject) => {
      const starting = listen({ fetch: app.fetch, port, hostname: host }, () => resolve(starting));
      starting.once('error', reject);
    });
    const address = server.address() as AddressInfo;
    const stopping = new AbortController();
    const background = sealExisting(store, {
      signal: stopping.signal,
      onProgress: ({ done, total }) => log.info({ done, total }, 'sealing what was stored before'),
    }).catch((error: unknown) => log.error({ err: error }, 'sealing what was stored before failed'));
    return {
      url: options.publicUrl ?? `http://${host}:${address.port}`,
      context,
      close: async () => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        // Event streams never end by themselves.
        if ('closeAllConnections' in server) server.closeAllConnections();
        await closed;
        stopping.abort();
        await background;
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function mountPages(app: ReturnType<typeof createApp>, pages: string | undefined, secure: boolean): void {
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
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        // The labs' engine compiles its kernels; nothing else may be evaluated.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        imgSrc: ["'self'", 'data:'],
        // Mantine and KaTeX set style attributes; style elements and scripts come from files only.
        styleSrcElem: ["'self'"],
        styleSrcAttr: ["'unsafe-inline'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
      referrerPolicy: 'same-origin',
      strictTransportSecurity: secure,
    }),
  );
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
