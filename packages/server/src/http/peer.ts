/**
 * Where a request comes from and which site it asked for. `X-Forwarded-*` counts only where the connection comes from a
 * proxy that the administrator named; by default there is none, and the headers are ignored.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Context as HonoContext } from 'hono';

export interface Peer {
  address: string | undefined;
  origin: string | undefined;
}

export interface PeerOptions {
  /** The site's address, where the administrator has named it; it wins over what a request says. */
  publicUrl?: string | undefined;
  /** Addresses and networks (CIDR) of proxies, separated by commas. */
  trustProxy?: string | undefined;
}

export class ProxyListError extends Error {
  override readonly name = 'ProxyListError';
  readonly code = 'bad-proxy-list';
}

/** @throws ProxyListError naming what is no address and no network */
export function readProxies(text: string): BlockList {
  const list = new BlockList();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (!part) continue;
    const [address = '', bits] = part.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const length = bits === undefined ? most : Number(bits);
    if (!isIP(address) || !Number.isInteger(length) || length < 0 || length > most || bits === '')
      throw new ProxyListError(
        `"${part}" is neither an address nor a network. Write e.g. 127.0.0.1,10.0.0.0/8.`,
      );
    list.addSubnet(address, length, family);
  }
  return list;
}

/** An IPv4 address that a dual-stack socket shows as IPv6. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

const knows = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

interface Said {
  /** Of the connection. */
  remote: string | undefined;
  /** As the connection itself speaks. */
  secure: boolean;
  headers: Headers;
}

/** Pure. From the nearest hop outwards, the first address that is no trusted proxy is the caller's. */
export function readPeer(
  { remote, secure, headers }: Said,
  proxies: BlockList | undefined,
  publicUrl?: string,
): Peer {
  const near = remote === undefined ? undefined : plain(remote);
  const trusted = proxies !== undefined && near !== undefined && knows(proxies, near);
  let address = near;
  if (trusted)
    for (const hop of (headers.get('x-forwarded-for') ?? '').split(',').reverse()) {
      const next = plain(hop.trim());
      if (isIP(next) === 0) break;
      address = next;
      if (!knows(proxies, next)) break;
    }
  const last = (name: string) => headers.get(name)?.split(',').at(-1)?.trim();
  const host = (trusted && last('x-forwarded-host')) || headers.get('host') || undefined;
  const scheme = (trusted && last('x-forwarded-proto')) || (secure ? 'https' : 'http');
  let origin = publicUrl ? new URL(publicUrl).origin : undefined;
  if (!origin && host && /^https?$/.test(scheme) && /^[\w.:[\]-]+$/.test(host))
    try {
      origin = new URL(`${scheme}://${host}`).origin;
    } catch {
      // A host that is none: there is no origin to go by.
    }
  return { address, origin };
}

/** What Node's server leaves with a request; absent where there is none (tests, programs in the process). */
interface NodeBindings {
  incoming?: { socket?: { remoteAddress?: string; encrypted?: boolean } };
}

/** Reads the peer of each request, for what comes after. @throws ProxyListError */
export function peerReader({ publicUrl, trustProxy }: PeerOptions): (c: HonoContext) => Peer {
  const proxies = trustProxy ? readProxies(trustProxy) : undefined;
  return (c) => {
    const socket = (c.env as NodeBindings | undefined)?.incoming?.socket;
    const said = {
      remote: socket?.remoteAddress,
      secure: socket?.encrypted === true,
      headers: c.req.raw.headers,
    };
    // Requests within the process name their site in their own address alone.
    const headers = said.headers.has('host') ? said.headers : new Headers({ host: new URL(c.req.url).host });
    return readPeer(socket ? said : { ...said, headers }, proxies, publicUrl);
  };
}

export const peerOf = (c: HonoContext): Peer => c.get('peer') as Peer;
