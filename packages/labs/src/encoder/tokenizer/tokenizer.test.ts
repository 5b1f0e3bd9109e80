import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize, UNCASED } from './basic.ts';
import type { BertTokenizer } from './bert-tokenizer.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import { wordPieces } from './word-piece.ts';

const here = (path: string) => new URL(path, import.meta.url);
const vocabulary = await readFile(here('../../../models/bank-mlm/vocab.txt'), 'utf8');
interface Golden {
  cases: ({ text: string; ids: number[] } & Partial<Record<Kind, string[]>>)[];
  pairs: { text: string; pair: string; ids: number[]; typeIds: number[]; attentionMask: number[] }[];
  cuts: { text: string; pair?: string; maxLength: number; truncation: Cut; ids: number[] | null }[];
  pads: {
    options: {
      padding: true | 'max_length';
      max_length?: number;
      pad_to_multiple_of?: number;
      padding_side?: 'left';
    };
    ids: number[][];
    typeIds: number[][];
    attentionMask: number[][];
  }[];
  neverSplit: { words: string[]; cases: { text: string; tokens: string[] }[] };
  added: { tokens: Record<string, unknown>[]; cases: { text: string; ids: number[] }[] };
  normalized: Record<string, string>;
}
type Cut = 'longest-first' | 'only-first' | 'only-second';
type Kind = 'uncased' | 'cased' | 'stripped' | 'accented' | 'noChinese';
const golden = JSON.parse(await readFile(here('../fixtures/tokenizer.golden.json'), 'utf8')) as Golden;
const open = (config: object = {}) => loadTokenizer({ vocabulary, config: JSON.stringify(config) });
const KINDS: Record<Kind, BertTokenizer> = {
  uncased: open(),
  cased: open({ do_lower_case: false }),
  stripped: open({ do_lower_case: false, strip_accents: true }),
  accented: open({ strip_accents: false }),
  noChinese: open({ tokenize_chinese_chars: false }),
};
const { uncased } = KINDS;

