/**
 * Residual fit of every person, rater and item: infit and outfit mean squares and their cube-root (Wilson–Hilferty)
 * standardisation, with the model variances of Wright & Masters (1982, table 5.3a); and how often raters agree, beside
 * how often the model expects them to.
 */
import type { Design } from './design.ts';
import { boundEta, type Parameters, stepTable } from './parameters.ts';

export interface FitSums {
  count: Float64Array;
  score: Float64Array;
  expected: Float64Array;
  infit: Float64Array;
  outfit: Float64Array;
  infitZ: Float64Array;
  outfitZ: Float64Array;
}

class Sums {
  readonly n: Float64Array;
  readonly score: Float64Array;
  readonly expected: Float64Array;
  private readonly w: Float64Array;
  private readonly y2: Float64Array;
  private readonly z2: Float64Array;
  private readonly kurtosis: Float64Array;
  private readonly fourth: Float64Array;
  constructor(size: number) {
    this.n = new Float64Array(size);
    this.score = new Float64Array(size);
    this.expected = new Float64Array(size);
    this.w = new Float64Array(size);
    this.y2 = new Float64Array(size);
    this.z2 = new Float64Array(size);
    this.kurtosis = new Float64Array(size);
    this.fourth = new Float64Array(size);
  }
  add(e: number, x: number, mean: number, w: number, y2: number, z2: number, k: number, c: number): void {
    this.n[e] = (this.n[e] as number) + 1;
    this.score[e] = (this.score[e] as number) + x;
    this.expected[e] = (this.expected[e] as number) + mean;
    this.w[e] = (this.w[e] as number) + w;
    this.y2[e] = (this.y2[e] as number) + y2;
    this.z2[e] = (this.z2[e] as number) + z2;
    this.kurtosis[e] = (this.kurtosis[e] as number) + k;
    this.fourth[e] = (this.fourth[e] as number) + c;
  }
  finish(): FitSums {
    const size = this.n.length;
    const out: FitSums = {
      count: this.n,
      score: this.score,
      expected: this.expected,
      infit: new Float64Array(size),
      outfit: new Float64Array(size),
      infitZ: new Float64Array(size),
      outfitZ: new Float64Array(size),
    };
    for (let e = 0; e < size; e++) {
      const n = this.n[e] as number;
      const w = this.w[e] as number;
      if (n === 0 || w <= 0) continue;
      out.infit[e] = (this.y2[e] as number) / w;
      out.outfit[e] = (this.z2[e] as number) / n;
      out.infitZ[e] = wilsonHilferty(out.infit[e] as number, (this.fourth[e] as number) / (w * w));
      out.outfitZ[e] = wilsonHilferty(
        out.outfit[e] as number,
        (this.kurtosis[e] as number) / (n * n) - 1 / n,
      );
    }
    return out;
  }
}

/** (MS^⅓ − 1)·3/q + q/3, q² the model variance of the mean square; 0 when it has no variance. */
export function wilsonHilferty(meanSquare: number, variance: number): number {
  if (!(variance > 1e-12)) return 0;
  // Beyond √2 the approximation turns round; FACETS and Winsteps hold q there too.
  const q = Math.min(Math.sqrt(variance), Math.SQRT2);
  return (Math.cbrt(meanSquare) - 1) * (3 / q) + q / 3;
}

export interface FitStatistics {
  person: FitSums;
  rater: FitSums;
  item: FitSums;
  /** Of every row of `design.rows`: standardised residual, and expected score on the original scale. */
  residual: Float64Array;
  expected: Float64Array;
}

export function fitStatistics(d: Design, { theta, facets }: Parameters): FitStatistics {
  const { table, rows } = d;
  const K = d.steps;
  const steps = stepTable(d, facets);
  const person = new Sums(d.persons);
  const rater = new Sums(d.raters);
  const item = new Sums(d.items);
  const residual = new Float64Array(rows.length);
  const expected = new Float64Array(rows.length);
  const p = new Float64Array(K + 1);
  for (let n = 0; n < d.persons; n++) {
    const th = theta[n] as number;
    for (let at = d.start[n] as number; at < (d.start[n + 1] as number); at++) {
      const row = rows[at] as number;
      const r = table.rater[row] as number;
      const i = table.item[row] as number;
      const base = (d.model === 'rsm' ? 0 : i) * (K + 1);
      const e = Math.exp(boundEta(th - (facets[r] as number) - (facets[d.raters + i] as number), K));
      let power = 1;
      let z = 0;
      let first = 0;
      for (let k = 0; k <= K; k++) {
        const value = power * (steps[base + k] as number);
        p[k] = value;
        z += value;
        first += k * value;
        power *= e;
      }
      const mean = first / z;
      let w = 0;
      let c = 0;
      let score = 0;
      for (let k = 0; k <= K; k++) {
        const probability = (p[k] as number) / z;
        const square = (k - mean) * (k - mean);
        w += square * probability;
        c += square * square * probability;
        score += (d.value[base + k] as number) * probability;
      }
      if (!(w > 1e-10)) w = 1e-10;
      const y = (d.category[row] as number) - mean;
      const y2 = y * y;
      const z2 = y2 / w;
      const kurtosis = c / (w * w);
      const fourth = c - w * w;
      const raw = table.score[row] as number;
      person.add(n, raw, score, w, y2, z2, kurtosis, fourth);
      rater.add(r, raw, score, w, y2, z2, kurtosis, fourth);
      item.add(i, raw, score, w, y2, z2, kurtosis, fourth);
      residual[at] = y / Math.sqrt(w);
      expected[at] = score;
    }
  }
  return { person: person.finish(), rater: rater.finish(), item: item.finish(), residual, expected };
}

