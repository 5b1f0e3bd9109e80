/** Where a rater leans against experts: severity and leniency, and restriction of range (central tendency). Pure. */
import { type AttemptAgreement, attemptAgreement } from './attempt-agreement.ts';

interface Pair {
  score: number;
  expert: number;
}

export interface RatingTendency extends AttemptAgreement {
  /** Mean of own score minus expert score: positive is lenient. */
  bias: number;
  leaning: 'early' | 'lenient' | 'severe' | 'even';
  /** Standard deviation of own scores over that of the experts' on the same transcripts; null where the latter is 0. */
  spread: number | null;
  /**
   * `central`: own scores keep to the middle (central tendency); `narrow`: to one end or a part of the scale (restriction of
   * range); `extreme`: they go further out than the experts'.
   */
  range: 'early' | 'central' | 'narrow' | 'extreme' | 'alike';
}

/** Fewer say nothing of a tendency. */
const LEAST = 3;
/** From a quarter of a point on, as with attempts. */
const LEANS = 0.25;
/** Own scores that spread by less than three quarters, or more than four thirds, of the experts'. */
const NARROW = 3 / 4;
/** The middle of the scale of 1 to 5, and how far from it a mean may lie to be of the middle. */
const MIDDLE = 3;
const NEAR_MIDDLE = 0.75;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
};

/** @param pairs one or more @throws RangeError for none */
export function ratingTendency(pairs: readonly Pair[]): RatingTendency {
  const agreement = attemptAgreement(pairs);
  if (!agreement) throw new RangeError('a tendency needs at least one score');
  const bias = mean(pairs.map(({ score, expert }) => score - expert));
  const experts = deviation(pairs.map(({ expert }) => expert));
  const spread = experts === 0 ? null : deviation(pairs.map(({ score }) => score)) / experts;
  const enough = pairs.length >= LEAST;
  return {
    ...agreement,
    bias,
    leaning: !enough ? 'early' : bias > LEANS ? 'lenient' : bias < -LEANS ? 'severe' : 'even',
    spread,
    range:
      !enough || spread === null
        ? 'early'
        : spread < NARROW
          ? Math.abs(mean(pairs.map(({ score }) => score)) - MIDDLE) <= NEAR_MIDDLE
            ? 'central'
            : 'narrow'
          : spread > 1 / NARROW
            ? 'extreme'
            : 'alike',
  };
}
