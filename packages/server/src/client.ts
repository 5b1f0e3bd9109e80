/** The typed client of the API, for the pages and for programs. Runs in browsers and in Node. */
import type { z } from '@hono/zod-openapi';
import type { Problem } from './contract/common.ts';
import type { CallInput, CallOutput } from './contract/route.ts';
import { type Routes, routes } from './contract/routes.ts';

export { ADVISOR_ID, type AdvisoryReport, TRANSCRIPT_MAX } from './contract/advisory.ts';
export type { ImportPreview } from './contract/bank.ts';
export * from './contract/common.ts';
export { GROUP_ATTRIBUTES, type GroupAttribute } from './contract/fairness.ts';
export type { CallInput, CallOutput } from './contract/route.ts';
export {
  bankExportPath,
  bankImportPath,
  eventsPath,
  exportPath,
  LocksEvent,
  type Routes,
  routes,
} from './contract/routes.ts';

/** A refusal by the server, as RFC 9457 problem details. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: z.infer<typeof Problem>;
  readonly code: string;
  readonly status: number;
  constructor(problem: z.infer<typeof Problem>) {
    super(problem.detail || problem.title);
    this.problem = problem;
    this.code = problem.code;
    this.status = problem.status;
  }
}

/** The server could not be reached, or did not answer in its own words. Safe to try again later. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code = 'network';
}

export interface ClientOptions {
  /** Empty in a page served by Viva itself. */
  origin?: string;
  /** Stand-in for `fetch`, for tests and for programs that add headers. */
  fetch?: (request: Request) => Promise<Response>;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Lets the request outlive the page, for the last save when a tab closes. */
  keepalive?: boolean;
}

type Call<T> =
  Record<never, never> extends CallInput<T>
    ? (input?: CallInput<T>, options?: CallOptions) => Promise<CallOutput<T>>
    : (input: CallInput<T>, options?: CallOptions) => Promise<CallOutput<T>>;

export type Client = { [K in keyof Routes]: Call<Routes[K]> };

interface AnyInput {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/**
 * Makes a client with one function a route: `client.saveDraft({ params: { id, question }, body })`.
 * Throws `ApiError` when the server refuses and `NetworkError` when it cannot be reached.
 */
export function createClient({
  origin = '',
  fetch: send = (request) => fetch(request),
}: ClientOptions = {}): Client {
  const base = origin || (typeof location === 'undefined' ? 'http://localhost:4870' : location.origin);
  const call = async (
    { method, path }: { method: string; path: string },
    input: AnyInput = {},
    options: CallOptions = {},
  ): Promise<unknown> => {
    const url = new URL(
      path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(input.params?.[key] ?? '')),
      base,
    );
    for (const [key, value] of Object.entries(input.query ?? {}))
      if (value !== undefined && value !== null && value !== '') url.searchParams.set(key, String(value));
    const request = new Request(url, {
      method: method.toUpperCase(),
      credentials: 'same-origin',
      ...(input.body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input.body) }),
      ...options,
    });
    let response: Response;
    try {
      response = await send(request);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw new NetworkError('The server cannot be reached.', { cause });
    }
    const type = response.headers.get('content-type') ?? '';
    if (response.ok && type.includes('json')) return response.json();
    if (type.includes('problem+json')) throw new ApiError((await response.json()) as z.infer<typeof Problem>);
    throw new NetworkError(`The server answered ${response.status} and not in JSON.`);
  };
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (input?: AnyInput, options?: CallOptions) => call(route, input, options),
    ]),
  ) as Client;
}
