/** One way to declare a route: path, method, what goes in, what comes out, which refusals to expect. */
import { createRoute, z } from '@hono/zod-openapi';
import { Id, Problem } from './common.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Every identifier that a path can carry; a name that ends in `Id` (or is `id`) is a UUID, others are plain text. */
type PathKeys<P extends string> = P extends `${string}{${infer K}}${infer Rest}` ? K | PathKeys<Rest> : never;

interface RouteOptions<
  P extends string,
  Q extends z.ZodObject | undefined,
  B extends z.ZodType | undefined,
  R extends z.ZodType,
> {
  method: Method;
  path: P;
  tag: string;
  summary: string;
  description?: string;
  query?: Q;
  body?: B;
  response: R;
  /** 200 unless told. */
  status?: 200 | 201;
  /** Reachable without signing in. */
  open?: boolean;
}

const REFUSALS: Record<number, string> = {
  400: 'The request is malformed: `errors` names each field.',
  401: 'Nobody is signed in.',
  403: 'The signed-in person may not do this.',
  404: 'There is no such thing, or it is not yours to see.',
  409: 'It clashes with the present state: `detail` says which.',
  422: 'Well-formed but not acceptable yet: `errors` names each field.',
};

/**
 * Declares a route. The same object serves the server (which mounts a handler on it), the OpenAPI document and
 * the typed client, so the three cannot drift apart.
 */
export function route<
  const P extends string,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType = z.ZodType,
>(options: RouteOptions<P, Q, B, R>) {
  const keys = [...options.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const params = z.object(
    Object.fromEntries(
      keys.map((key) => [
        key,
        (/^id$|Id$/.test(key) ? Id : z.string().min(1).max(200)).openapi({
          param: { name: key, in: 'path' },
        }),
      ]),
    ) as unknown as Record<PathKeys<P>, z.ZodString>,
  );
  const problem = { content: { 'application/problem+json': { schema: Problem } } };
  const codes = [400, ...(options.open ? [] : [401, 403]), 404, 409, 422];
  const definition = createRoute({
    method: options.method,
    path: options.path,
    tags: [options.tag],
    summary: options.summary,
    ...(options.description ? { description: options.description } : {}),
    ...(options.open ? { security: [] } : {}),
    request: {
      ...(keys.length > 0 ? { params } : {}),
      ...(options.query ? { query: options.query } : {}),
      ...(options.body
        ? { body: { required: true, content: { 'application/json': { schema: options.body } } } }
        : {}),
    },
    responses: {
      [options.status ?? 200]: {
        description: 'Done.',
        content: { 'application/json': { schema: options.response } },
      },
      ...Object.fromEntries(codes.map((code) => [code, { description: REFUSALS[code] ?? '', ...problem }])),
    },
  });
  return {
    method: options.method,
    path: options.path,
    definition,
    open: options.open ?? false,
    status: options.status ?? 200,
    params,
    query: options.query as Q,
    body: options.body as B,
    response: options.response,
  };
}

export type Route = ReturnType<
  typeof route<string, z.ZodObject | undefined, z.ZodType | undefined, z.ZodType>
>;

type InputOf<S> = S extends z.ZodType ? z.input<S> : never;
type OutputOf<S> = S extends z.ZodType ? z.output<S> : never;
type Part<Key extends string, V> = [V] extends [never] ? unknown : { [K in Key]: V };

/** What a caller passes: only the parts that the route has. */
export type CallInput<T> = T extends { path: infer P extends string; query: infer Q; body: infer B }
  ? Part<'params', [PathKeys<P>] extends [never] ? never : Record<PathKeys<P>, string>> &
      ([Q] extends [undefined] ? unknown : { query?: InputOf<Q> }) &
      Part<'body', [B] extends [undefined] ? never : InputOf<B>>
  : never;

/** What a handler receives: parsed and with defaults filled in. */
export type HandlerInput<T> = T extends { path: infer P extends string; query: infer Q; body: infer B }
  ? { params: Record<PathKeys<P>, string>; query: OutputOf<Q>; body: OutputOf<B> }
  : never;

export type CallOutput<T> = T extends { response: infer R } ? OutputOf<R> : never;
