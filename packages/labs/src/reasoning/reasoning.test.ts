import { readFile } from 'node:fs/promises';
import { chainOfThought, direct, solve24, tree24, verify24 } from '@viva/assistant/reasoning';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, streamOf } from '../engine/random.ts';
import { runLab } from '../lab.ts';
import { drawHand, keyOf, numbersOf, Oracle, stepsFrom } from './game24.ts';
import { reasoning } from './lab.ts';
import { type NoisyOptions, noisyModel, puzzleText } from './noisy-model.ts';
import { ReasoningParams } from './params.ts';
import { ALPHABET, directText, problems, type TinyTask, workedText } from './problems.ts';
import { pollModel, voteCounts } from './vote-session.ts';
import { majoritySuccess, passAtK, passAtKInserted } from './votes.ts';

const oracleFile = JSON.parse(await readFile(new URL('./oracle.json', import.meta.url), 'utf8')) as {
  game24: { hands: { all: number; solvable: number }; chain: { sigmas: number } };
  vote: { tolerance: number; success: { k: number; value: number }[] };
  passAtK: { tolerance: number; unbiased: number; inserted: number };
};
const oracle = new Oracle();
const model = (change: Partial<NoisyOptions> = {}) =>
  noisyModel({ oracle, skill: 0.3, valueError: 0, errors: 'fresh', habit: 0, seed: 3, ...change });
const run = (params: Record<string, unknown>, seed = 1) =>
  runLab(reasoning, ReasoningParams.parse(params), { seed });

