import type { Claim, Question } from '@viva/bank';
import { describe, expect, it } from 'vitest';
import { LABS } from '../../lab/find-lab.ts';
import { judgeClaim, planClaims } from './plan.ts';

const text = { 'zh-CN': '一句话。', en: 'A sentence.' };
const question = (id: string, ...checks: Claim['check'][]): Question =>
  ({
    id,
    area: 'generative',
    claims: checks.map((check, at) => ({ id: `c${at}`, text, check })),
  }) as unknown as Question;
const check = {
  lab: 'samplers',
  params: { model: 'exact' },
  seeds: [1, 2],
  assert: ['mean(ddim.5.modes) > 6'],
};

describe('claims', () => {
  it('share what they both ask for, also where one spells out a default', () => {
    const { claims, runs } = planClaims(
      [
        question('a', check, { ...check, seeds: [2, 3] }),
        question('b', { ...check, params: { model: 'exact', upTo: 100 } }),
      ],
      LABS,
    );
    expect(claims).toHaveLength(3);
    expect([...runs.values()].map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });

  it('hold runs against each other by name, seed by seed', () => {
    const { claims, runs } = planClaims(
      [
        question('a', {
          ...check,
          vary: { few: { samples: 250 }, many: { samples: 2500 } },
          assert: ['mean(few.loss) > 2 * mean(many.loss)', 'max(many.loss) == 3'],
        }),
      ],
      LABS,
    );
    expect(runs.size).toBe(4);
    const measures = new Map(
      [...runs.values()].map(({ key, params, seed }) => [
        key,
        { loss: params.samples === 250 ? 10 * seed : seed + 1 },
      ]),
    );
    const { verdict, assertions } = judgeClaim(claims[0]!, measures);
    expect(verdict).toBe('holds');
    expect(assertions.map(({ left, right }) => [left, right])).toEqual([
      [15, 5],
      [3, 3],
    ]);
    measures.set([...runs.keys()][0]!, { loss: 0 });
    expect(judgeClaim(claims[0]!, measures).verdict).toBe('holds');
    for (const key of runs.keys()) measures.set(key, { loss: 1 });
    expect(judgeClaim(claims[0]!, measures).verdict).toBe('refuted');
  });

  it('say why they are not run', () => {
    const { claims, runs } = planClaims(
      [
        question(
          'a',
          { ...check, lab: 'nothing' },
          { ...check, params: { model: 'magic' } },
          { ...check, vary: { odd: { upTo: 7 } } },
        ),
      ],
      LABS,
    );
    expect(runs.size).toBe(0);
    const reasons = claims.map((claim) => judgeClaim(claim, new Map()));
    expect(reasons.map(({ verdict }) => verdict)).toEqual(['not-run', 'not-run', 'not-run']);
    expect(reasons[0]?.reason).toMatch(/no lab nothing/);
    expect(reasons[2]?.reason).toMatch(/do not fit in odd/);
  });
});
