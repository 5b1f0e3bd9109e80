/** Cohen's kappa of two raters, weighted or not. */
import { TableShapeError } from '../errors.ts';
import { normalP, normalQuantile } from '../numeric/distributions.ts';
import { type AgreementWeights, weightMatrix } from './weights.ts';

export interface KappaEstimate {
  subjects: number;
  /** Null when both raters used one and the same category throughout: chance agreement is then certain. */
  value: number | null;
  /** Large-sample standard error (Fleiss, Cohen & Everitt 1969). */
  se: number | null;
  lower: number | null;
  upper: number | null;
  /** Against zero agreement beyond chance, with the standard error that holds there. */
  z: number | null;
  p: number | null;
  observed: number;
  expected: number;
}

/**
 * Cohen (1960, 1968). Pairs with a null are left out.
 * @param options.categories the scale, ascending; the categories in use when left out
 * @throws TableShapeError without a single complete pair, or for lists of different lengths
 */
export function cohenKappa(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
  options: { weights?: AgreementWeights; categories?: readonly number[]; level?: number } = {},
): KappaEstimate {
  const { weights = 'none', level = 0.95 } = options;
  if (first.length !== second.length)
    throw new TableShapeError('ragged', `One rater has ${first.length} ratings, the other ${second.length}.`);
  const pairs = first.flatMap((a, at) => {
    const b = second[at];
    return a === null || b === null || b === undefined ? [] : [[a, b] as const];
  });
  const n = pairs.length;
  if (n === 0) throw new TableShapeError('no-overlap', 'The two raters have no subject in common.');
  const categories = options.categories ?? [...new Set(pairs.flat())].sort((a, b) => a - b);
  const q = categories.length;
  const code = new Map(categories.map((value, k) => [value, k]));
  const w = weightMatrix(weights, categories);
  const joint = new Float64Array(q * q);
  const rows = new Float64Array(q);
  const columns = new Float64Array(q);
  for (const [a, b] of pairs) {
    const k = code.get(a);
    const l = code.get(b);
    if (k === undefined || l === undefined)
      throw new TableShapeError(
        'unknown-category',
        `${k === undefined ? a : b} is not one of the categories.`,
      );
    joint[k * q + l] = (joint[k * q + l] as number) + 1 / n;
    rows[k] = (rows[k] as number) + 1 / n;
    columns[l] = (columns[l] as number) + 1 / n;
  }
  const weightRow = new Float64Array(q);
  const weightColumn = new Float64Array(q);
  let observed = 0;
  let expected = 0;
  for (let k = 0; k < q; k++)
    for (let l = 0; l < q; l++) {
      const weight = w[k * q + l] as number;
      observed += weight * (joint[k * q + l] as number);
      expected += weight * (rows[k] as number) * (columns[l] as number);
      weightRow[k] = (weightRow[k] as number) + weight * (columns[l] as number);
      weightColumn[l] = (weightColumn[l] as number) + weight * (rows[k] as number);
    }
  if (1 - expected < 1e-12)
    return {
      subjects: n,
      value: null,
      se: null,
      lower: null,
      upper: null,
      z: null,
      p: null,
      observed,
      expected,
    };
  const value = (observed - expected) / (1 - expected);
  let spread = 0;
  let spreadNull = 0;
  for (let k = 0; k < q; k++)
    for (let l = 0; l < q; l++) {
      const weight = w[k * q + l] as number;
      const margin = (weightRow[k] as number) + (weightColumn[l] as number);
      spread += (joint[k * q + l] as number) * (weight - margin * (1 - value)) ** 2;
      spreadNull += (rows[k] as number) * (columns[l] as number) * (weight - margin) ** 2;
    }
  const scale = n * (1 - expected) ** 2;
  const se = Math.sqrt(Math.max(0, spread - (value - expected * (1 - value)) ** 2) / scale);
  const seNull = Math.sqrt(Math.max(0, spreadNull - expected * expected) / scale);
  const half = normalQuantile(1 - (1 - level) / 2) * se;
  const z = seNull > 0 ? value / seNull : null;
  return {
    subjects: n,
    value,
    se,
    lower: Math.max(-1, value - half),
    upper: Math.min(1, value + half),
    z,
    p: z === null ? null : normalP(z),
    observed,
    expected,
  };
}