describe('the Game of 24 by enumeration', () => {
  it('knows which of the 1,820 hands can be solved, as the solver does', () => {
    let hands = 0;
    let solvable = 0;
    for (let a = 1; a <= 13; a++)
      for (let b = a; b <= 13; b++)
        for (let c = b; c <= 13; c++)
          for (let d = c; d <= 13; d++) {
            hands++;
            if (oracle.solvable(numbersOf([a, b, c, d]))) solvable++;
          }
    expect({ all: hands, solvable }).toMatchObject({
      all: oracleFile.game24.hands.all,
      solvable: oracleFile.game24.hands.solvable,
    });
  });

  it('agrees with the solver on any numbers, and steps lead to one number fewer', () => {
    const hand = fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(hand, (numbers) => {
        expect(oracle.solvable(numbersOf(numbers))).toBe(solve24(numbers) !== null);
        const steps = stepsFrom(numbersOf(numbers));
        expect(new Set(steps.map(({ rest }) => keyOf(rest))).size).toBe(steps.length);
        for (const { rest } of steps) expect(rest).toHaveLength(numbers.length - 1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the model that errs', () => {
  it('solves as often as the exact recursion says, at once and by a chain', async () => {
    const random = streamOf(5, 'hands');
    const hands = Array.from({ length: 30 }, () => drawHand(oracle, random));
    for (const skill of [0.3, 0.8]) {
      const player = model({ skill });
      let expected = 0;
      let spread = 0;
      const solved = { direct: 0, cot: 0 };
      for (let turn = 0; turn < 300; turn++) {
        const hand = hands[turn % hands.length]!;
        const chance = oracle.chainSuccess(numbersOf(hand), skill);
        expected += chance;
        spread += chance * (1 - chance);
        for (const [way, ask] of [
          ['direct', direct],
          ['cot', chainOfThought],
        ] as const) {
          const { answer } = await ask(puzzleText(hand), player, { seed: turn });
          if (verify24(answer ?? '', hand).solved) solved[way]++;
        }
      }
      const reach = oracleFile.game24.chain.sigmas * Math.sqrt(spread);
      expect(Math.abs(solved.direct - expected), `direct, skill ${skill}`).toBeLessThan(reach);
      expect(Math.abs(solved.cot - expected), `chain, skill ${skill}`).toBeLessThan(reach);
    }
  });

  it('always wins by search where it proposes every step and judges without error', async () => {
    const random = createRandom(11);
    for (let turn = 0; turn < 8; turn++) {
      const hand = drawHand(oracle, random);
      const { answer, levels } = await tree24(hand, model(), {
        breadth: 1,
        proposals: 100,
        judgements: 1,
        seed: 1,
        concurrency: 1,
      });
      expect(verify24(answer ?? '', hand)).toEqual({ solved: true });
      for (const { judged, kept } of levels) {
        expect(judged.map(({ value }) => value)).toEqual(
          judged.map(({ value }) => value).sort((a, b) => b - a),
        );
        expect(judged.slice(0, kept.length).map(({ key }) => key)).toEqual(kept.map(({ key }) => key));
      }
    }
  });

  it('answers the same question alike under the same seed, and begins by habit where it has one', async () => {
    const hand = [4, 9, 10, 13];
    const first = async (player: ReturnType<typeof model>, seed: number) =>
      (await chainOfThought(puzzleText(hand), player, { seed })).thoughts[0]!.split('\n')[0];
    expect(await first(model(), 4)).toBe(await first(model(), 4));
    const starts = (habit: number) =>
      Promise.all(Array.from({ length: 30 }, (_, seed) => first(model({ habit }), seed)));
    expect(new Set(await starts(1)).size).toBe(1);
    expect(new Set(await starts(0)).size).toBeGreaterThan(5);
  });
});

describe('votes and pass@k', () => {
  it('has the closed forms of the oracle file', () => {
    for (const { k, value } of oracleFile.vote.success)
      expect(Math.abs(majoritySuccess(k, 0.2, 0.3) - value)).toBeLessThan(oracleFile.vote.tolerance);
    const { unbiased, inserted, tolerance } = oracleFile.passAtK;
    expect(Math.abs(passAtK(10, 2, 5) - unbiased)).toBeLessThan(tolerance);
    expect(Math.abs(passAtKInserted(10, 2, 5) - inserted)).toBeLessThan(tolerance);
  });

  it('is what self-consistency really does', async () => {
    for (const [right, wrong] of [
      [0.2, 0.3],
      [0.45, 0.2],
    ] as const) {
      const measures = await run({ task: 'vote', right, wrong, samples: 15, problems: 800 }, 7);
      const exact = measures['sc.exact']!;
      const sd = Math.sqrt((exact * (1 - exact)) / 800);
      expect(Math.abs(measures['sc.success']! - exact)).toBeLessThan(4 * sd);
    }
  });

  it('is unbiased for every k, whatever the rate; inserting the rate is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
        for (let k = 1; k <= n; k++) {
          let mean = 0;
          let inserted = 0;
          let share = (1 - p) ** n;
          for (let c = 0; c <= n; c++) {
            const choose = Array.from({ length: c }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1);
            share = choose * p ** c * (1 - p) ** (n - c);
            mean += share * passAtK(n, c, k);
            inserted += share * passAtKInserted(n, c, k);
          }
          expect(mean).toBeCloseTo(1 - (1 - p) ** k, 9);
          // Jensen: 1 − (1 − p)^k bends downwards, so the inserted rate is too low.
          expect(inserted).toBeLessThanOrEqual(mean + 1e-12);
        }
      }),
    );
  });

  it('is surer with more votes where the right answer leads, and more wrongly so where it does not', () => {
    expect(majoritySuccess(61, 0.4, 0.3)).toBeGreaterThan(majoritySuccess(5, 0.4, 0.3));
    expect(majoritySuccess(61, 0.2, 0.3)).toBeLessThan(majoritySuccess(5, 0.2, 0.3));
    expect(majoritySuccess(9, 1, 0)).toBeCloseTo(1, 12);
    expect(voteCounts(15)).toEqual([1, 3, 5, 7, 11, 15]);
  });

  it('draws a poll with the probabilities that it is given', async () => {
    const poll = pollModel(0.2, 0.3, 1);
    const count = { right: 0, wrong: 0 };
    for (let at = 0; at < 4000; at++) {
      const { text } = await poll.generate([{ role: 'user', content: `q${at % 50}` }], { seed: at });
      if (text.endsWith('right')) count.right++;
      if (text.endsWith('wrong')) count.wrong++;
    }
    expect(Math.abs(count.right / 4000 - 0.2)).toBeLessThan(0.03);
    expect(Math.abs(count.wrong / 4000 - 0.3)).toBeLessThan(0.03);
  });
});

describe('problems', () => {
  const TASKS: TinyTask[] = ['running-sum', 'addition', 'recall', 'lookup'];
  it('are written in the alphabet, with right answers that the steps lead to', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TASKS), fc.integer({ min: 2, max: 6 }), fc.nat(), (task, size, seed) => {
        const problem = problems(task, size, createRandom(9)).draw(createRandom(seed));
        for (const char of directText(problem) + workedText(problem)) expect(ALPHABET).toContain(char);
        const { question, answer, steps } = problem;
        if (task === 'addition') {
          const [a, b] = question.split('+').map(Number);
          expect(Number(answer)).toBe(a! + b!);
          expect(answer).toHaveLength(size + 1);
        } else if (task === 'running-sum') {
          const sum = question.match(/[+-]?\d/g)!.reduce((total, part) => total + Number(part), 0);
          expect(answer).toBe(String(((sum % 10) + 10) % 10));
          expect(steps.split(',').at(-1)).toBe(answer);
        } else if (task === 'lookup') {
          expect(question).toContain(`${question.at(-1)}${answer}`);
          expect(steps.endsWith(answer)).toBe(true);
        } else expect(steps.replace(',', '')).toBe(question);
      }),
    );
  });
});

