/** Text without end from a small grammar: sentences of an engineer's log, so that a network of letters has what to learn. */
import type { Random } from '../engine/random.ts';

/** The alphabet; a symbol is its place here. */
export const SYMBOLS = ' abcdefghijklmnopqrstuvwxyz.';

const WHO = ['the model', 'the team', 'a nurse', 'the scheduler', 'one reviewer', 'the server', 'our probe'];
const DID = ['found', 'dropped', 'logged', 'repeated', 'measured', 'delayed', 'restored', 'checked'];
const WHAT = ['a gradient', 'the scale', 'an outlier', 'two batches', 'the record', 'every layer', 'a token'];
const WHEN = [
  'at night',
  'before noon',
  'in the test',
  'after the release',
  'while idle',
  'again',
  'on monday',
];

/** Earlier ones more often, as words are in texts: weight 1 / (1 + place). */
function pick(from: readonly string[], random: Random): string {
  const total = from.reduce((sum, _, at) => sum + 1 / (1 + at), 0);
  let left = random.next() * total;
  for (const [at, one] of from.entries()) {
    left -= 1 / (1 + at);
    if (left < 0) return one;
  }
  return from.at(-1) as string;
}

/** @returns `length` symbols, from the beginning of a sentence on */
export function drawText(length: number, random: Random): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const end = random.next() < 0.6 ? ` ${pick(WHEN, random)}` : '';
    const sentence = `${pick(WHO, random)} ${pick(DID, random)} ${pick(WHAT, random)}${end}. `;
    for (const letter of sentence) {
      if (at >= length) break;
      out[at++] = SYMBOLS.indexOf(letter);
    }
  }
  return out;
}
