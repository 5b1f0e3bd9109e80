import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crossValidate, fitLinear, order, type RankingExample } from './fit-linear.ts';

/** Candidates that the second feature alone tells apart. */
const example: RankingExample = {
  features: [
    [0.9, 0.1],
    [0.5, 0.8],
    [0.7, 0.3],
  ],
  grades: [0, 2, 1],
};

it('learns what tells answers from others', () => {
  const weights = fitLinear([example], { prior: [1, 0], decay: 0.001 });
  expect(order([1, 0], example.features)).toEqual([0, 2, 1]);
  expect(order(weights, example.features)).toEqual([1, 2, 0]);
});

it('stands still where the gradient is nought: checked against the loss by differences', () => {
  const decay = 0.05;
  const weights = fitLinear([example], { prior: [0.2, 0], decay, steps: 2000 });
  const loss = (w: readonly number[]): number => {
    const score = (row: readonly number[]) => row.reduce((sum, x, at) => sum + x * (w[at] as number), 0);
    const pairs = [
      [1, 0],
      [1, 2],
      [2, 0],
    ] as const;
    const f = example.features;
    return (
      pairs.reduce(
        (sum, [i, j]) =>
          sum +
          Math.log1p(Math.exp(-(score(f[i] as readonly number[]) - score(f[j] as readonly number[])))) / 3,
        0,
      ) +
      decay * ((w[0] as number) - 0.2) ** 2 +
      decay * (w[1] as number) ** 2
    );
  };
  for (const at of [0, 1])
    for (const step of [-0.01, 0.01]) {
      const moved = weights.map((weight, i) => (i === at ? weight + step : weight));
      expect(loss(moved)).toBeGreaterThan(loss(weights));
    }
});

it('stays with its prior where nothing can be learnt', () => {
  expect(fitLinear([], { prior: [3, 1], decay: 1 })).toEqual([3, 1]);
  expect(fitLinear([{ features: [[1], [0]], grades: [0, 0] }], { prior: [2], decay: 0.1 })).toEqual([2]);
});

it('ranks each example by weights that were fitted without it', () => {
  const seen: number[] = [];
  const examples = Array.from({ length: 7 }, (_, at): RankingExample => ({ features: [[at]], grades: [1] }));
  crossValidate(examples, 3, (train) => {
    seen.push(train.length);
    const held = examples.filter((one) => !train.includes(one)).map(({ features }) => features[0]?.[0]);
    expect(held.every((value) => (value ?? 0) % 3 === (held[0] ?? 0) % 3)).toBe(true);
    return [1];
  });
  expect(seen).toEqual([4, 5, 5]);
});

it('orders by score, and leaves equals as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }), (values) => {
      const places = order(
        [1],
        values.map((value) => [value]),
      );
      for (let at = 1; at < places.length; at++) {
        const [a, b] = [places[at - 1] as number, places[at] as number];
        const difference = (values[a] as number) - (values[b] as number);
        expect(difference > 0 || (difference === 0 && a < b)).toBe(true);
      }
      expect([...places].sort((a, b) => a - b)).toEqual([...values.keys()]);
    }),
  );
});