describe('the lab', () => {
  const GAME = { problems: 8, samples: 3 };

  it('repeats itself under a seed, and not under another', async () => {
    const [a, b, c] = [await run(GAME), await run(GAME), await run(GAME, 2)];
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  }, 60_000);

  it('has search ahead of a chain, a wide one ahead of a narrow one, at many more tokens', async () => {
    const measures = await run({ problems: 40, samples: 3 });
    expect(measures['cot.success']!).toBeLessThan(0.2);
    expect(measures['tot1.success']!).toBeGreaterThan(measures['cot.success']! + 0.1);
    expect(measures['tot5.success']!).toBeGreaterThan(measures['tot1.success']!);
    expect(measures['tot5.tokens']!).toBeGreaterThan(20 * measures['cot.tokens']!);
  }, 60_000);

  it('draws the tree that was searched: every state with its parent one level up', async () => {
    const session = await reasoning.begin(ReasoningParams.parse(GAME), 4);
    await session.advance(2);
    const { trees, sample, standings } = await session.frame({});
    expect(trees.map(({ breadth }) => breadth)).toEqual([1, 5]);
    for (const { levels, breadth } of trees)
      for (const [depth, level] of levels.entries()) {
        if (depth === 0) continue;
        const above = new Set(levels[depth - 1]!.filter(({ kept }) => kept).map(({ key }) => key));
        for (const { parent } of level) expect(above).toContain(parent);
        expect(level.filter(({ kept }) => kept).length).toBeLessThanOrEqual(breadth);
      }
    expect(sample?.said.map(({ strategy }) => strategy)).toEqual([
      'direct',
      'cot',
      'sc',
      'tot1',
      'tot5',
      'best',
    ]);
    expect(standings.every(({ tried }) => tried === 2)).toBe(true);
    session.dispose();
  });

  it('trains both transformers; written steps are learnt within a few hundred where answers at once are not', async () => {
    const session = await reasoning.begin(
      ReasoningParams.parse({
        task: 'running-sum',
        size: 3,
        steps: 260,
        width: 32,
        problems: 60,
        samples: 3,
        rate: 0.005,
      }),
      1,
    );
    await session.advance(260);
    const { curves, losses } = await session.frame({});
    expect(curves.step.at(-1)).toBe(260);
    expect(losses.cot.at(-1)!).toBeLessThan(losses.cot[0]!);
    const measures = await session.measure();
    expect(measures['cot.success']!).toBeGreaterThan(measures['direct.success']!);
    expect(measures['cot.tokens']!).toBeGreaterThan(1.5 * measures['direct.tokens']!);
    expect(measures['cot.trainTokens']!).toBeGreaterThan(measures['direct.trainTokens']!);
    expect(await session.measure()).toEqual(measures);
    session.dispose();
  }, 60_000);
});
