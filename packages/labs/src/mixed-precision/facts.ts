/** What a format can hold, found by trying its numbers one and all, not by formula. */
import { LEAST, type Precision, roundTo } from '../nets/precision.ts';

export interface FormatFacts {
  /** The smallest positive number, as a power of two. */
  least: number;
  /** The largest finite number. */
  largest: number;
  /** Share of the numbers of one binade that keep their value when 1/2^k of it is added. */
  lost: Readonly<Record<1024 | 2048 | 4096, number>>;
}

/** Over all weights of [1, 2): every binade of normal numbers is the same but for its exponent. */
export function factsOf(precision: Exclude<Precision, 'fp32'>): FormatFacts {
  const digits = precision === 'fp16' ? 10 : 7;
  const weights = Float32Array.from({ length: 2 ** digits }, (_, at) => 1 + at / 2 ** digits);
  const lost = (k: number): number => {
    const sums = weights.map((weight) => weight + weight / k);
    roundTo(sums, precision);
    return sums.reduce((count, sum, at) => count + (sum === weights[at] ? 1 : 0), 0) / weights.length;
  };
  let least = 0;
  for (const one = new Float32Array(1); ; least--) {
    one[0] = 2 ** (least - 1);
    roundTo(one, precision);
    if (one[0] === 0) break;
  }
  const top = Float32Array.of(2 - 2 ** -digits);
  let largest = 0;
  for (let exponent = 0; ; exponent++) {
    const one = Float32Array.of((top[0] as number) * 2 ** exponent);
    roundTo(one, precision);
    if (!Number.isFinite(one[0])) break;
    largest = one[0] as number;
  }
  return { least, largest, lost: { 1024: lost(1024), 2048: lost(2048), 4096: lost(4096) } };
}

/** Bins of sizes of numbers, one a power of two; what is smaller or larger is in the first or last. */
export const FIRST_BIN = -48;
export const LAST_BIN = 20;

/** @returns counts by ⌊log₂|x|⌋ from `FIRST_BIN` to `LAST_BIN`; zeros are left out, infinities are in the last */
export function sizesOf(values: readonly Float32Array[], factor = 1): Float32Array<ArrayBuffer> {
  const out = new Float32Array(LAST_BIN - FIRST_BIN + 1);
  for (const list of values)
    for (const value of list) {
      if (value === 0 || Number.isNaN(value)) continue;
      const power = Math.floor(Math.log2(Math.abs(value) * factor));
      const bin = Math.min(LAST_BIN, Math.max(FIRST_BIN, power)) - FIRST_BIN;
      out[bin] = (out[bin] as number) + 1;
    }
  return out;
}

/** Share of the numbers that are not zero which lie below the smallest that half precision holds, 2⁻²⁴. */
export function shareBelow(counts: Float32Array, power = Math.log2(LEAST.fp16.subnormal)): number {
  let [below, all] = [0, 0];
  for (const [bin, count] of counts.entries()) {
    all += count;
    if (bin + FIRST_BIN < power) below += count;
  }
  return all === 0 ? 0 : below / all;
}
