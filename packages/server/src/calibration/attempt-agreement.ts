/** What an attempt's agreement is worth: figures with intervals, for six transcripts say little by themselves. Pure. */
import { cohenKappa } from '@viva/stats';

interface Pair {
  score: number;
  expert: number;
}
interface Estimate {
  value: number | null;
  lower: number | null;
  upper: number | null;
}

export interface AttemptAgreement {
  transcripts: number;
  exact: Estimate;
  withinOne: Estimate;
  /** Cohen's kappa with quadratic weights over the scale of 1 to 5 (Fleiss, Cohen & Everitt 1969). */
  kappa: Estimate;
}

const Z = 1.959963984540054;

/** A share with Wilson's interval (1927): it stays within 0 and 1, also for all and for none. */
export function wilson(hits: number, n: number): Estimate {
  if (n === 0) return { value: null, lower: null, upper: null };
  const share = hits / n;
  const centre = (share + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n))) / (1 + (Z * Z) / n);
  return {
    value: share,
    // Rounding must not put a bound on the wrong side of the share.
    lower: Math.min(share, Math.max(0, centre - half)),
    upper: Math.max(share, Math.min(1, centre + half)),
  };
}

/** Null where nothing can be compared: the set has changed since. */
export function attemptAgreement(pairs: readonly Pair[]): AttemptAgreement | null {
  if (pairs.length === 0) return null;
  const within = (most: number): Estimate =>
    wilson(pairs.filter(({ score, expert }) => Math.abs(score - expert) <= most).length, pairs.length);
  const { value, lower, upper } = cohenKappa(
    pairs.map(({ score }) => score),
    pairs.map(({ expert }) => expert),
    { weights: 'quadratic', categories: [1, 2, 3, 4, 5] },
  );
  return {
    transcripts: pairs.length,
    exact: within(0),
    withinOne: within(1),
    kappa: { value, lower, upper },
  };
}
