/** The HTTP API: mounts a handler on every route of the contract. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Context } from '../context.ts';
import type { Route } from '../contract/route.ts';
import { bankImportPath, eventsPath, exportPath, type LocksEvent, routes } from '../contract/routes.ts';
import { exportRatings } from '../decision/export-ratings.ts';
import { Refusal } from '../errors.ts';
import { takeAttempt } from '../identity/attempts.ts';
import { whoAsks } from '../identity/sign-in.ts';
import { viewCandidate } from '../interview/view-candidate.ts';
import { KeyError } from '../keys/key-error.ts';
import { mountHealth } from '../operate/health.ts';
import { accountHandlers } from './accounts.ts';
import { advisoryHandlers } from './advisory.ts';
import { assistantHandlers } from './assistant.ts';
import { authoringHandlers } from './authoring.ts';
import { bankHandlers } from './bank.ts';
import { mountBankExchange } from './bank-exchange.ts';
import { candidateHandlers } from './candidates.ts';
import type { Exchange, Handlers } from './exchange.ts';
import { exchangeOf, guard, type Identify } from './guard.ts';
import { streamLocks } from './lock-stream.ts';
import { openingHandlers } from './openings.ts';
import type { PeerOptions } from './peer.ts';
import { privacyHandlers } from './privacy.ts';
import { fromKeyError, fromRefusal, fromZod, problem } from './problems.ts';
import { protect, refuseForeign } from './protect.ts';
import { ratingHandlers } from './ratings.ts';
import { mountReading } from './reading.ts';
import { securityHandlers } from './security.ts';
import { fromUnavailable } from './unavailable.ts';
import { wellFormed } from './well-formed.ts';

export interface AppOptions {
  context: Context;
  /** Where faults of our own go; they are never shown to the caller. */
  onFault?: (error: unknown, request: Request) => void;
  /** Who asks; by the session cookie unless told otherwise (measurements and model-based tests). */
  identify?: Identify;
  /** How the server is reached: over http, under the name that a request says, without a proxy, unless told. */
  site?: PeerOptions & { secure?: boolean };
  /** Goes before everything: what is logged and measured of requests. */
  observe?: MiddlewareHandler | undefined;
  /** Whether the server is stopping, for `/readyz`. */
  draining?: () => boolean;
}

const MAX_BODY = 256 * 1024;

/** What Hono itself refuses, before a handler is asked. */
const OWN_REFUSALS: Record<number, [string, string]> = {
  400: ['invalid-json', 'The body is not valid JSON.'],
  413: ['too-large', `The body is larger than ${MAX_BODY / 1024} KiB.`],
  415: ['not-json', 'Send the body as JSON, with the header content-type: application/json.'],
};

