import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardModel } from '../model/guard-model.ts';
import type { Message } from '../model/language-model.ts';
import { scriptedModel } from '../model/scripted-model.ts';
import { TokenBudget } from '../model/token-budget.ts';
import { solve24, verify24 } from './game-of-24.ts';
import { inParallel } from './in-parallel.ts';
import { apply, OPERATORS, rational, readRational, show } from './rational.ts';
import { bestOf, chainOfThought, direct, readAnswer, selfConsistency } from './strategies.ts';
import { readVerdict, takeStep, tree24 } from './tree-of-24.ts';

describe('rational', () => {
  it('agrees with integer arithmetic over a common denominator', () => {
    const part = fc.bigInt({ min: -50n, max: 50n });
    const whole = fc.bigInt({ min: 1n, max: 50n });
    fc.assert(
      fc.property(part, whole, part, whole, (a, b, c, d) => {
        const x = rational(a, b)!;
        const y = rational(c, d)!;
        const sum = apply('+', x, y)!;
        expect(sum.numerator * b * d).toBe((a * d + c * b) * sum.denominator);
        expect(apply('-', sum, y)).toEqual(x);
        if (c !== 0n) expect(apply('*', apply('/', x, y)!, y)).toEqual(x);
        else expect(apply('/', x, y)).toBeUndefined();
        expect(readRational(show(x))).toEqual(x);
      }),
    );
  });
});

