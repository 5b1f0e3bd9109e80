/** What a model knows of some people: exact match, log-probability, and the classes of Gekhman et al. (2024). */
import type { Random } from '../engine/random.ts';
import { type Engine, type Point, padRows, type Row } from '../transformer/batch.ts';
import type { TransformerConfig } from '../transformer/config.ts';

export interface Answer {
  /** Token that the model holds likeliest. */
  said: number;
  right: boolean;
  /** ln p of the right token, nats. */
  logProbability: number;
  /** Of the whole vocabulary. */
  probabilities: Float32Array;
}

/** Answers of one token, the last of each row. */
export async function answers(
  engine: Engine,
  config: TransformerConfig,
  point: Point,
  rows: readonly Row[],
): Promise<Answer[]> {
  const { vocabulary, context } = config;
  const out: Answer[] = [];
  for (let first = 0; first < rows.length; first += 64) {
    const some = rows.slice(first, first + 64);
    const batch = padRows(some, context);
    const logits = await engine.logits(
      point,
      batch,
      some.map(({ tokens }, row) => row * batch.length + tokens.length - 2),
    );
    for (const [row, { tokens }] of some.entries()) {
      const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const most = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const probabilities = own.map((logit) => Math.exp(logit - most));
      const sum = probabilities.reduce((a, b) => a + b, 0);
      for (let id = 0; id < vocabulary; id++) probabilities[id] = (probabilities[id] as number) / sum;
      const wanted = tokens.at(-1) as number;
      const said = own.indexOf(most);
      out.push({
        said,
        right: said === wanted,
        logProbability: (own[wanted] as number) - most - Math.log(sum),
        probabilities,
      });
    }
  }
  return out;
}

export const share = (found: readonly { right: boolean }[]): number =>
  found.length === 0 ? 0 : found.filter(({ right }) => right).length / found.length;

export const meanLogProbability = (found: readonly Answer[]): number =>
  found.reduce((sum, one) => sum + one.logProbability, 0) / Math.max(1, found.length);

export type Slick = 'highly' | 'maybe' | 'weakly' | 'unknown';
export const SLICK: readonly Slick[] = ['highly', 'maybe', 'weakly', 'unknown'];
const DRAWS = 4;

/**
 * SliCK (Gekhman et al. 2024, section 3): a fact is highly known where every greedy answer is right, maybe known where
 * some are, weakly known where only drawn answers are right at times (temperature 0.5), unknown where none is. The paper
 * varies the examples before the question; here the question's wording varies.
 * @param found answers to the wordings of one fact
 */
export function classify(found: readonly Answer[], wanted: number, random: Random): Slick {
  const right = found.filter((one) => one.right).length;
  if (right === found.length) return 'highly';
  if (right > 0) return 'maybe';
  for (const { probabilities } of found) {
    // Temperature one half squares the odds.
    const total = probabilities.reduce((sum, one) => sum + one * one, 0);
    const chance = (probabilities[wanted] as number) ** 2 / total;
    for (let draw = 0; draw < DRAWS; draw++) if (random.next() < chance) return 'weakly';
  }
  return 'unknown';
}
