import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { letters } from './held-data.ts';
import { heldDataPdf } from './held-data-pdf.ts';

const at = '2026-11-24T10:00:00.000Z';
const DATA: Parameters<typeof heldDataPdf>[0] = {
  format: 'viva-held-data/1',
  generatedAt: at,
  candidate: {
    id: '6f1c2b1e-58a4-4a36-9a0f-0d1c3c8e4a11',
    name: '诸葛亮',
    email: 'zhuge@candidates.test',
    addedAt: at,
    withdrawnAt: null,
    withdrawnReason: null,
  },
  account: null,
  opening: { title: '大模型工程师', status: 'closed' },
  sessions: [],
  workSamples: [],
  transcripts: [],
  ratings: {
    state: 'available',
    items: Array.from({ length: 40 }, (_, n) => ({
      question: '量化 · Quantisation',
      rater: 'A',
      score: (n % 5) + 1,
      notAsked: null,
      evidence: `第${n}条：说明了缩放因子的算法，并举例。`,
      kind: 'first' as const,
      reason: null,
      at,
    })),
    notes: [],
    comments: [],
  },
  decisions: [],
  groupAnswers: [],
  practice: [],
  aiUse: [],
  requests: [],
  log: [],
  retention: { eraseAfterDays: 730, erasedOn: null, held: false },
};

/** The text of a PDF as a reader would copy it: glyphs of its streams, through the font's own map to Unicode. */
function textOf(pdf: Buffer): string {
  const source = pdf.toString('latin1');
  const streams = [...source.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body]) => {
    try {
      return inflateSync(Buffer.from(body ?? '', 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  const glyphs = new Map<string, string>();
  for (const map of streams.filter((stream) => stream.includes('beginbfrange')))
    for (const [, first = '', list = ''] of map.matchAll(/<(\w{4})> <\w{4}> \[([^\]]*)\]/g))
      [...list.matchAll(/<([\w ]+)>/g)].forEach(([, code = ''], n) => {
        const id = (Number.parseInt(first, 16) + n).toString(16).padStart(4, '0');
        glyphs.set(id, Buffer.from(code.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'));
      });
  return streams
    .filter((stream) => stream.includes(' TJ'))
    .flatMap((stream) => [...stream.matchAll(/<([0-9a-f]+)>/g)])
    .map(([, hex = '']) => (hex.match(/.{4}/g) ?? []).map((id) => glyphs.get(id) ?? '').join(''))
    .join('');
}

it('holds Chinese and English text that can be read out again, with no more of the font than it uses', async () => {
  const [chinese, english] = [await heldDataPdf(DATA, 'zh-CN'), await heldDataPdf(DATA, 'en')];
  const text = textOf(chinese);
  for (const part of ['我的数据', '诸葛亮', '大模型工程师', '第0条', '第39条：说明了缩放因子的算法'])
    expect(text).toContain(part);
  expect(textOf(english)).toContain('What was done');
  expect(chinese.length).toBeLessThan(200_000);
  expect(chinese.toString('latin1')).toContain('NotoSansSC');
});

it('writes the code point of a character that the font lacks, rather than nothing', async () => {
  const pdf = await heldDataPdf({ ...DATA, candidate: { ...DATA.candidate, name: '𠮷野' } }, 'zh-CN');
  expect(textOf(pdf)).toContain('[U+20BB7]野');
});

it('names interviewers A, B, … Z, AA', () => {
  const ids = Array.from({ length: 28 }, (_, n) => String(n).padStart(2, '0'));
  expect([...letters([...ids, ...ids]).values()].slice(-3)).toEqual(['Z', 'AA', 'AB']);
});
