import { createRandom } from '@viva/stats';
import { describe, expect, it } from 'vitest';
import { analyseAdvisory, type Scored } from './analyse-advisory.ts';

const QUESTIONS = ['q1', 'q2', 'q3', 'q4', 'q5', 'q6'];

/** Scores of a rating scale model: candidate's ability, rater's severity, steps a logit and a half apart. */
function simulate(candidates: number, severities: Record<string, number>, seed: number): Scored[] {
  const random = createRandom(seed);
  const draw = (eta: number): number => {
    const steps = [-2.25, -0.75, 0.75, 2.25];
    const weights = [1];
    for (const step of steps) weights.push((weights.at(-1) as number) * Math.exp(eta - step));
    let left = random.next() * weights.reduce((sum, one) => sum + one, 0);
    for (const [at, weight] of weights.entries()) {
      left -= weight;
      if (left <= 0) return at + 1;
    }
    return 5;
  };
  return Array.from({ length: candidates }, (_, c) => {
    const ability = 1.5 * random.normal();
    return Object.entries(severities).flatMap(([raterId, severity]) =>
      QUESTIONS.map((question) => ({
        candidateId: `c${c}`,
        raterId,
        question,
        score: draw(ability - severity),
      })),
    );
  }).flat();
}

function split(all: readonly Scored[], spread: (score: Scored) => number | null = () => null) {
  return {
    panel: all.filter(({ raterId }) => raterId !== 'model'),
    advisory: all
      .filter(({ raterId }) => raterId === 'model')
      .map((one) => ({
        candidateId: one.candidateId,
        question: one.question,
        score: one.score,
        spread: spread(one),
      })),
  };
}

describe('analyseAdvisory', () => {
  it('finds a severity that was put in, without bias and within its errors, and a fit near 1', () => {
    const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
    for (const severity of [-1.2, 0, 1.2]) {
      const found = seeds.map((seed) =>
        analyseAdvisory(split(simulate(60, { li: -0.3, wang: 0, zhao: 0.3, model: severity }, seed))),
      );
      const errors = found.map((one) => (one.severity?.measure ?? 9) - severity);
      expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / seeds.length)).toBeLessThan(0.1);
      for (const [at, { severity: one, agreement }] of found.entries()) {
        expect(Math.abs(errors[at] ?? 9)).toBeLessThan(3.5 * (one?.se ?? 0));
        expect(one?.infit).toBeGreaterThan(0.7);
        expect(one?.infit).toBeLessThan(1.4);
        // More severe, fewer points; as severe as the panel, hardly any difference.
        if (severity === 0) expect(Math.abs(one?.points ?? 9)).toBeLessThan(0.3);
        else expect(Math.sign(one?.points ?? 0)).toBe(-Math.sign(severity));
        expect(agreement.answers).toBe(360);
        expect(agreement.icc.value).toBeGreaterThan(0.3);
        expect(agreement.kappa.lower).toBeLessThan(agreement.kappa.value ?? 0);
      }
    }
  });

  it('finds a rater that scores at random unfit, and in no agreement', () => {
    const random = createRandom(3);
    const all = simulate(60, { li: -0.3, wang: 0, zhao: 0.3, model: 0 }, 5).map((one) =>
      one.raterId === 'model' ? { ...one, score: 1 + Math.floor(5 * random.next()) } : one,
    );
    const { severity, agreement } = analyseAdvisory(split(all));
    expect(severity?.infit).toBeGreaterThan(1.5);
    expect(Math.abs(agreement.kappa.value ?? 1)).toBeLessThan(0.2);
    expect(agreement.amongPanel).toBeGreaterThan(0.35);
  });

  it('tells whether the spread of votes marks where it errs', () => {
    const all = simulate(40, { li: 0, wang: 0, zhao: 0, model: 0 }, 8);
    const { panel, advisory } = split(all);
    const mean = (candidateId: string, question: string) => {
      const scores = panel.filter((one) => one.candidateId === candidateId && one.question === question);
      return scores.reduce((sum, { score }) => sum + (score ?? 0), 0) / scores.length;
    };
    const telling = advisory.map((one) => ({
      ...one,
      spread: Math.floor(Math.abs((one.score ?? 0) - mean(one.candidateId, one.question))),
    }));
    const { spread } = analyseAdvisory({ panel, advisory: telling });
    expect(spread?.correlation.value).toBeGreaterThan(0.6);
    expect(spread?.correlation.p).toBeLessThan(0.001);
    const [unanimous, split_] = spread?.groups ?? [];
    expect(unanimous?.answers).toBeGreaterThan(0);
    expect(unanimous?.meanError).toBeLessThan(split_?.meanError ?? 0);
    expect((unanimous?.answers ?? 0) + (split_?.answers ?? 0)).toBe(240);
    expect(analyseAdvisory({ panel, advisory }).spread).toBeNull();
  });

  it('gives a finite severity to one that gave 5 throughout, and none where there is no model', () => {
    const all = simulate(20, { li: 0, wang: 0.2, model: 0 }, 2).map((one) =>
      one.raterId === 'model' ? { ...one, score: 5 } : one,
    );
    const { severity } = analyseAdvisory(split(all));
    expect(severity?.measure).toBeLessThan(-2);
    expect(Number.isFinite(severity?.measure)).toBe(true);
    const few = analyseAdvisory({
      panel: [{ candidateId: 'a', raterId: 'li', question: 'q1', score: 3 }],
      advisory: [{ candidateId: 'a', question: 'q1', score: 4, spread: null }],
    });
    expect(few.severity).toBeNull();
    expect(few.agreement).toMatchObject({ answers: 1, difference: 1, adjacent: 1, icc: { value: null } });
    const none = analyseAdvisory({ panel: [], advisory: [] });
    expect(none.agreement).toMatchObject({
      answers: 0,
      exact: null,
      kappa: { value: null },
      amongPanel: null,
    });
  });
});
