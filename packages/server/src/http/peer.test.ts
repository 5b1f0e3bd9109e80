/** Whose address it is, and which requests are foreign. Both pure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPeer, readProxies } from './peer.ts';
import { isForeign } from './protect.ts';

const said = (remote: string, headers: Record<string, string>) => ({
  remote,
  secure: false,
  headers: new Headers({ host: 'viva.test:4870', ...headers }),
});

describe('X-Forwarded-*', () => {
  const forged = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.test',
  };

  it('are ignored unless a proxy is named, and from anybody but it', () => {
    const plain = { address: '192.0.2.7', origin: 'http://viva.test:4870' };
    expect(readPeer(said('192.0.2.7', forged), undefined)).toEqual(plain);
    expect(readPeer(said('192.0.2.7', forged), readProxies('127.0.0.1'))).toEqual(plain);
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (remote, claimed) => {
        expect(readPeer(said(remote, { 'x-forwarded-for': claimed }), undefined).address).toBe(remote);
      }),
    );
  });

  it('are believed from a named proxy, and no further than the first hop that is none', () => {
    const proxies = readProxies('127.0.0.1, 10.0.0.0/8, fd00::/8');
    const through = (chain: string) =>
      readPeer(said('::ffff:10.1.2.3', { ...forged, 'x-forwarded-for': chain }), proxies);
    expect(through('203.0.113.9')).toEqual({ address: '203.0.113.9', origin: 'https://evil.test' });
    // What a caller wrote itself stands to the left of what the proxies wrote.
    expect(through('1.1.1.1, 203.0.113.9, 10.9.9.9').address).toBe('203.0.113.9');
    expect(through('1.1.1.1, garbage').address).toBe('10.1.2.3');
    expect(through('2001:db8::5, fd00::1').address).toBe('2001:db8::5');
  });

  it('never move the site away from the address that the administrator named', () => {
    expect(
      readPeer(said('127.0.0.1', forged), readProxies('127.0.0.1'), 'https://viva.example/').origin,
    ).toBe('https://viva.example');
  });

  it.each(['10.0.0.0/33', 'localhost', '10.0.0.0/', '1.2.3', '::/129', '10.0.0.0/a'])(
    'refuse %s as a list of proxies',
    (text) => expect(() => readProxies(text)).toThrow(/neither an address nor a network/),
  );
});

describe('a request that changes something is foreign', () => {
  const ask = (method: string, headers: Record<string, string>) =>
    isForeign({ method, headers: new Headers(headers) }, ['viva.test']);
  const own = 'http://viva.test';
  it.each<[string, string, Record<string, string>, boolean]>([
    ['from another site, as the browser says', 'POST', { 'sec-fetch-site': 'cross-site' }, true],
    ['from another host of the same domain', 'DELETE', { 'sec-fetch-site': 'same-site', origin: own }, true],
    ['with an Origin that contradicts', 'POST', { 'sec-fetch-site': 'cross-site', origin: own }, true],
    ['from another origin', 'PUT', { origin: 'http://evil.test' }, true],
    ['from another port', 'PUT', { origin: 'http://viva.test:81' }, true],
    ['from a sandboxed frame or a file', 'PATCH', { origin: 'null' }, true],
    ['with a broken origin', 'POST', { origin: '::' }, true],
    ['from our pages', 'POST', { 'sec-fetch-site': 'same-origin', origin: own }, false],
    ['from our pages in an old browser', 'POST', { origin: own }, false],
    ['from a program', 'POST', {}, false],
    ['that only reads', 'GET', { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' }, false],
  ])('%s (%s %j): %s', (_, method, headers, foreign) => expect(ask(method, headers)).toBe(foreign));
});
