/** The Game of 24 by enumeration: every step from a state, whether 24 can still be reached, and how often a policy gets there. */
import {
  apply,
  equals,
  OPERATORS,
  type Operator,
  type Rational,
  rational,
  show,
} from '@viva/assistant/reasoning';
import type { Random } from '../engine/random.ts';

export type Numbers = readonly Rational[];

export interface Step {
  left: Rational;
  operator: Operator;
  right: Rational;
  result: Rational;
  rest: Numbers;
}

export const TARGET = rational(24n) as Rational;
export const numbersOf = (hand: readonly number[]): Numbers =>
  hand.map((one) => rational(BigInt(one)) as Rational);
/** Equal for the same numbers in any order. */
export const keyOf = (numbers: Numbers): string => numbers.map(show).sort().join(' ');

/** Every step that leads to different numbers, in a fixed order; of equal ones the first. */
export function stepsFrom(numbers: Numbers): Step[] {
  const found = new Map<string, Step>();
  for (let i = 0; i < numbers.length; i++)
    for (let j = 0; j < numbers.length; j++) {
      if (i === j) continue;
      for (const operator of OPERATORS) {
        if ((operator === '+' || operator === '*') && i > j) continue;
        const left = numbers[i] as Rational;
        const right = numbers[j] as Rational;
        const result = apply(operator, left, right);
        if (!result) continue;
        const rest = [...numbers.filter((_, at) => at !== i && at !== j), result];
        const key = keyOf(rest);
        if (!found.has(key)) found.set(key, { left, operator, right, result, rest });
      }
    }
  return [...found.values()];
}

/** Remembers what it has worked out; one for as many hands as one likes. */
export class Oracle {
  private readonly known = new Map<string, boolean>();
  private readonly steps = new Map<string, readonly Step[]>();
  private readonly useful = new Map<string, readonly Step[]>();

  /** Whether 24 can be made of all the numbers. */
  solvable(numbers: Numbers): boolean {
    const key = keyOf(numbers);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const found =
      numbers.length === 1
        ? equals(numbers[0] as Rational, TARGET)
        : this.from(numbers).some(({ rest }) => this.solvable(rest));
    this.known.set(key, found);
    return found;
  }

  from(numbers: Numbers): readonly Step[] {
    const key = keyOf(numbers);
    const before = this.steps.get(key);
    if (before) return before;
    const found = stepsFrom(numbers);
    this.steps.set(key, found);
    return found;
  }

  /** The steps after which 24 can still be reached. */
  good(numbers: Numbers): readonly Step[] {
    const key = keyOf(numbers);
    const before = this.useful.get(key);
    if (before) return before;
    const found = this.from(numbers).filter(({ rest }) => this.solvable(rest));
    this.useful.set(key, found);
    return found;
  }

  /**
   * How often a chain of steps ends in 24 when each is, with probability `skill`, any step from which 24 can be reached
   * (where there is one), and otherwise any step at all. Exact.
   */
  chainSuccess(numbers: Numbers, skill: number, seen = new Map<string, number>()): number {
    if (numbers.length === 1) return equals(numbers[0] as Rational, TARGET) ? 1 : 0;
    const key = keyOf(numbers);
    const before = seen.get(key);
    if (before !== undefined) return before;
    const all = this.from(numbers);
    const good = this.good(numbers);
    const mean = (steps: readonly Step[]): number =>
      steps.reduce((sum, { rest }) => sum + this.chainSuccess(rest, skill, seen), 0) / steps.length;
    const any = mean(all);
    const found = good.length === 0 ? any : skill * mean(good) + (1 - skill) * any;
    seen.set(key, found);
    return found;
  }
}

/** A hand of four cards, 1 to 13, that has a solution. */
export function drawHand(oracle: Oracle, random: Random): number[] {
  for (;;) {
    const hand = Array.from({ length: 4 }, () => 1 + random.below(13)).sort((a, b) => a - b);
    if (oracle.solvable(numbersOf(hand))) return hand;
  }
}
