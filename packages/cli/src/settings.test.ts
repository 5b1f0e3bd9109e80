import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readSettings, SETTINGS } from './settings.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it.each(['operations.md', 'operations.zh-CN.md'])(
  'stands in docs/admin/%s, with what holds without it',
  (file) => {
    const text = readFileSync(join(ROOT, 'docs/admin', file), 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| ([^|]+?) \|/gm)].map(([, name, fallback]) => ({
      name,
      fallback,
    }));
    expect(rows).toEqual(SETTINGS);
  },
);

it('is all that the server’s sources read of the environment', () => {
  // Of the command line, tests, or other rooms with tables of their own.
  const others =
    /^(LANG|LC_ALL|LC_MESSAGES|XDG_\w+|VIVA_(TEST|MODEL|EMBEDDING|LLAMA|RUNTIME|THREADS|ASSISTANT|PASSPHRASE|PEERS|CRASHES|INTERLEAVINGS|SEED|TAMPERINGS|POWER)\w*)$/;
  const read = new Set<string>();
  for (const folder of ['packages/server/src', 'packages/cli/src'])
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts') && !file.includes('.test.') && !file.includes('testing'))
        for (const [, dotted, quoted, taken] of readFileSync(join(ROOT, folder, file), 'utf8').matchAll(
          /\benv\.([A-Z][A-Z_]+)|\b(?:number|oneOf(?:<\w+>)?)\(env, '([A-Z_]+)'|\{ ([^}]*) \} = env;/g,
        ))
          for (const name of taken?.match(/[A-Z][A-Z_]+/g) ?? [dotted ?? quoted ?? '']) read.add(name);
  const known = new Set(SETTINGS.map(({ name }) => name));
  expect([...read].filter((name) => !known.has(name) && !others.test(name))).toEqual([]);
  expect([...known].filter((name) => !read.has(name))).toEqual([]);
});

it('names the setting that cannot be read', () => {
  expect(() => readSettings({ VIVA_LOG: 'loud' })).toThrow('VIVA_LOG=loud');
  expect(() => readSettings({ VIVA_STOP_SECONDS: '-1' })).toThrow('VIVA_STOP_SECONDS=-1');
  expect(() => readSettings({ VIVA_SECRET_FILE: '/nowhere' })).toThrow('VIVA_SECRET_FILE=/nowhere');
  expect(readSettings({ VIVA_DRAIN_SECONDS: '2.5', VIVA_LOG: '' })).toMatchObject({
    drainMs: 2500,
    stopMs: 10_000,
    telemetry: undefined,
    anchors: undefined,
  });
});
