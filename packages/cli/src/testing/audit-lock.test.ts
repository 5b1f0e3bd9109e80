/** The check of dependencies finds what it is there to find. */
import { expect, it } from 'vitest';

interface Lock {
  packages: Record<string, Record<string, unknown>>;
}
const { allows, driftOf, faultsOfLock } = (await import(
  new URL('../../../../scripts/audit-lock.mjs', import.meta.url).href
)) as {
  allows(expression: string, allowed: string[]): boolean;
  faultsOfLock(lock: Lock, allowScripts?: object, installed?: (path: string) => string | undefined): string[];
  driftOf(lock: Lock, manifests: Record<string, object>): string[];
};

const good = { version: '1.0.0', license: 'MIT', integrity: `sha512-${'a'.repeat(86)}==` };
const faults = (entry: object): string[] =>
  faultsOfLock({ packages: { '': {}, 'node_modules/x': { ...good, ...entry } } });

it('lets what is permissive and whole pass', () => {
  expect(faults({})).toEqual([]);
  expect(faults({ license: '(GPL-3.0 OR MIT)' })).toEqual([]);
  expect(faults({ license: 'MPL-2.0', dev: true })).toEqual([]);
});

it.each([
  [{ license: 'GPL-3.0-only' }, /licence GPL-3.0-only/],
  [{ license: 'AGPL-3.0', dev: true }, /licence AGPL-3.0/],
  [{ license: 'MIT AND GPL-2.0' }, /licence/],
  [{ license: 'MPL-2.0' }, /in what runs/],
  [{ license: undefined }, /not named/],
  [{ license: 'SEE LICENSE IN LICENSE' }, /licence/],
  [{ integrity: undefined }, /no SHA-512/],
  [{ integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, /no SHA-512/],
  [{ resolved: 'git+ssh://git@github.com/a/b.git#c' }, /not from the registry/],
  [{ resolved: 'http://registry.npmjs.org/x' }, /not from the registry/],
  [{ hasInstallScript: true }, /allowScripts/],
])('%j is a fault', (entry, message) => {
  expect(faults(entry).join()).toMatch(message);
});

it('compares what is installed, what may run a script, and what was asked for', () => {
  const lock = {
    packages: { '': { dependencies: { x: '^1' } }, 'node_modules/x': { ...good, hasInstallScript: true } },
  };
  expect(faultsOfLock(lock, { x: true }, () => '1.0.0')).toEqual([]);
  expect(faultsOfLock(lock, { x: true }, () => '1.0.1').join()).toMatch(/1.0.1 is installed/);
  expect(driftOf(lock, { '': { dependencies: { x: '^1' } } })).toEqual([]);
  expect(driftOf(lock, { '': { dependencies: { x: '^2' } } })).toHaveLength(1);
  expect(allows('(MIT OR CC0-1.0)', ['CC0-1.0'])).toBe(true);
});
