/** Tree of thoughts on the Game of 24. The model proposes and judges; arithmetic and the last word are ours. */
import type { Locale } from '@viva/bank';
import { addUsage, type LanguageModel, NO_USAGE } from '../model/language-model.ts';
import { renderPrompt } from '../prompts/prompt.ts';
import { REASONING_PROMPTS } from '../prompts/reasoning-prompts.ts';
import { verify24 } from './game-of-24.ts';
import { apply, equals, type Operator, type Rational, rational, readRational, show } from './rational.ts';
import type { Reasoned } from './strategies.ts';
import { type TreeLevel, type TreeProblem, treeOfThoughts } from './tree-of-thoughts.ts';

export interface Tree24Options {
  /** States kept at each level. Default 5. */
  breadth?: number;
  /** Steps asked for from a state. Default 8. */
  proposals?: number;
  /** Judgements of a state, summed. Default 3, as in the paper. */
  judgements?: number;
  temperature?: number;
  concurrency?: number;
  locale?: Locale;
  seed?: number;
  signal?: AbortSignal;
  onLevel?: (level: TreeLevel) => void;
}

interface Part {
  value: Rational;
  text: string;
}

type State = readonly Part[];

const STEP = /(-?\d+(?:\/\d+)?)\s*([-+*/×÷−])\s*(-?\d+(?:\/\d+)?)\s*=/;
const SIGNS: Readonly<Record<string, Operator>> = { '×': '*', '÷': '/', '−': '-' };

/**
 * The state after a line such as `8 / 4 = 2 (left: 2 6 1)`. What the model says is left is not trusted: numbers must be
 * there, and the result is computed.
 * @returns undefined for a line that is no legal step
 */
export function takeStep(state: State, line: string): State | undefined {
  const found = STEP.exec(line.normalize('NFKC'));
  if (!found) return undefined;
  const [, left = '', sign = '', right = ''] = found;
  const a = readRational(left);
  const b = readRational(right);
  if (!a || !b) return undefined;
  const first = state.findIndex(({ value }) => equals(value, a));
  const second = state.findIndex(({ value }, at) => at !== first && equals(value, b));
  const one = state[first];
  const other = state[second];
  if (!one || !other) return undefined;
  const operator = SIGNS[sign] ?? (sign as Operator);
  const value = apply(operator, one.value, other.value);
  if (!value) return undefined;
  const rest = state.filter((_, at) => at !== first && at !== second);
  return [...rest, { value, text: `(${one.text} ${operator} ${other.text})` }];
}

/** What the three verdicts count; the values of the paper's own code. */
const VALUES: Readonly<Record<string, number>> = { sure: 20, likely: 1, impossible: 0.001 };

/** The last verdict in a text; none counts nothing. */
export function readVerdict(text: string): number {
  const found = text
    .toLowerCase()
    .match(/\b(sure|likely|impossible)\b/g)
    ?.at(-1);
  return found ? (VALUES[found] ?? 0) : 0;
}

const numbersOf = (state: State): string =>
  state
    .map(({ value }) => show(value))
    .sort()
    .join(' ');

/** @returns an expression that has been verified, or none; `levels` shows the search */
export async function tree24(
  numbers: readonly number[],
  model: LanguageModel,
  options: Tree24Options = {},
): Promise<Reasoned & { levels: TreeLevel[] }> {
  const {
    breadth = 5,
    proposals = 8,
    judgements = 3,
    temperature = 0.7,
    locale = 'en',
    seed,
    signal,
  } = options;
  const { 'game24-propose': propose, 'game24-evaluate': evaluate } = REASONING_PROMPTS;
  const thoughts: string[] = [];
  let drawn = 0;
  const settings = () => ({
    temperature,
    ...(seed === undefined ? {} : { seed: seed + drawn++ }),
    ...(signal ? { signal } : {}),
  });
  const problem: TreeProblem<State> = {
    root: numbers.map((number) => ({ value: rational(BigInt(number)) as Rational, text: `${number}` })),
    key: numbersOf,
    isGoal: (state) => state.length === 1 && verify24(state[0]?.text ?? '', numbers).solved,
    async propose(state) {
      const { text, usage } = await model.generate(
        renderPrompt(propose, locale, { numbers: numbersOf(state), count: proposals }),
        { ...settings(), maxOutputTokens: 400 },
      );
      thoughts.push(text);
      const lines = text.split('\n').filter((line) => line.includes('='));
      const states = lines.flatMap((line) => {
        const next = takeStep(state, line);
        return next ? [next] : [];
      });
      return { states, rejected: lines.length - states.length, calls: 1, usage };
    },
    async evaluate(state) {
      let value = 0;
      let usage = NO_USAGE;
      for (let at = 0; at < judgements; at++) {
        const judged = await model.generate(renderPrompt(evaluate, locale, { numbers: numbersOf(state) }), {
          ...settings(),
          maxOutputTokens: 300,
        });
        value += readVerdict(judged.text);
        usage = addUsage(usage, judged.usage);
      }
      return { value, calls: judgements, usage };
    },
  };
  const { goal, levels, calls, usage } = await treeOfThoughts(problem, {
    breadth,
    depth: numbers.length - 1,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(signal ? { signal } : {}),
    ...(options.onLevel ? { onLevel: options.onLevel } : {}),
  });
  const answer = goal?.[0]?.text.replace(/^\((.*)\)$/, '$1') ?? null;
  return { answer, thoughts, calls, usage, levels };
}