describe('verify24', () => {
  it('knows solutions, the one that needs fractions among them', () => {
    for (const [expression, ...numbers] of [
      ['8 / (3 - 8 / 3)', 3, 3, 8, 8],
      ['4 × 6 × (2 − 1) = 24', 1, 2, 4, 6],
      ['(10 - 4) * (13 - 9)', 4, 9, 10, 13],
      ['（1＋2＋3）×4', 1, 2, 3, 4],
    ] as const)
      expect(verify24(expression, numbers), expression).toEqual({ solved: true });
  });

  it('says what is wrong', () => {
    const reason = (expression: string, ...numbers: number[]) => {
      const verdict = verify24(expression, numbers);
      return verdict.solved ? 'solved' : verdict.reason;
    };
    expect(reason('4 * 6', 4, 6, 1, 1)).toBe('wrong-numbers');
    expect(reason('4 * 6 * 1 * 1 * 1', 4, 6, 1, 1)).toBe('wrong-numbers');
    expect(reason('24', 4, 6, 1, 1)).toBe('wrong-numbers');
    expect(reason('4 + 6 + 1 + 1', 4, 6, 1, 1)).toBe('wrong-value');
    expect(reason('4 / (1 - 1) * 6', 4, 6, 1, 1)).toBe('division-by-zero');
    expect(reason('4 * (6 + 1 - 1', 4, 6, 1, 1)).toBe('not-an-expression');
    expect(reason('process.exit(24)', 4, 6, 1, 1)).toBe('not-an-expression');
    expect(reason('4 ** 6 1 1', 4, 6, 1, 1)).toBe('not-an-expression');
    expect(reason('', 4, 6, 1, 1)).toBe('not-an-expression');
  });

  it('agrees with floating point on random expressions', () => {
    const number = fc.integer({ min: 1, max: 13 });
    fc.assert(
      fc.property(
        fc.tuple(number, number, number, number),
        fc.array(fc.constantFrom(...OPERATORS), { minLength: 3, maxLength: 3 }),
        ([a, b, c, d], [x, y, z]) => {
          const expression = `(${a} ${x} ${b}) ${y} (${c} ${z} ${d})`;
          const value = Function(`return ${expression}`)() as number;
          expect(verify24(expression, [a, b, c, d]).solved).toBe(Math.abs(value - 24) < 1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('solve24', () => {
  it('finds 1,362 of the 1,820 hands of four cards to have a solution, and every one verifies', () => {
    let solvable = 0;
    let hands = 0;
    for (let a = 1; a <= 13; a++)
      for (let b = a; b <= 13; b++)
        for (let c = b; c <= 13; c++)
          for (let d = c; d <= 13; d++) {
            hands++;
            const found = solve24([a, b, c, d]);
            if (found === null) continue;
            solvable++;
            if (!verify24(found, [a, b, c, d]).solved) throw new Error(`${found} is no solution`);
          }
    expect([hands, solvable]).toEqual([1820, 1362]);
  });
});

describe('readAnswer', () => {
  it('takes the last, in either language, and none from reasoning', () => {
    expect(readAnswer('1. …\nAnswer: 41\nChecked.\n**Answer:** 42')).toBe('42');
    expect(readAnswer('步骤……\n答案：42')).toBe('42');
    expect(readAnswer('100 - 37 = 63\n\nThe answer is 63.')).toBe('63');
    expect(readAnswer('The answer is 7.\nAnswer: 8')).toBe('8');
    expect(readAnswer('<think>Answer: 1</think>\nI do not know.')).toBeNull();
  });
});

describe('strategies', () => {
  it('ask once, greedily, and count tokens', async () => {
    const model = scriptedModel(['Answer: 6', '1. 2 times 3 is 6.\nAnswer: 6']);
    const short = await direct('2 times 3?', model);
    const long = await chainOfThought('2 times 3?', model);
    expect([short.answer, long.answer]).toEqual(['6', '6']);
    expect(long.usage.outputTokens).toBeGreaterThan(short.usage.outputTokens);
    expect(model.calls.map(({ options }) => options.temperature)).toEqual([0, 0]);
  });

  it('self-consistency takes the majority, whatever the spelling, and chains without an answer do not vote', async () => {
    const model = scriptedModel(['Answer: 42', 'Answer: 7', 'no idea', 'Answer: forty two', 'Answer:  4 2 ']);
    const found = await selfConsistency('6 × 7?', model, { samples: 5, concurrency: 1, seed: 10 });
    expect(found.answer).toBe('42');
    expect(found.votes.map(({ count }) => count)).toEqual([2, 1, 1]);
    expect(found.calls).toBe(5);
    expect(model.calls.map(({ options }) => options.seed)).toEqual([10, 11, 12, 13, 14]);
    expect(model.calls.every(({ options }) => options.temperature === 0.7)).toBe(true);
    const each = await Promise.all(
      ['Answer: 42'].map((reply) => chainOfThought('6 × 7?', scriptedModel([reply]))),
    );
    expect(found.usage.inputTokens).toBe(5 * (each[0]?.usage.inputTokens ?? 0));
  });

  it('show examples as earlier turns', async () => {
    const model = scriptedModel(['Answer: 6']);
    await direct('2 times 3?', model, { examples: [{ problem: '1 plus 1?', answer: 'Answer: 2' }] });
    expect(model.calls[0]!.messages.map(({ role, content }) => [role, content]).slice(1)).toEqual([
      ['user', '1 plus 1?'],
      ['assistant', 'Answer: 2'],
      ['user', '2 times 3?'],
    ]);
  });

  it('draw until a verifier accepts, and say when none was', async () => {
    const model = scriptedModel(['Answer: 5', 'no idea', 'Answer: 6', 'Answer: 7']);
    const found = await bestOf('2 times 3?', model, {
      samples: 9,
      seed: 3,
      accepts: (answer) => answer === '6',
    });
    expect(found).toMatchObject({ answer: '6', accepted: true, calls: 3 });
    expect(model.calls.map(({ options }) => options.seed)).toEqual([3, 4, 5]);
    const never = await bestOf(
      '?',
      scriptedModel(() => 'Answer: 1'),
      { samples: 4, by: 'direct', accepts: () => false },
    );
    expect(never).toMatchObject({ answer: '1', accepted: false, calls: 4 });
  });

  it('stop at the token budget', async () => {
    const budget = new TokenBudget(400);
    const model = guardModel(scriptedModel('Answer: 1'), { budget });
    await expect(selfConsistency('?', model, { samples: 50, maxOutputTokens: 20 })).rejects.toMatchObject({
      code: 'budget-exhausted',
    });
    expect(budget.spent).toBeLessThanOrEqual(400);
  });
});

describe('takeStep', () => {
  const state = [4, 9, 10, 13].map((number) => ({ value: rational(BigInt(number))!, text: `${number}` }));
  it('follows legal steps, computing the result itself', () => {
    const next = takeStep(state, '13 - 9 = 5 (left: 4 5 10)'); // The model is wrong about the five.
    expect(next?.map(({ value }) => show(value))).toEqual(['4', '10', '4']);
    expect(next?.at(-1)?.text).toBe('(13 - 9)');
  });
  it('refuses numbers that are not there, one number twice, and no step at all', () => {
    for (const line of ['5 + 9 = 14', '4 + 4 = 8', '4 ^ 9 = 1', 'the answer is 24', '4 / 0 = 1'])
      expect(takeStep(state, line)).toBeUndefined();
  });
});

describe('tree24', () => {
  const left = (messages: readonly Message[]): number[] =>
    /Numbers left: (.*)/.exec(messages[1]!.content)![1]!.split(' ').map(Number);

  /** Proposes every whole step in a fixed order, and judges by `judge`. */
  const solver = (judge: (numbers: number[]) => string) =>
    scriptedModel((messages: readonly Message[]) => {
      const numbers = left(messages);
      if (!messages[0]!.content.includes('step takes two')) return judge(numbers);
      const lines: string[] = [];
      for (const [i, a] of numbers.entries())
        for (const [j, b] of numbers.entries())
          if (i !== j)
            for (const operator of OPERATORS)
              if (operator !== '/' || (b !== 0 && a % b === 0)) lines.push(`${a} ${operator} ${b} = ?`);
      return lines.join('\n');
    });
  const knows = (numbers: number[]) => `hm …\n${solve24(numbers.map(Math.trunc)) ? 'sure' : 'impossible'}`;

  it('finds a verified solution where judgement is sound, even with a beam of one', async () => {
    const model = solver(knows);
    const found = await tree24([4, 9, 10, 13], model, { breadth: 1 });
    expect(verify24(found.answer ?? '', [4, 9, 10, 13])).toEqual({ solved: true });
    expect(found.levels).toHaveLength(3);
    expect(found.calls).toBe(model.calls.length);
    expect(found.usage.inputTokens).toBeGreaterThan(1000);
  });

  it('may miss one where judgement is blind; a wider beam repairs that', async () => {
    const blind = () => 'likely';
    const hands = [
      [4, 9, 10, 13],
      [1, 5, 6, 8],
      [2, 7, 8, 9],
      [3, 5, 7, 11],
      [2, 3, 10, 12],
    ];
    const solved = async (breadth: number) => {
      let count = 0;
      for (const hand of hands) {
        const { answer } = await tree24(hand, solver(blind), { breadth, judgements: 1 });
        if (answer !== null && verify24(answer, hand).solved) count++;
      }
      return count;
    };
    const [narrow, wide] = [await solved(1), await solved(5000)];
    expect(narrow).toBeLessThan(wide);
    expect(hands.every((hand) => solve24(hand) !== null)).toBe(true);
    expect(wide).toBe(hands.length);
  });

  it('gives no answer where none is proposed, and cannot be talked into one', async () => {
    const liar = scriptedModel('4 * 6 = 24 (left: 24)\n24 = 24\nsure');
    const found = await tree24([1, 1, 1, 1], liar, { judgements: 1 });
    expect(found.answer).toBeNull();
    expect(found.levels[0]).toMatchObject({ proposed: 0, rejected: 2 });
  });

  it('stops when cancelled', async () => {
    const control = new AbortController();
    const slow = scriptedModel('1 + 1 = 2', { delayMs: 30 });
    setTimeout(() => control.abort(), 10);
    await expect(tree24([1, 1, 1, 1], slow, { signal: control.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('reads the last verdict', () => {
    expect(readVerdict('It is likely … \nSure')).toBe(20);
    expect(readVerdict('impossible')).toBe(0.001);
    expect(readVerdict('who knows')).toBe(0);
  });
});

describe('inParallel', () => {
  it('keeps order and limit, and begins nothing after a failure', async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, (10 - item) % 4));
      running--;
      return item * 2;
    };
    expect(await inParallel([1, 2, 3, 4, 5, 6], 3, work)).toEqual([2, 4, 6, 8, 10, 12]);
    expect(most).toBe(3);
    const begun: number[] = [];
    await expect(
      inParallel([1, 2, 3, 4, 5], 1, async (item) => {
        begun.push(item);
        if (item === 2) throw new Error('two');
      }),
    ).rejects.toThrow('two');
    expect(begun).toEqual([1, 2]);
  });
});
