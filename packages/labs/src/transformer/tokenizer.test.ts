import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bpeTokenizer, characterTokenizer, learnMerges, TokenizerError } from './tokenizer.ts';

const TEXT = [
  'low low low low low lower lower newest newest newest newest newest newest widest widest widest',
  '预训练 预训练 预训练 微调 微调',
];

describe('characters', () => {
  test('text of the alphabet comes back', () => {
    const tokenizer = characterTokenizer('abc 甲乙🙂', ['<end>']);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'abc 甲乙🙂')), (characters) => {
        const text = characters.join('');
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
    expect(tokenizer.size).toBe(8);
    expect(tokenizer.decode([tokenizer.special('<end>')])).toBe('');
  });

  test('a character that is not there is named', () => {
    expect(() => characterTokenizer('ab').encode('abz')).toThrow(/“z”, character 3/);
    expect(() => characterTokenizer('ab').special('<end>')).toThrow(TokenizerError);
  });
});

describe('byte pairs', () => {
  const merges = learnMerges(TEXT, 1 + 256 + 30, 1);
  const tokenizer = bpeTokenizer(merges, ['<end>']);

  test('any text comes back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom(...TEXT)),
        (text) => {
          // Half of a surrogate pair is no character; UTF-8 has none for it.
          fc.pre(text.isWellFormed());
          const ids = tokenizer.encode(text);
          expect(tokenizer.decode(ids)).toBe(text);
          expect(ids.every((id) => id >= 1 && id < tokenizer.size)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('the merges of the paper’s example', () => {
    // Sennrich et al. (2016), algorithm 1: e s, es t come first; here the blank belongs to the word.
    const [first, second] = merges;
    const letter = (character: string): number => 1 + character.charCodeAt(0);
    expect(first).toEqual([letter('e'), letter('s')]);
    expect(second).toEqual([1 + 256, letter('t')]);
    expect(tokenizer.encode(' newest')).toHaveLength(1);
  });

  test('the same text gives the same merges, whatever its order', () => {
    expect(learnMerges([...TEXT].reverse(), 1 + 256 + 30, 1)).toEqual(merges);
    expect(learnMerges(TEXT, 1 + 256 + 10, 1)).toEqual(merges.slice(0, 10));
  });

  test('more merges never make a text longer', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TEXT.join(' ').split(' '))), fc.nat(29), (words, fewer) => {
        const text = words.join(' ');
        expect(bpeTokenizer(merges.slice(0, fewer), ['<end>']).encode(text).length).toBeGreaterThanOrEqual(
          tokenizer.encode(text).length,
        );
      }),
    );
  });

  test('too few ids are refused, and learning stops where no pair is left', () => {
    expect(() => learnMerges(TEXT, 200)).toThrow(TokenizerError);
    expect(learnMerges(['ab'], 256 + 9)).toEqual([]);
  });
});
