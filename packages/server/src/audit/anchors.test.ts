import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Anchor, AnchorError, appendAnchor, parseAnchors, readAnchors } from './anchors.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-anchors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const anchor = fc.record<Anchor>({
  seq: fc.nat(),
  hash,
  at: fc.constantFrom(null, '2026-11-24T10:00:00.000Z'),
});

describe('a file of anchors', () => {
  it('reads back what was appended', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anchor, { minLength: 1, maxLength: 5 }), async (anchors) => {
        const path = join(folder, `${count++}.jsonl`);
        for (const one of anchors) await appendAnchor(path, one);
        expect(await readAnchors(path)).toEqual(anchors);
        expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('is an AnchorError and nothing else, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `{"seq":1}\n${text}`),
        ),
        (text) => {
          try {
            parseAnchors(text, 'file');
          } catch (error) {
            expect(error).toBeInstanceOf(AnchorError);
          }
        },
      ),
    );
    expect(() => parseAnchors(`\n{"seq":1,"hash":"beef"}`, 'heads')).toThrow('heads, line 2');
  });
});

it('takes a hash, with or without its row', async () => {
  const digest = 'ab'.repeat(32);
  expect(await readAnchors(digest.toUpperCase())).toEqual([{ seq: null, hash: digest, at: null }]);
  expect(await readAnchors(`12:${digest}`)).toEqual([{ seq: 12, hash: digest, at: null }]);
  await expect(readAnchors(join(folder, 'missing'))).rejects.toMatchObject({ code: 'unreadable' });
  writeFileSync(join(folder, 'empty'), '\n');
  await expect(readAnchors(join(folder, 'empty'))).rejects.toMatchObject({ code: 'malformed' });
});