export function createApp({
  context,
  onFault,
  identify = (headers) => whoAsks(context, headers),
  site = {},
  observe,
  draining = () => false,
}: AppOptions) {
  const app = new OpenAPIHono({
    defaultHook: (result) => (result.success ? undefined : fromZod(result.error, result.target)),
  });
  if (observe) app.use('*', observe);
  app.onError((error, c) => {
    if (error instanceof Refusal) return fromRefusal(error);
    if (error instanceof KeyError) return fromKeyError(error, () => onFault?.(error, c.req.raw));
    if (error instanceof HTTPException && error.status < 500) {
      const [code, detail] = OWN_REFUSALS[error.status] ?? ['refused', error.message];
      return problem(error.status, code, detail);
    }
    onFault?.(error, c.req.raw);
    const unavailable = fromUnavailable(error);
    if (unavailable) return unavailable;
    return problem(
      500,
      'fault',
      'Something failed on our side. Nothing of this request was kept. Try again; if it happens again, tell your administrator.',
    );
  });
  app.notFound((c) => problem(404, 'no-such-route', `There is nothing at ${c.req.method} ${c.req.path}.`));
  app.use('*', protect({ secure: false, ...site }));
  app.use('/api/*', refuseForeign);
  const limit = bodyLimit({
    maxSize: MAX_BODY,
    onError: () => problem(413, 'too-large', `The body is larger than ${MAX_BODY / 1024} KiB.`),
  });
  // Files of the bank have a limit of their own.
  app.use('/api/*', (c, next) => (c.req.path === bankImportPath ? next() : limit(c, next)));
  app.use('/api/*', wellFormed);

  const handlers: Handlers = {
    ...accountHandlers(context),
    ...authoringHandlers(context),
    ...bankHandlers(context),
    ...openingHandlers(context),
    ...candidateHandlers(context),
    ...ratingHandlers(context),
    ...assistantHandlers(context),
    ...advisoryHandlers(context),
    ...securityHandlers(context),
    ...privacyHandlers(context),
  };
  for (const [name, route] of Object.entries(routes) as [keyof Handlers, Route][]) {
    // One loop over a union of signatures: the contract has typed each of them already.
    const handler = handlers[name] as unknown as (input: unknown, exchange: Exchange) => Promise<unknown>;
    const answer = async (c: HonoContext): Promise<Response> => {
      const exchange = exchangeOf(c);
      const valid = c.req as unknown as { valid(target: 'param' | 'query' | 'json'): unknown };
      const output = await handler(
        {
          params: Object.keys(route.params.shape).length > 0 ? valid.valid('param') : {},
          query: route.query ? valid.valid('query') : undefined,
          body: route.body ? valid.valid('json') : undefined,
        },
        exchange,
      ).catch((error: unknown) => {
        // A refusal may bring cookies too: the one that waits for a second factor.
        if (!(error instanceof Refusal) || exchange.cookies.length === 0) throw error;
        const refusal = fromRefusal(error);
        for (const cookie of exchange.cookies) refusal.headers.append('set-cookie', cookie);
        return refusal;
      });
      if (output instanceof Response) return output;
      for (const cookie of exchange.cookies) c.header('set-cookie', cookie, { append: true });
      return c.json(output as object, route.status);
    };
    app.openapi({ ...route.definition, middleware: guard(name, identify) }, answer as never);
  }

  mountHealth(app, context.store.driver, draining);
  mountBankExchange(app, context, identify);
  mountReading(app, context);

  app.get(exportPath(':id'), guard('exportRatings', identify), async (c) => {
    const { actor } = exchangeOf(c);
    await takeAttempt(context, 'export', actor.id);
    const csv = await exportRatings(context, actor, uuid(c.req.param('id')));
    return new Response(csv, {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="ratings.csv"',
      },
    });
  });

  app.get(eventsPath(':id'), guard('lockEvents', identify), async (c) => {
    const { actor } = exchangeOf(c);
    const candidateId = uuid(c.req.param('id'));
    const read = async (): Promise<LocksEvent> => {
      // A stream outlives its request: whoever is signed out meanwhile is told nothing more.
      if (!(await identify(c.req.raw.headers))) throw new Refusal(401, 'signed-out', 'Sign in first.');
      const { locks, revealed } = await context.store.as(actor.id, (tables) =>
        viewCandidate(context.store.vault, tables, candidateId, actor),
      );
      return { locked: locks.filter(({ locked }) => locked).map(({ personId }) => personId), revealed };
    };
    return streamLocks(c, context.events, candidateId, read);
  });

  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Viva',
      version: context.version,
      license: { name: 'MIT' },
      description:
        'Structured interviews whose ratings stay independent: until the whole panel has locked, no response tells one rater of another. ' +
        'Refusals are problem details (RFC 9457) with a stable `code`.',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }],
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: site.secure ? '__Host-viva.session_token' : 'viva.session_token',
  });
  return app;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function uuid(text: string | undefined): string {
  if (text && UUID.test(text)) return text;
  throw new Refusal(400, 'invalid-input', 'The request is malformed at path/id.', {
    errors: [{ field: 'path/id', message: 'not a UUID' }],
  });
}