export interface ModelAgreement {
  /** Pairs of raters on the same person and item. */
  pairs: number;
  /** Shares of pairs with exactly the same category; null without a pair. */
  observed: number | null;
  expected: number | null;
  raters: { id: string; pairs: number; observed: number | null; expected: number | null }[];
}

/** Exact agreement, seen and expected by the model with raters as severe as they are (as FACETS' "Exp %"). */
export function modelAgreement(d: Design, { theta, facets }: Parameters): ModelAgreement {
  const { table, rows } = d;
  const K = d.steps;
  const W = K + 1;
  const steps = stepTable(d, facets);
  const pairs = new Float64Array(d.raters);
  const seen = new Float64Array(d.raters);
  const hoped = new Float64Array(d.raters);
  // Per item, within one person: how many, in which categories, and the sum of their probabilities.
  const many = new Int32Array(d.items);
  const counts = new Int32Array(d.items * W);
  const sums = new Float64Array(d.items * W);
  let own = new Float64Array(64 * W);
  for (let n = 0; n < d.persons; n++) {
    const from = d.start[n] as number;
    const to = d.start[n + 1] as number;
    if ((to - from) * W > own.length) own = new Float64Array(2 * (to - from) * W);
    for (let at = from; at < to; at++) {
      const row = rows[at] as number;
      const i = table.item[row] as number;
      const base = (d.model === 'rsm' ? 0 : i) * W;
      const r = table.rater[row] as number;
      const e = Math.exp(
        boundEta((theta[n] as number) - (facets[r] as number) - (facets[d.raters + i] as number), K),
      );
      const mine = (at - from) * W;
      let power = 1;
      let z = 0;
      for (let k = 0; k <= K; k++) {
        const value = power * (steps[base + k] as number);
        own[mine + k] = value;
        z += value;
        power *= e;
      }
      for (let k = 0; k <= K; k++) {
        const probability = (own[mine + k] as number) / z;
        own[mine + k] = probability;
        sums[i * W + k] = (sums[i * W + k] as number) + probability;
      }
      const cell = i * W + (d.category[row] as number);
      counts[cell] = (counts[cell] as number) + 1;
      many[i] = (many[i] as number) + 1;
    }
    for (let at = from; at < to; at++) {
      const row = rows[at] as number;
      const i = table.item[row] as number;
      const r = table.rater[row] as number;
      const others = (many[i] as number) - 1;
      if (others === 0) continue;
      let expected = 0;
      for (let k = 0; k <= K; k++) {
        const probability = own[(at - from) * W + k] as number;
        expected += probability * ((sums[i * W + k] as number) - probability);
      }
      pairs[r] = (pairs[r] as number) + others;
      seen[r] = (seen[r] as number) + (counts[i * W + (d.category[row] as number)] as number) - 1;
      hoped[r] = (hoped[r] as number) + expected;
    }
    for (let at = from; at < to; at++) {
      const i = table.item[rows[at] as number] as number;
      if (many[i] === 0) continue;
      many[i] = 0;
      counts.fill(0, i * W, (i + 1) * W);
      sums.fill(0, i * W, (i + 1) * W);
    }
  }
  const total = pairs.reduce((a, b) => a + b, 0);
  const share = (sum: number, of: number): number | null => (of > 0 ? sum / of : null);
  return {
    pairs: total / 2,
    observed: share(
      seen.reduce((a, b) => a + b, 0),
      total,
    ),
    expected: share(
      hoped.reduce((a, b) => a + b, 0),
      total,
    ),
    raters: table.raters.map((id, r) => ({
      id,
      pairs: pairs[r] as number,
      observed: share(seen[r] as number, pairs[r] as number),
      expected: share(hoped[r] as number, pairs[r] as number),
    })),
  };
}
