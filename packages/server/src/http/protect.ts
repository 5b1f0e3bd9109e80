/** What every response says to a browser, and which requests from other sites' pages are refused. */
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import { type PeerOptions, peerOf, peerReader } from './peer.ts';
import { problem } from './problems.ts';

/** Nothing may be loaded, run or framed: answers of the API, files, redirects. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The pages: scripts and styles from files alone. */
export const PAGES_POLICY = [
  "default-src 'self'",
  // The labs' engine compiles its kernels; nothing else may be evaluated.
  "script-src 'self' 'wasm-unsafe-eval'",
  "script-src-attr 'none'",
  "img-src 'self' data:",
  // Mantine and KaTeX set style attributes; style elements come from files only.
  "style-src-elem 'self'",
  "style-src-attr 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

/** A page without scripts: the documentation of the API. */
export const READING_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

/** On everything. What a handler has set itself stays. The microphone is for dictating answers and transcripts. */
const ALWAYS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(self), midi=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)',
};
/** Two years: a browser then refuses to speak http with this host. */
const TRANSPORT = 'max-age=63072000; includeSubDomains';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a request that changes something comes from another site's page. Browsers send `Sec-Fetch-Site` (to sites that
 * they hold secure), or at least `Origin`, with it; programs send neither, and have no cookies that a page could misuse.
 * @param hosts ours, as the request and the administrator name them
 */
export function isForeign(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  hosts: readonly string[],
): boolean {
  if (SAFE.includes(method)) return false;
  const site = headers.get('sec-fetch-site');
  // `same-site` is another host of the same domain; `none`, an address that was typed, comes with no such method.
  if (site !== null) return site !== 'same-origin';
  const origin = headers.get('origin');
  if (origin === null) return false;
  try {
    return !hosts.includes(new URL(origin).host);
  } catch {
    return true;
  }
}

const isOf = (c: HonoContext, ...types: string[]): boolean =>
  types.some((type) => (c.res.headers.get('content-type') ?? '').startsWith(type));

/** A script may be a worker's, which goes by the policy of its own file: the labs compile their kernels in workers. */
const policyOf = (c: HonoContext): string => {
  const isPage = isOf(c, 'text/html');
  if (isPage && c.req.path.startsWith('/api/')) return READING_POLICY;
  return isPage || isOf(c, 'text/javascript', 'application/javascript') ? PAGES_POLICY : NOTHING;
};

/** First of all: reads where the request comes from, and puts the headers on what goes back. */
export function protect(options: PeerOptions & { secure: boolean }): MiddlewareHandler {
  const read = peerReader(options);
  return async (c, next) => {
    c.set('peer', read(c));
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(ALWAYS)) if (!headers.has(name)) headers.set(name, value);
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', policyOf(c));
    if (c.req.path.startsWith('/api/')) headers.set('cache-control', 'no-store');
    if (options.secure) headers.set('strict-transport-security', TRANSPORT);
  };
}

export const refuseForeign: MiddlewareHandler = async (c, next) => {
  const { origin } = peerOf(c);
  const hosts = [c.req.header('host') ?? '', ...(origin ? [new URL(origin).host] : [])];
  if (isForeign(c.req.raw, hosts))
    return problem(403, 'foreign-origin', 'This request comes from another site’s page.');
  return next();
};
