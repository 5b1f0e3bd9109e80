import { simulateRatings } from '@viva/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../contract/analysis.ts';
import { type AnalysisInput, analyse } from './analyse.ts';
import { analyseOnce } from './remember.ts';

const id = (kind: number, at: number): string =>
  `00000000-0000-4000-8000-${String(kind).padStart(4, '0')}${String(at).padStart(8, '0')}`;

/** An opening as the report has it, from simulated ratings: two competencies, the second with twice the weight. */
function opening(options: Parameters<typeof simulateRatings>[0], top = 1): AnalysisInput {
  const { table } = simulateRatings({ items: 8, ...options });
  const candidates = table.persons.map((name, at) => ({
    id: id(1, at),
    name: `Candidate ${name}`,
    withdrawn: false,
  }));
  const raters = table.raters.map((name, at) => ({ id: id(2, at), name: `Rater ${name}` }));
  return {
    top,
    candidates,
    raters,
    competencies: [
      { id: 'knowledge', weight: 1 },
      { id: 'practice', weight: 2 },
    ],
    items: table.items.map((question, at) => ({
      question,
      competency: at % 2 === 0 ? 'knowledge' : 'practice',
      weight: 1,
      title: { 'zh-CN': `问题 ${question}`, en: `Question ${question}` },
    })),
    ratings: Array.from({ length: table.size }, (_, row) => ({
      candidateId: id(1, table.person[row] as number),
      raterId: id(2, table.rater[row] as number),
      question: table.items[table.item[row] as number] as string,
      score: table.score[row] as number,
    })),
  };
}

const finite = (value: unknown): boolean =>
  JSON.stringify(value, (_, one) => (Number.isNaN(one) ? 'NaN!' : one)).includes('NaN!');