describe('BertTokenizer, against Python transformers', () => {
  it(`cuts ${golden.cases.length} strings alike, in five settings`, () => {
    expect(golden.cases.length).toBeGreaterThan(500);
    for (const one of golden.cases)
      for (const [kind, tokenizer] of Object.entries(KINDS))
        expect(tokenizer.tokenize(one.text), `${kind}: ${JSON.stringify(one.text)}`).toEqual(
          one[kind as Kind] ?? one.uncased,
        );
  });

  it('numbers them alike, with [CLS] and [SEP]', () => {
    for (const { text, ids } of golden.cases) expect(uncased.encode(text).ids, text).toEqual(ids);
  });

  it('joins pairs with types', () => {
    for (const { text, pair, ...expected } of golden.pairs)
      expect(uncased.encode(text, { pair })).toMatchObject(expected);
  });

  it('cuts to a length by all three strategies', () => {
    for (const { text, pair, maxLength, truncation, ids } of golden.cuts) {
      const encode = () =>
        uncased.encode(text, { ...(pair === undefined ? {} : { pair }), maxLength, truncation }).ids;
      const name = `${truncation} ${maxLength} ${text} | ${pair}`;
      // Where one text alone cannot give enough, the reference leaves the pair uncut or fails; here it is refused.
      if (ids === null || ids.length > maxLength) expect(encode, name).toThrow(/maxLength/);
      else expect(encode(), name).toEqual(ids);
    }
  });

  it('pads alike', () => {
    const texts = [
      'the model predicts the next token from all tokens before it',
      'attention weights sum to one',
      '大模型',
      '',
    ];
    for (const { options, ...expected } of golden.pads) {
      const { max_length: to, pad_to_multiple_of: multipleOf, padding_side: side } = options;
      const encodings = texts.map((text) => uncased.encode(text, to === undefined ? {} : { maxLength: to }));
      const padded = uncased.pad(encodings, {
        to: to ?? 'longest',
        ...(multipleOf === undefined ? {} : { multipleOf }),
        ...(side === undefined ? {} : { side }),
      });
      expect(padded.map(({ ids }) => ids)).toEqual(expected.ids);
      expect(padded.map(({ typeIds }) => typeIds)).toEqual(expected.typeIds);
      expect(padded.map(({ attentionMask }) => attentionMask)).toEqual(expected.attentionMask);
    }
  });

  it('leaves never_split words whole', () => {
    const tokenizer = open({ never_split: golden.neverSplit.words });
    for (const { text, tokens } of golden.neverSplit.cases)
      expect(tokenizer.tokenize(text), text).toEqual(tokens);
  });

  it('finds added tokens: whole words only, with their spaces, normalised or as written', () => {
    const words = vocabulary.trimEnd().split('\n');
    const tokenizer = loadTokenizer({
      tokenizer: JSON.stringify({
        model: { type: 'WordPiece', vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
        normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
        added_tokens: golden.added.tokens,
      }),
    });
    for (const { text, ids } of golden.added.cases)
      expect(tokenizer.encode(text, { addSpecial: false }).ids, text).toEqual(ids);
  });

  it('normalises every character of Unicode alike, but for blocks where tables differ in age', () => {
    const different = Object.entries(golden.normalized).filter(([block, digest]) => {
      const from = Number.parseInt(block, 16);
      const text = Array.from({ length: 0x400 }, (_, at) =>
        normalize(String.fromCodePoint(from + at), UNCASED),
      ).join('\n');
      return createHash('sha256').update(text).digest('hex').slice(0, 12) !== digest;
    });
    // Decompositions and cases that came with Unicode 13 to 16, which one side knows and the other does not.
    const newer = ['11800', 'a400', '10400', '10c00', '11000', '11400', '16000', '16800', '16c00'];
    expect(different.map(([block]) => block).filter((block) => !newer.includes(block))).toEqual([]);
  }, 60_000);
});

describe('BertTokenizer, whatever it is given', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc
      .array(fc.constantFrom('[MASK]', ' ', 'model', '训练', '-', 'É', '\u0301', '😀'), { maxLength: 12 })
      .map((parts) => parts.join('')),
  );

  it('gives only numbers of the vocabulary, and as many types and masks', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const { ids, tokens, typeIds, attentionMask, specialMask } = uncased.encode(a, { pair: b });
        for (const id of ids) expect(id).toBeLessThan(uncased.size);
        expect(
          new Set([ids, tokens, typeIds, attentionMask, specialMask].map((list) => list.length)).size,
        ).toBe(1);
        expect([tokens[0], tokens.at(-1)]).toEqual(['[CLS]', '[SEP]']);
        expect(ids).toEqual(tokens.map((token) => uncased.id(token)));
      }),
    );
  });

  it('has a word’s pieces make up the word again, or says [UNK]', () => {
    fc.assert(
      fc.property(text, (words) => {
        for (const word of normalize(words, UNCASED).split(/\s+/u).filter(Boolean)) {
          const pieces = wordPieces(word, uncased.vocabulary);
          if (pieces.length === 1 && pieces[0] === '[UNK]') continue;
          expect(pieces.map((piece, at) => (at === 0 ? piece : piece.slice(2))).join('')).toBe(word);
        }
      }),
    );
  });

  it('cuts to any length that leaves room, and to no more', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 3, max: 20 }), (a, b, maxLength) => {
        const whole = uncased.encode(a, { pair: b }).ids.length;
        expect(uncased.encode(a, { pair: b, maxLength }).ids.length).toBe(Math.min(whole, maxLength));
      }),
    );
  });

  it('normalises what is normalised to itself', () => {
    fc.assert(
      fc.property(text, (one) => {
        const once = normalize(one, UNCASED).trim();
        expect(normalize(once, UNCASED).replace(/\s+/gu, ' ').trim()).toBe(once.replace(/\s+/gu, ' '));
      }),
    );
  });
});

describe('loadTokenizer', () => {
  const refusal = (files: Parameters<typeof loadTokenizer>[0]) => {
    try {
      loadTokenizer(files);
      return 'opened';
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
  };
  it('names what it cannot read', () => {
    expect(refusal({})).toMatch(/^bad-tokenizer: Neither/);
    expect(refusal({ tokenizer: '{' })).toMatch(/^bad-tokenizer: tokenizer.json is not JSON/);
    expect(refusal({ tokenizer: '{"model":{"type":"BPE","vocab":{}}}' })).toMatch(
      /^unsupported-model: .*BPE/,
    );
    expect(refusal({ tokenizer: '{"model":{"vocab":{"a":0}},"normalizer":{"type":"NFKC"}}' })).toMatch(
      /NFKC/,
    );
    expect(refusal({ vocabulary: 'a\nb\n' })).toMatch(/lacks the special token/);
  });
  it('takes special tokens by other names', () => {
    const tokenizer = loadTokenizer({
      vocabulary: '<u>\n<s>\n<p>\n<c>\n<m>\na\n',
      config: JSON.stringify({
        unk_token: '<u>',
        sep_token: { content: '<s>' },
        pad_token: '<p>',
        cls_token: '<c>',
        mask_token: '<m>',
      }),
    });
    expect(tokenizer.encode('a <m> b').tokens).toEqual(['<c>', 'a', '<m>', '<u>', '<s>']);
  });
});
