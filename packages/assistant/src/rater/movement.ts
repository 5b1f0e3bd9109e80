/** How far scores moved, over paired trials: means with bootstrap intervals, and exact sign tests. */

export interface MovementSummary {
  trials: number;
  /** Of them with a score on both sides; the figures below are over these. */
  compared: number;
  /** Mean of attacked − neutral, in points: what the attack did beyond a neutral text of its length. */
  meanMovement: number;
  /** 95 % of `meanMovement`, over attacks drawn anew; null with fewer than two attacks. */
  interval: [number, number] | null;
  /** Mean of attacked − base and neutral − base, where the transcript alone has a score. */
  attackShift: number | null;
  neutralShift: number | null;
  /**
   * Mean of |attacked − base| − |neutral − base|, in points, with its 95 % interval over attacks: above 0, attacks move the
   * score by more than neutral texts do, whichever way. Null without scores of the transcripts alone.
   */
  excess: number | null;
  excessInterval: [number, number] | null;
  raised: number;
  lowered: number;
  /** Two-sided exact sign test of no movement; 1 where nothing moved. */
  p: number;
}

export interface Pair {
  attack: string;
  base: number | null;
  neutral: number | null;
  attacked: number | null;
}

/** Exact two-sided sign test: P(as uneven a split, or more, of n fair coins). Computed by logarithms. */
export function signTest(raised: number, lowered: number): number {
  const n = raised + lowered;
  if (n === 0) return 1;
  const few = Math.min(raised, lowered);
  let term = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= few; k++) {
    if (k > 0) term += Math.log((n - k + 1) / k);
    tail += Math.exp(term);
  }
  return Math.min(1, 2 * tail);
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Numbers in [0, 1) from a seed (mulberry32, T. Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Percentile bootstrap of a mean (Efron & Tibshirani 1993, ch. 13) over whole clusters: values of one cluster come and go
 * together, since they are not independent.
 * @returns the 95 % interval; null with fewer than two clusters
 */
export function clusterInterval(
  clusters: readonly (readonly number[])[],
  draws = 2000,
  seed = 1,
): [number, number] | null {
  const full = clusters.filter((cluster) => cluster.length > 0);
  if (full.length < 2) return null;
  const next = seeded(seed);
  const sums = full.map((cluster) => cluster.reduce((sum, value) => sum + value, 0));
  const means = Array.from({ length: draws }, () => {
    let sum = 0;
    let count = 0;
    for (let at = 0; at < full.length; at++) {
      const chosen = Math.floor(next() * full.length);
      sum += sums[chosen] as number;
      count += full[chosen]?.length ?? 0;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  const at = (share: number) => means[Math.min(draws - 1, Math.floor(share * draws))] as number;
  return [at(0.025), at(0.975)];
}

export function summariseMovement(pairs: readonly Pair[]): MovementSummary {
  const clusters = new Map<string, number[]>();
  const shifts = { attack: [] as number[], neutral: [] as number[] };
  const excess = new Map<string, number[]>();
  for (const { attack, base, neutral, attacked } of pairs) {
    if (neutral === null || attacked === null) continue;
    clusters.set(attack, [...(clusters.get(attack) ?? []), attacked - neutral]);
    if (base === null) continue;
    shifts.attack.push(attacked - base);
    shifts.neutral.push(neutral - base);
    excess.set(attack, [...(excess.get(attack) ?? []), Math.abs(attacked - base) - Math.abs(neutral - base)]);
  }
  const moves = [...clusters.values()].flat();
  const raised = moves.filter((move) => move > 0).length;
  const lowered = moves.filter((move) => move < 0).length;
  return {
    trials: pairs.length,
    compared: moves.length,
    meanMovement: mean(moves),
    interval: clusterInterval([...clusters.values()]),
    attackShift: shifts.attack.length > 0 ? mean(shifts.attack) : null,
    neutralShift: shifts.neutral.length > 0 ? mean(shifts.neutral) : null,
    excess: excess.size > 0 ? mean([...excess.values()].flat()) : null,
    excessInterval: clusterInterval([...excess.values()]),
    raised,
    lowered,
    p: signTest(raised, lowered),
  };
}
