import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildsOn, likeness, unquoted, wordingFault } from './wording.ts';

describe('wordingFault', () => {
  it.each([
    'Makes a good impression.',
    'Seems smart and asks questions.',
    'Is a cultural fit for the team.',
    'A holistic view of the matter is given.',
  ])('calls "%s" holistic', (anchor) => {
    expect(wordingFault(anchor, 'en')?.code).toBe('holistic');
  });

  it.each([
    'Excellent answer.',
    'Shows a deep understanding of attention.',
    'Explains clearly how the loss is derived.',
    'Gives a thorough account of the method.',
    'Is confident and articulate about trade-offs.',
    'Has strong communication skills.',
  ])('says that "%s" grades', (anchor) => {
    expect(wordingFault(anchor, 'en')?.code).toBe('grade-only');
  });

  it.each(['总体印象较好，能回答问题。', '综合素质高，适合岗位。', '第一印象不错。'])(
    'calls "%s" holistic',
    (anchor) => {
      expect(wordingFault(anchor, 'zh-CN')?.code).toBe('holistic');
    },
  );

  it.each(['理解深刻，能举例。', '思路清晰，表达流畅。', '沟通能力强。', '基础扎实。', '非常优秀。'])(
    'says that "%s" grades',
    (anchor) => {
      expect(wordingFault(anchor, 'zh-CN')?.code).toBe('grade-only');
    },
  );

  it('lets technical words and quotations pass', () => {
    for (const anchor of [
      'Says that a strong decoder can ignore z.',
      'The remedy is "explain clearly and be thorough".',
      'States that a good sample need not have a high likelihood.',
    ])
      expect(wordingFault(anchor, 'en'), anchor).toBeUndefined();
    for (const anchor of ['只说“理解要深刻”，没有做法。', '指出强解码器可以忽略 z。'])
      expect(wordingFault(anchor, 'zh-CN'), anchor).toBeUndefined();
  });

  it('still sees what stands beside a quotation', () => {
    expect(wordingFault('Says "ELBO"; an excellent answer.', 'en')?.found).toBe('excellent');
    expect(unquoted('说“好”，再说「坏」')).toBe('说…，再说…');
  });
});

describe('likeness', () => {
  it('is 1 for the same letters, 0 for none in common, symmetric, and between', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const like = likeness(a, b);
        expect(like).toBeGreaterThanOrEqual(0);
        expect(like).toBeLessThanOrEqual(1);
        expect(like).toBe(likeness(b, a));
        expect(likeness(a, a)).toBe(1);
      }),
    );
    expect(likeness('abcdef', 'uvwxyz')).toBe(0);
    // abc bcd cde | abc bcd: 2 shared of 3 + 2.
    expect(likeness('a b-c d e', 'ABCD')).toBe(0.8);
  });

  it('tells a changed word from a changed sentence', () => {
    const one = 'Writes the objective and explains both terms of the bound.';
    expect(likeness(one, 'Writes the objective and explains all terms of the bound.')).toBeGreaterThan(0.7);
    expect(likeness(one, 'Names at least two remedies and says what each of them costs.')).toBeLessThan(0.3);
  });
});

describe('buildsOn', () => {
  it('reads the scale point in both languages', () => {
    expect(buildsOn('As 3, and says why.', 'en')).toBe(3);
    expect(buildsOn('在 4 的基础上，说明原因。', 'zh-CN')).toBe(4);
    expect(buildsOn('Computes 193.', 'en')).toBeUndefined();
  });
});
