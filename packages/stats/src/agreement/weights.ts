/** How much two different categories agree: weights of 1 on the diagonal, falling with distance. */
import { OptionError } from '../errors.ts';

export type AgreementWeights = 'none' | 'linear' | 'quadratic' | 'ordinal';

/**
 * @param categories ascending values; `linear` and `quadratic` use their distance, `ordinal` their ranks (Gwet 2014, 3.5)
 * @returns w[k × q + l]
 */
export function weightMatrix(kind: AgreementWeights, categories: readonly number[]): Float64Array {
  const q = categories.length;
  const out = new Float64Array(q * q);
  const range = Math.max(1e-300, (categories[q - 1] ?? 0) - (categories[0] ?? 0));
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  for (let k = 0; k < q; k++)
    for (let l = 0; l < q; l++) {
      const distance = Math.abs((categories[k] as number) - (categories[l] as number)) / range;
      if (kind === 'none') out[k * q + l] = k === l ? 1 : 0;
      else if (kind === 'linear') out[k * q + l] = 1 - distance;
      else if (kind === 'quadratic') out[k * q + l] = 1 - distance * distance;
      else if (kind === 'ordinal') out[k * q + l] = k === l ? 1 : 1 - pairs(Math.abs(k - l) + 1) / pairs(q);
      else
        throw new OptionError(
          'bad-weights',
          `Weights must be none, linear, quadratic or ordinal, not ${kind}.`,
        );
    }
  return out;
}
