import { describe, expect, it } from 'vitest';
import { countCharacters, lacks, questionState } from './completeness.ts';

const blank = { score: null, evidence: '', notAsked: null };
const evidence =
  '候选人先说明了逐块量化的动机，再推导了 absmax 缩放，并指出离群值会让整块精度下降，最后给出了实验数字。';

describe('completeness', () => {
  it('counts characters, not code units, and not the blanks around them', () => {
    expect(countCharacters(' 𠮷野家 ')).toBe(3);
    expect(evidence.length).toBeGreaterThan(40);
  });

  it('asks for a score and evidence', () => {
    expect(lacks(blank, 40)).toEqual(['score', 'evidence']);
    expect(lacks({ ...blank, score: 3 }, 40)).toEqual(['evidence']);
    expect(lacks({ ...blank, score: 3, evidence: 'x'.repeat(39) }, 40)).toEqual(['evidence']);
    expect(lacks({ ...blank, score: 3, evidence }, 40)).toEqual([]);
  });

  it('asks for a reason where the question was not asked, and for nothing else', () => {
    expect(lacks({ ...blank, notAsked: ' ' }, 40)).toEqual(['reason']);
    expect(lacks({ ...blank, notAsked: '时间不够' }, 40)).toEqual([]);
  });

  it('tells untouched from started from complete', () => {
    expect(questionState(blank, 40)).toBe('empty');
    expect(questionState({ ...blank, evidence: 'half a thought' }, 40)).toBe('started');
    expect(questionState({ ...blank, score: 5, evidence }, 40)).toBe('complete');
  });
});
