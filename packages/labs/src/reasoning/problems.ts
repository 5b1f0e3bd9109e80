/** Problems for the tiny transformer, with their answers and the steps that lead there. */
import type { Random } from '../engine/random.ts';

export type TinyTask = 'running-sum' | 'addition' | 'recall' | 'lookup';

export interface Problem {
  /** As it is put, without the sign that asks for the answer. */
  question: string;
  answer: string;
  /** What is written before the answer when it is worked out. */
  steps: string;
}

export interface ProblemSource {
  draw(random: Random): Problem;
  /** Different problems that there are; guessing one of `answers` at random is right this often. */
  count: number;
  chance: number;
}

/** Every sign that problems, steps and answers are written in. */
export const ALPHABET = '0123456789+-=>;,?abcdefghij';

const digit = (random: Random): number => random.below(10);

/** `3+8-5`: the last digit of the result, by running results: `3,1,6`. One table look-up a step, if steps are written. */
function runningSum(size: number): ProblemSource {
  return {
    count: 10 ** size * 2 ** (size - 1),
    chance: 0.1,
    draw(random) {
      let value = digit(random);
      let question = `${value}`;
      const steps = [value];
      for (let at = 1; at < size; at++) {
        const next = digit(random);
        const plus = random.next() < 0.5;
        question += `${plus ? '+' : '-'}${next}`;
        value = (value + (plus ? next : 10 - next)) % 10;
        steps.push(value);
      }
      return { question, steps: steps.join(','), answer: `${value}` };
    },
  };
}

/** `27+58`: the sum in size + 1 digits, by columns from the right, each as digit + digit + carry = carry and digit. */
function addition(size: number): ProblemSource {
  return {
    count: 10 ** (2 * size),
    chance: 1 / (2 * 10 ** size - 1),
    draw(random) {
      const left = Array.from({ length: size }, () => digit(random));
      const right = Array.from({ length: size }, () => digit(random));
      const columns: string[] = [];
      let carry = 0;
      let answer = '';
      for (let at = size - 1; at >= 0; at--) {
        const a = left[at] as number;
        const b = right[at] as number;
        const sum = a + b + carry;
        columns.push(`${a}+${b}+${carry}=${sum >= 10 ? 1 : 0}${sum % 10}`);
        carry = sum >= 10 ? 1 : 0;
        answer = `${sum % 10}${answer}`;
      }
      return {
        question: `${left.join('')}+${right.join('')}`,
        steps: columns.join(','),
        answer: `${carry}${answer}`,
      };
    },
  };
}

const KEYS = 'abcdefghij';

/** `b4d7a1?d`: the digit after the letter asked for. Its "steps" tell the list again up to it, which computes nothing. */
function lookup(size: number): ProblemSource {
  return {
    count: 10 ** size * size,
    chance: 0.1,
    draw(random) {
      const keys = [...KEYS];
      const pairs: string[] = [];
      for (let at = 0; at < size; at++)
        pairs.push(`${keys.splice(random.below(keys.length), 1)[0]}${digit(random)}`);
      const asked = random.below(size);
      const pair = pairs[asked] as string;
      return {
        question: `${pairs.join('')}?${pair[0]}`,
        steps: pairs.slice(0, asked + 1).join(','),
        answer: pair[1] as string,
      };
    },
  };
}

/** `fd`: one of a hundred facts that are drawn once and learnt by heart. Its "steps" only say the question again. */
function recall(table: Random): ProblemSource {
  const facts = Array.from({ length: KEYS.length ** 2 }, () => digit(table));
  return {
    count: facts.length,
    chance: 0.1,
    draw(random) {
      const at = random.below(facts.length);
      const question = `${KEYS[Math.floor(at / KEYS.length)]}${KEYS[at % KEYS.length]}`;
      return { question, steps: [...question].join(','), answer: `${facts[at]}` };
    },
  };
}

/** Whether problems can be kept out of training; facts cannot, being what is learnt. */
export const canHoldOut = (task: TinyTask): boolean => task !== 'recall';

/**
 * @param size terms of a running sum, digits of an addition, entries of a list; facts are always a hundred
 * @param table draws what is fixed once: the facts
 */
export function problems(task: TinyTask, size: number, table: Random): ProblemSource {
  if (task === 'running-sum') return runningSum(size);
  if (task === 'addition') return addition(size);
  return task === 'recall' ? recall(table) : lookup(size);
}

/** The text that a model trained to answer at once is to write after a question, and one that works it out. */
export const directText = ({ question, answer }: Problem): string => `${question}>${answer}`;
export const workedText = ({ question, steps, answer }: Problem): string => `${question}>${steps};${answer}`;