describe('analyse', () => {
  it('with a panel and enough candidates: a model, intervals, ranks, severities in words, everything valid', () => {
    const input = opening({ persons: 24, raters: 4, severities: [1, 0.2, -0.2, -1], seed: 3 }, 3);
    const analysis = analyse(input);
    expect(Analysis.parse(analysis)).toEqual(analysis);
    expect(finite(analysis)).toBe(false);
    expect(analysis.basis).toBe('model');
    expect(analysis.top).toBe(3);
    for (const { overall, rank } of analysis.candidates) {
      expect(overall.lower as number).toBeLessThan(overall.value as number);
      expect(overall.upper as number).toBeGreaterThan(overall.value as number);
      expect(rank?.lower).toBeLessThanOrEqual(rank?.rank as number);
    }
    expect(analysis.candidates.reduce((sum, { rank }) => sum + (rank?.top ?? 0), 0)).toBeCloseTo(3, 6);
    const severe = analysis.raters.find(({ severity }) => (severity ?? 0) > 0.6);
    expect(severe?.reading.en).toMatch(/points lower than the panel; consistent/);
    expect(severe?.reading['zh-CN']).toMatch(/比面试小组约低/);
    expect(analysis.reliability.value).toBeGreaterThan(0.5);
    expect(analysis.study?.grid).toHaveLength(36);
    expect(analysis.scale?.questions).toHaveLength(8);
    expect(analysis.without).toHaveLength(4);
    expect(analysis.method.en).toContain('24 candidates, 4 raters');
  });

  it('with three candidates and two raters: says what cannot be known, and no model figure at all', () => {
    const analysis = analyse(opening({ persons: 3, raters: 2, seed: 5 }));
    expect(analysis.basis).toBe('plain');
    expect(
      analysis.statements.some(({ level, text }) => level === 'fatal' && text.en.includes('too few')),
    ).toBe(true);
    for (const { overall, rank } of analysis.candidates) {
      expect(overall).toEqual({ value: null, se: null, lower: null, upper: null });
      expect(rank).toBeNull();
    }
    expect([analysis.scale, analysis.study, analysis.pairwise, analysis.reliability.value]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    for (const rater of analysis.raters) {
      expect(rater.severity).toBeNull();
      expect(rater.reading.en).toMatch(/the others/);
    }
    expect(analysis.agreement.pairs).toBe(24);
  });

  it('with nothing revealed: nothing', () => {
    const analysis = analyse({ ...opening({ persons: 3, raters: 2 }), candidates: [], ratings: [] });
    expect(Analysis.parse(analysis)).toEqual(analysis);
    expect(analysis).toMatchObject({
      basis: 'none',
      candidates: [],
      statements: [],
      advice: [],
      disagreements: [],
    });
  });

  it('is computed once for the same input, and anew for any other', async () => {
    const input = opening({ persons: 12, raters: 3, seed: 21 });
    const first = await analyseOnce(input);
    expect(first).toEqual(analyse(input));
    expect((await analyseOnce(structuredClone(input))).candidates).toBe(first.candidates);
    expect((await analyseOnce({ ...input, top: 2 })).top).toBe(2);
    const [one, ...rest] = input.ratings;
    if (!one) throw new Error('ratings');
    const changed = await analyseOnce({
      ...input,
      ratings: [{ ...one, score: one.score === 5 ? 1 : 5 }, ...rest],
    });
    expect(changed.candidates).not.toEqual(first.candidates);
  });

  it('names people and questions, never their identifiers', () => {
    const input = opening({ persons: 30, raters: 3, severities: [2, 0, -2], seed: 8 });
    const spoken = input.ratings.map((rating) =>
      rating.candidateId === id(1, 0) ? { ...rating, score: 5 } : rating,
    );
    const analysis = analyse({ ...input, ratings: spoken });
    const texts = [...analysis.statements, ...analysis.advice].flatMap(({ text }) => Object.values(text));
    expect(texts.join(' ')).toContain('Candidate P');
    expect(texts.join(' ')).not.toMatch(/00000000-/);
  });

  it('does not rank across panels that share nothing', () => {
    const one = opening({ persons: 12, raters: 3, seed: 1 });
    const two = opening({ persons: 12, raters: 3, seed: 2 });
    const far = (text: string): string => text.replace('8000-', '9000-');
    const analysis = analyse({
      ...one,
      candidates: [...one.candidates, ...two.candidates.map((c) => ({ ...c, id: far(c.id) }))],
      raters: [...one.raters, ...two.raters.map((r) => ({ ...r, id: far(r.id) }))],
      items: [...one.items, ...two.items.map((item) => ({ ...item, question: `X${item.question}` }))],
      ratings: [
        ...one.ratings,
        ...two.ratings.map((r) => ({
          ...r,
          candidateId: far(r.candidateId),
          raterId: far(r.raterId),
          question: `X${r.question}`,
        })),
      ],
    });
    expect(analysis.basis).toBe('plain');
    expect(analysis.statements.map(({ code }) => code)).toContain('disconnected');
  });

  it('leaves withdrawn candidates out of the ranks but lets their ratings speak of the raters', () => {
    const input = opening({ persons: 20, raters: 3, seed: 9 });
    const candidates = input.candidates.map((candidate, at) => ({ ...candidate, withdrawn: at === 0 }));
    const analysis = analyse({ ...input, candidates });
    expect(analysis.candidates[0]?.rank).toBeNull();
    expect(analysis.candidates[0]?.overall.value).not.toBeNull();
    expect(analysis.pairwise?.ids).toHaveLength(19);
    expect(analysis.without.every(({ top }) => !top.includes(id(1, 0)))).toBe(true);
  });

  it('finds the answers worth talking about, widest first', () => {
    const input = opening({ persons: 24, raters: 4, seed: 12 });
    const question = input.items[0]?.question as string;
    const ratings = input.ratings.map((rating) =>
      rating.candidateId === id(1, 5) && rating.question === question
        ? { ...rating, score: rating.raterId === id(2, 0) ? 5 : 1 }
        : rating,
    );
    const { disagreements } = analyse({ ...input, ratings });
    const widths = disagreements.map(({ spread }) => spread);
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    const planted = disagreements.find((one) => one.candidateId === id(1, 5) && one.question === question);
    expect(planted).toMatchObject({ spread: 4, surprising: { raterId: id(2, 0) } });
    expect(planted?.scores.map(({ score }) => score)).toEqual(expect.arrayContaining([5, 1, 1, 1]));
  });

  it('is whole and valid for any ratings at all', () => {
    const base = opening({ persons: 8, raters: 4, seed: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { nil: null, freq: 3 }), {
          minLength: base.ratings.length,
          maxLength: base.ratings.length,
        }),
        fc.integer({ min: 1, max: 12 }),
        fc.subarray(base.candidates.map(({ id: one }) => one)),
        (scores, top, present) => {
          const ratings = base.ratings
            .map((rating, at) => ({ ...rating, score: scores[at] ?? null }))
            .filter(({ candidateId }) => present.includes(candidateId));
          const analysis = analyse({ ...base, ratings, top });
          expect(Analysis.parse(analysis)).toEqual(analysis);
          expect(finite(analysis)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});
