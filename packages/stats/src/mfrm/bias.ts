/** Interactions: where a rater is severer with one item, or with one group, than that rater is overall. */
import { OptionError } from '../errors.ts';
import { normalP, studentP } from '../numeric/distributions.ts';
import { EXTREME_ADJUSTMENT } from './extreme.ts';
import { internalsOf } from './fit.ts';
import type { RatingsFit } from './fit-types.ts';
import { boundEta, stepTable } from './parameters.ts';

export interface BiasTerm {
  rater: string;
  /** The item, or the group. */
  other: string;
  count: number;
  observedAverage: number;
  expectedAverage: number;
  /** Extra severity, logits: positive where the rater is harder here than elsewhere. */
  bias: number;
  se: number;
  t: number;
  df: number;
  p: number;
  /** Adjusted for the number of terms (Benjamini & Hochberg 1995). */
  pAdjusted: number;
}

export interface BiasReport {
  by: 'item' | 'group';
  /** Largest |t| first. */
  terms: BiasTerm[];
  /** All terms together against none: Σ t², its degrees of freedom and p. */
  chiSquare: number;
  df: number;
}

/**
 * Rater × item or rater × group bias with the main effects held, as FACETS' bias analysis (Linacre, "Bias interaction
 * estimation"): each term b solves Σ E(x | θ − α − δ − b) = Σ x over its ratings. A term whose ratings are all at one
 * end takes its score 0.3 inside it.
 * @throws OptionError `no-groups` when no person has a group; `fit-not-live` for a copied fit
 */
export function biasInteractions(fit: RatingsFit, by: 'item' | 'group'): BiasReport {
  const { design: d, estimation } = internalsOf(fit);
  const { table, rows } = d;
  const names = by === 'item' ? table.items : table.groups;
  if (by === 'group' && names.length === 0)
    throw new OptionError('no-groups', 'No person has a group: there is nothing to compare severities by.');
  const { theta, facets } = estimation.parameters;
  const steps = stepTable(d, facets);
  const K = d.steps;

  // Rows gathered by term.
  const lists = new Map<number, number[]>();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const other =
      by === 'item'
        ? (table.item[row] as number)
        : (table.personGroup[table.person[row] as number] as number);
    if (other === -1) continue;
    const key = (table.rater[row] as number) * names.length + other;
    const list = lists.get(key);
    if (list) list.push(row);
    else lists.set(key, [row]);
  }
  const terms: BiasTerm[] = [];
  for (const [key, list] of lists) {
    const rater = Math.floor(key / names.length);
    const n = list.length;
    const eta = new Float64Array(n);
    const set = new Int32Array(n);
    let observed = 0;
    let raw = 0;
    let most = 0;
    for (let at = 0; at < n; at++) {
      const row = list[at] as number;
      const i = table.item[row] as number;
      set[at] = d.model === 'rsm' ? 0 : i;
      eta[at] =
        (theta[table.person[row] as number] as number) -
        (facets[rater] as number) -
        (facets[d.raters + i] as number);
      observed += d.category[row] as number;
      raw += table.score[row] as number;
      most += d.stepCount[set[at] as number] as number;
    }
    const target = Math.min(most - EXTREME_ADJUSTMENT, Math.max(EXTREME_ADJUSTMENT, observed));
    let bias = 0;
    let info = 0;
    let expectedRaw = 0;
    let low = -20;
    let high = 20;
    for (let turn = 0; turn < 60; turn++) {
      let sum = 0;
      info = 0;
      let value = 0;
      for (let at = 0; at < n; at++) {
        const base = (set[at] as number) * (K + 1);
        const e = Math.exp(boundEta((eta[at] as number) - bias, K));
        let power = 1;
        let z = 0;
        let first = 0;
        let second = 0;
        let points = 0;
        for (let k = 0; k <= K; k++) {
          const p = power * (steps[base + k] as number);
          z += p;
          first += k * p;
          second += k * k * p;
          points += (d.value[base + k] as number) * p;
          power *= e;
        }
        const mean = first / z;
        sum += mean;
        info += second / z - mean * mean;
        value += points / z;
      }
      if (turn === 0) expectedRaw = value;
      const gap = sum - target;
      if (gap > 0) low = bias;
      else high = bias;
      // Newton, kept inside the bracket: Σ E falls as the bias grows.
      let next = info > 1e-9 ? bias + gap / info : 0.5 * (low + high);
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      if (Math.abs(next - bias) < 1e-8) {
        bias = next;
        break;
      }
      bias = next;
    }
    const se = 1 / Math.sqrt(Math.max(info, 1e-9));
    const t = bias / se;
    const df = Math.max(1, n - 1);
    terms.push({
      rater: table.raters[rater] as string,
      other: names[key % names.length] as string,
      count: n,
      observedAverage: raw / n,
      expectedAverage: expectedRaw / n,
      bias,
      se,
      t,
      df,
      p: n > 1 ? studentP(t, df) : normalP(t),
      pAdjusted: 1,
    });
  }
  adjust(terms);
  terms.sort((a, b) => Math.abs(b.t) - Math.abs(a.t));
  return { by, terms, chiSquare: terms.reduce((sum, { t }) => sum + t * t, 0), df: terms.length };
}

function adjust(terms: BiasTerm[]): void {
  const order = [...terms].sort((a, b) => b.p - a.p);
  let least = 1;
  for (const [at, term] of order.entries()) {
    least = Math.min(least, (term.p * order.length) / (order.length - at));
    term.pAdjusted = least;
  }
}

export interface UnexpectedRating {
  person: string;
  rater: string;
  item: string;
  score: number;
  /** By the model, on the original scale. */
  expected: number;
  /** Standardised residual; positive where the score is higher than expected. */
  z: number;
}

/** Ratings farthest from what the model expects, worth a discussion: |z| of `least` (default 2) and more. */
export function unexpectedRatings(
  fit: RatingsFit,
  options: { least?: number; limit?: number } = {},
): UnexpectedRating[] {
  const { least = 2, limit = 50 } = options;
  const { design: d, statistics } = internalsOf(fit);
  const { table } = d;
  const found: UnexpectedRating[] = [];
  for (let at = 0; at < d.rows.length; at++) {
    const z = statistics.residual[at] as number;
    if (Math.abs(z) < least) continue;
    const row = d.rows[at] as number;
    found.push({
      person: table.persons[table.person[row] as number] as string,
      rater: table.raters[table.rater[row] as number] as string,
      item: table.items[table.item[row] as number] as string,
      score: table.score[row] as number,
      expected: statistics.expected[at] as number,
      z,
    });
  }
  return found.sort((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, limit);
}
