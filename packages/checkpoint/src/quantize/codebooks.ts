/** The levels of the 4-bit formats and of the 8-bit dynamic format that holds doubly quantised scales. */

export type FourBitType = 'nf4' | 'fp4';

/**
 * Sixteen levels, by their 4-bit code. NF4: quantiles of a normal distribution between -1 and 1 with an exact zero
 * (Dettmers et al. 2023, appendix E). FP4: sign, two exponent bits, one of mantissa, scaled to 1; its code 1 is the
 * subnormal 0.0625 of 12.
 */
export const LEVELS: Readonly<Record<FourBitType, Float32Array<ArrayBuffer>>> = {
  nf4: Float32Array.of(
    -1,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1,
  ),
  fp4: Float32Array.from(
    [0, 0.0625, 8, 12, 4, 6, 2, 3, 0, -0.0625, -8, -12, -4, -6, -2, -3],
    (level) => Math.fround(level) / 12,
  ),
};

/** Codes in rising order of their levels. FP4 has two zeros; code 8 stands above code 0, as in bitsandbytes. */
export const RISING: Readonly<Record<FourBitType, Uint8Array<ArrayBuffer>>> = {
  nf4: Uint8Array.from({ length: 16 }, (_, code) => code),
  fp4: Uint8Array.of(11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3),
};

/** The 15 middles between neighbouring levels, in single precision: a value goes above those that it exceeds. */
export const BOUNDS: Readonly<Record<FourBitType, Float32Array<ArrayBuffer>>> = {
  nf4: middles('nf4'),
  fp4: middles('fp4'),
};

function middles(type: FourBitType): Float32Array<ArrayBuffer> {
  const rising = [...RISING[type]].map((code) => LEVELS[type][code] as number);
  return Float32Array.from({ length: 15 }, (_, i) => {
    const [low, high] = [rising[i] as number, rising[i + 1] as number];
    return Math.fround(low + high) / 2;
  });
}

/**
 * The 256 levels of the signed dynamic 8-bit format, rising: a decimal exponent from -6 to 0 and the fraction bits that
 * it leaves (Dettmers 2016, "8-bit approximations for parallelism in deep learning"; bitsandbytes' `create_dynamic_map`).
 */
export function dynamicMap(): Float32Array<ArrayBuffer> {
  const levels: number[] = [0, 1];
  for (let exponent = 0; exponent < 7; exponent++) {
    const boundaries = linspace(0.1, 1, 2 ** exponent + 1);
    const scale = 10 ** (exponent - 6);
    for (let i = 0; i < 2 ** exponent; i++) {
      const mean = Math.fround(Math.fround((boundaries[i] as number) + (boundaries[i + 1] as number)) / 2);
      const level = Math.fround(mean * Math.fround(scale));
      levels.push(level, -level);
    }
  }
  return Float32Array.from(levels).sort();
}

/** As PyTorch computes it in single precision: from both ends towards the middle. */
function linspace(start: number, end: number, count: number): Float32Array {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const step = Math.fround(Math.fround(last - first) / (count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? Math.fround(first + step * i) : Math.fround(last - step * (count - i - 1)),
  );
}
