/** What is written, counted and traced of a request: its pattern, never its address, body or cookies. */
import { randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from 'pino';
import type { Telemetry } from './telemetry.ts';

export interface ObserveOptions {
  log: Logger;
  telemetry?: Telemetry | undefined;
  /** Whether the server is about to stop: connections are then not kept. */
  draining: () => boolean;
}

/** From a proxy; anything else is replaced, so that nobody writes into the log. */
const REQUEST_ID = /^[\w-]{8,64}$/;

/** The most exact pattern that matched; a file of the pages, or nothing at all, is told apart from it. */
const patternOf = (c: Parameters<MiddlewareHandler>[0]): string => {
  const patterns = matchedRoutes(c)
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('*'));
  return patterns.at(-1) ?? (c.req.path.startsWith('/api/') ? '(no route)' : '(page)');
};

export function observeRequests({ log, telemetry, draining }: ObserveOptions): MiddlewareHandler {
  return async (c, next) => {
    const began = performance.now();
    const given = c.req.header('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomBytes(9).toString('base64url');
    c.set('requestId', requestId);
    const answer = async () => {
      await next();
      const route = patternOf(c);
      const { status } = c.res;
      c.header('x-request-id', requestId);
      if (draining()) c.header('connection', 'close');
      const line = {
        requestId,
        method: c.req.method,
        route,
        status,
        ms: Math.round((performance.now() - began) * 10) / 10,
      };
      if (status >= 500) log.error(line, 'failed');
      // Probes come every few seconds and say nothing.
      else if (route === '/healthz' || route === '/readyz') log.debug(line, 'answered');
      else log.info(line, 'answered');
      return { route, status };
    };
    if (telemetry) await telemetry.request(c.req.method, c.req.header('traceparent'), answer);
    else await answer();
  };
}
