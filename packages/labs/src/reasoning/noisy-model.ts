/**
 * A "language model" that plays the Game of 24 with errors of known size, so that what a strategy adds can be computed. It
 * reads the assistant's own prompts and answers in text; it knows nothing of which strategy is asking.
 */
import {
  estimateMessages,
  estimateTokens,
  type GenerateOptions,
  type Generation,
  type LanguageModel,
  type Message,
  readRational,
  show,
} from '@viva/assistant/reasoning';
import type { Random } from '../engine/random.ts';
import { freshStream } from './fresh-stream.ts';
import { keyOf, type Numbers, numbersOf, type Oracle, type Step } from './game24.ts';

export interface NoisyOptions {
  oracle: Oracle;
  /** Probability that a step is drawn among those from which 24 can be reached, and not among all. */
  skill: number;
  /** Probability that a judgement is the wrong way round. 0.5 knows nothing. */
  valueError: number;
  /** `fresh`: each judgement errs by itself. `fixed`: a state is misjudged the same way each time it is judged. */
  errors: 'fresh' | 'fixed';
  /**
   * Share of hands on which every whole solution begins with one and the same step: samples of a real model resemble one
   * another. 0: all are independent. Steps that are proposed side by side are not touched.
   */
  habit: number;
  seed: number;
}

/** How a hand is put to the strategies that ask for a whole solution. */
export const puzzleText = (hand: readonly number[]): string =>
  `Game of 24. Use each of these numbers once, with + - * / and brackets, to make 24: ${hand.join(' ')}`;

const PUZZLE = /to make 24: ([\d ]+)$/;
const LEFT = /(?:Numbers left|剩下的数)[:：] ?(.+)/;
const COUNT = /(?:up to|至多提出) ?(\d+)/;

function drawStep(
  { oracle, skill }: NoisyOptions,
  numbers: Numbers,
  random: Random,
  but = new Set<string>(),
): Step | null {
  const left = (steps: readonly Step[]): readonly Step[] =>
    but.size === 0 ? steps : steps.filter(({ rest }) => !but.has(keyOf(rest)));
  const all = left(oracle.from(numbers));
  const good = left(oracle.good(numbers));
  const from = good.length > 0 && random.next() < skill ? good : all;
  return from[random.below(from.length)] ?? null;
}

const line = ({ left, operator, right, result, rest }: Step): string =>
  `${show(left)} ${operator} ${show(right)} = ${show(result)} (left: ${rest.map(show).join(' ')})`;

/** A chain of three steps, with the expression that they make. */
function chain(
  options: NoisyOptions,
  hand: readonly number[],
  random: Random,
): { steps: Step[]; expression: string } {
  let parts = numbersOf(hand).map((value) => ({ value, text: show(value) }));
  const steps: Step[] = [];
  const own = freshStream(options.seed, `habit ${hand.join(' ')}`);
  const stuck = own.next() < options.habit;
  while (parts.length > 1) {
    const step = drawStep(
      options,
      parts.map(({ value }) => value),
      stuck && steps.length === 0 ? own : random,
    );
    if (!step) break;
    steps.push(step);
    const take = (wanted: string): string => {
      const at = parts.findIndex(({ value }) => show(value) === wanted);
      const [part] = parts.splice(at, 1);
      return part?.text ?? wanted;
    };
    const left = take(show(step.left));
    const right = take(show(step.right));
    parts = [...parts, { value: step.result, text: `(${left} ${step.operator} ${right})` }];
  }
  return { steps, expression: (parts[0]?.text ?? '').replace(/^\((.*)\)$/, '$1') };
}

export function noisyModel(options: NoisyOptions): LanguageModel {
  const { oracle, valueError, errors, seed } = options;
  const answer = (messages: readonly Message[], { seed: call }: GenerateOptions): string => {
    const system = messages[0]?.content ?? '';
    const user = messages.at(-1)?.content ?? '';
    // The same question under the same seed is answered alike, in whatever order questions come.
    const random = freshStream(seed, `${call ?? 'greedy'} ${system} ${user}`);
    const puzzle = PUZZLE.exec(user);
    if (puzzle) {
      const hand = (puzzle[1] as string).trim().split(' ').map(Number);
      const worked = /short numbered steps|分步解题/.test(system);
      const { steps, expression } = chain(options, hand, random);
      const lines = steps.map((step, at) => `${at + 1}. ${line(step)}`);
      return `${worked ? `${lines.join('\n')}\n` : ''}Answer: ${expression}`;
    }
    const numbers = (LEFT.exec(user)?.[1] ?? '')
      .trim()
      .split(/\s+/)
      .flatMap((text) => readRational(text) ?? []);
    const count = COUNT.exec(user);
    if (!count) {
      const wrong =
        errors === 'fixed'
          ? freshStream(seed, `value ${keyOf(numbers)}`).next() < valueError
          : random.next() < valueError;
      return oracle.solvable(numbers) !== wrong ? 'sure' : 'impossible';
    }
    const lines: string[] = [];
    const seen = new Set<string>();
    while (lines.length < Number(count[1])) {
      const step = drawStep(options, numbers, random, seen);
      if (!step) break;
      seen.add(keyOf(step.rest));
      lines.push(line(step));
    }
    return lines.join('\n');
  };
  const generate = async (messages: readonly Message[], asked: GenerateOptions = {}): Promise<Generation> => {
    asked.signal?.throwIfAborted();
    const text = answer(messages, asked);
    return {
      text,
      finish: 'stop',
      usage: { inputTokens: estimateMessages(messages), outputTokens: estimateTokens(text), estimated: true },
    };
  };
  return {
    id: 'noisy-24',
    host: null,
    generate,
    async *stream(messages, asked) {
      const { text, finish, usage } = await generate(messages, asked);
      yield { type: 'text', text };
      yield { type: 'end', finish, usage };
    },
  };
}
