/** The advisory rater by a strategy: at once, anchor by anchor, or anchor by anchor many times with a vote. */
import type { Question, ScalePoint } from '@viva/bank';
import { StructuredOutputError } from '../errors.ts';
import { addUsage, type LanguageModel, NO_USAGE } from '../model/language-model.ts';
import type { Prompt } from '../prompts/prompt.ts';
import { prompt } from '../prompts/prompt-file.ts';
import { inParallel } from '../reasoning/in-parallel.ts';
import {
  type AdvisoryRating,
  type Evidence,
  type RateOptions,
  type RatingPrompt,
  rateTranscript,
} from './rate-transcript.ts';

export const RATING_STRATEGIES = ['direct', 'chain-of-thought', 'self-consistency'] as const;
export type RatingStrategy = (typeof RATING_STRATEGIES)[number];

const promptName = (strategy: RatingStrategy): RatingPrompt =>
  strategy === 'direct' ? 'rate' : 'rate-steps';

/** What a strategy asks with: its name, version and hash go on record, also where the rating fails. */
export const ratingPrompt = (strategy: RatingStrategy): Promise<Prompt> => prompt(promptName(strategy));

export interface StrategyOptions extends Omit<RateOptions, 'prompt'> {
  /** Default `direct`. */
  strategy?: RatingStrategy;
  /** Ratings that self-consistency draws, 2 to 25. Default 5. The other strategies draw one. */
  samples?: number;
  /** Default 0, and 0.7 for self-consistency. */
  temperature?: number;
  /** Calls at once. Default 4. */
  concurrency?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface Vote {
  score: ScalePoint;
  count: number;
}

export interface StrategyRating extends AdvisoryRating {
  strategy: RatingStrategy;
  temperature: number;
  /** Asked for. */
  samples: number;
  seed: number | null;
  /** How many samples gave each score with evidence that holds, by score. */
  votes: Vote[];
  /** Sample standard deviation of the votes, in points: the rater's own uncertainty. Null below two votes. */
  spread: number | null;
  /** Samples without a vote: no quote of theirs held, or their answer had no shape. */
  withoutVote: number;
}

/**
 * The score that most votes are for (self-consistency, Wang et al. 2023); of equals the one nearest the mean of all
 * votes, then the lower.
 * @returns null without a vote
 */
export function decideVote(votes: readonly Vote[]): ScalePoint | null {
  const total = votes.reduce((sum, { count }) => sum + count, 0);
  const mean = votes.reduce((sum, { score, count }) => sum + score * count, 0) / Math.max(1, total);
  const [first] = [...votes].sort(
    (a, b) => b.count - a.count || Math.abs(a.score - mean) - Math.abs(b.score - mean) || a.score - b.score,
  );
  return first && first.count > 0 ? first.score : null;
}

/** Sample standard deviation (n − 1) of the votes; null below two. */
export function spreadOf(votes: readonly Vote[]): number | null {
  const total = votes.reduce((sum, { count }) => sum + count, 0);
  if (total < 2) return null;
  const mean = votes.reduce((sum, { score, count }) => sum + score * count, 0) / total;
  return Math.sqrt(
    votes.reduce((sum, { score, count }) => sum + count * (score - mean) ** 2, 0) / (total - 1),
  );
}

export function countVotes(scores: readonly (ScalePoint | null)[]): Vote[] {
  return ([1, 2, 3, 4, 5] as const).flatMap((score) => {
    const count = scores.filter((one) => one === score).length;
    return count > 0 ? [{ score, count }] : [];
  });
}

/** Each quote once for each anchor and stance. */
function distinct(evidence: readonly Evidence[]): Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ quote, anchor, stance }) => {
    const key = `${anchor} ${stance} ${quote.trim()}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * As `rateTranscript`, by a strategy. Samples of self-consistency have seeds that follow on each other where one is
 * given; a sample without evidence that holds, or without the shape asked for, does not vote. The evidence is that of
 * the samples that voted for the score.
 * @throws AssistantError `empty-transcript`, `all-set-aside`; StructuredOutputError when no sample had the shape; what the model throws
 */
export async function rateByStrategy(
  question: Question,
  transcript: string,
  model: LanguageModel,
  options: StrategyOptions = {},
): Promise<StrategyRating> {
  const { strategy = 'direct', concurrency = 4, onProgress, seed, ...rest } = options;
  const many = strategy === 'self-consistency';
  const samples = many ? (options.samples ?? 5) : 1;
  if (many && (!Number.isInteger(samples) || samples < 2 || samples > 25))
    throw new RangeError(`Self-consistency takes 2 to 25 samples, not ${samples}.`);
  const temperature = options.temperature ?? (many ? 0.7 : 0);
  const one = (at: number): Promise<AdvisoryRating> =>
    rateTranscript(question, transcript, model, {
      ...rest,
      prompt: promptName(strategy),
      temperature,
      ...(seed === undefined ? {} : { seed: seed + at }),
    });
  let done = 0;
  let shapeless: StructuredOutputError | undefined;
  const drawn = await inParallel(
    Array.from({ length: samples }, (_, at) => at),
    concurrency,
    async (at) => {
      try {
        return await one(at);
      } catch (error) {
        if (!many || !(error instanceof StructuredOutputError)) throw error;
        shapeless = error;
        return null;
      } finally {
        onProgress?.(++done, samples);
      }
    },
  );
  const ratings = drawn.filter((rating): rating is AdvisoryRating => rating !== null);
  const [first] = ratings;
  if (!first) throw shapeless ?? new Error('no sample was drawn');
  const votes = countVotes(ratings.map(({ score }) => score));
  const score = decideVote(votes);
  const given = score ?? decideVote(countVotes(ratings.map((rating) => rating.given))) ?? first.given;
  const supporting = ratings.filter((rating) => rating.score === score);
  return {
    score,
    given,
    evidence: distinct(supporting.flatMap(({ evidence }) => evidence)),
    dropped: ratings.flatMap(({ dropped }) => dropped),
    // The same for all: the screen draws nothing.
    setAside: first.setAside,
    lacking: (supporting[0] ?? first).lacking,
    provenance: first.provenance,
    usage: ratings.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
    strategy,
    temperature,
    samples,
    seed: seed ?? null,
    votes,
    spread: spreadOf(votes),
    withoutVote: samples - votes.reduce((sum, { count }) => sum + count, 0),
  };
}
