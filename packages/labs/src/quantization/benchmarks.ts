/** What needs no training: schemes on normal numbers, where NF4's levels come from, and the size of a model's shape. */
import { LEVELS } from '@viva/checkpoint/browser';
import type { Random } from '../engine/random.ts';
import { DEFAULT_SCHEME, quantiseWeight, type Scheme, sqnr } from './schemes.ts';

/** The 4-bit schemes that QLoRA compares, all with blocks of 64 values; integers symmetric, as its Int4. */
export const FOUR_BIT = {
  int4: { scheme: 'symmetric', granularity: 'group', group: 64 },
  fp4: { scheme: 'fp4' },
  nf4: { scheme: 'nf4' },
  nf4dq: { scheme: 'nf4', doubleQuant: true },
} as const satisfies Record<string, Partial<Scheme>>;
export type FourBitName = keyof typeof FOUR_BIT;
export const FOUR_BIT_NAMES = Object.keys(FOUR_BIT) as FourBitName[];

export const fourBitScheme = (name: FourBitName): Scheme => ({
  ...DEFAULT_SCHEME,
  bits: 4,
  ...FOUR_BIT[name],
});

/** Normal numbers in rows of 1,024, as weights nearly are: what each scheme loses and costs. */
export function onNormal(
  random: Random,
  count = 2 ** 16,
): Record<FourBitName, { sqnr: number | null; bits: number }> {
  const values = random.normals(count);
  return Object.fromEntries(
    FOUR_BIT_NAMES.map((name) => {
      const made = quantiseWeight(values, 1024, fourBitScheme(name));
      return [name, { sqnr: sqnr(values, made.values), bits: made.bitsPerValue }];
    }),
  ) as Record<FourBitName, { sqnr: number | null; bits: number }>;
}

/** The quantile function of the normal distribution by bisection of its distribution: exact to 1e-12, and slow. */
export function normalQuantile(p: number): number {
  let [low, high] = [-9, 9];
  for (let turn = 0; turn < 60; turn++) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ by its series, good to double precision within ±6: Φ(x) = ½ + φ(x) Σ x^(2k+1) / (1·3·5…(2k+1)). */
function normalDistribution(x: number): number {
  if (x < -7.5) return 0;
  if (x > 7.5) return 1;
  let term = x;
  let sum = x;
  for (let k = 1; k < 200 && Math.abs(term) > 1e-18; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

/**
 * NF4's levels out of quantiles of the normal distribution (Dettmers et al. 2023, section 3, as bitsandbytes'
 * `create_normal_map` has it): eight above zero, seven below, zero itself, scaled to 1. The outermost quantile is half a
 * step short of certainty: ½ ((1 − 1/32) + (1 − 1/30)).
 */
export function normalFloatLevels(): number[] {
  const most = 0.5 * (1 - 1 / 32 + (1 - 1 / 30));
  const between = (count: number): number[] =>
    Array.from({ length: count }, (_, at) => normalQuantile(most + ((0.5 - most) * at) / count));
  const levels = [...between(8), 0, ...between(7).map((level) => -level)];
  const largest = Math.max(...levels);
  return levels.map((level) => level / largest).sort((a, b) => a - b);
}

/** How far the levels in use are from those quantiles. */
export const quantileError = (): number =>
  Math.max(...normalFloatLevels().map((level, at) => Math.abs(level - (LEVELS.nf4[at] as number))));

/** A decoder with grouped-query attention and a gated feed-forward block. */
export interface DecoderShape {
  layers: number;
  hidden: number;
  inner: number;
  heads: number;
  keyValueHeads: number;
  vocabulary: number;
}

/** Jiang et al. 2023, table 1. */
export const MISTRAL_7B: DecoderShape = {
  layers: 32,
  hidden: 4096,
  inner: 14336,
  heads: 32,
  keyValueHeads: 8,
  vocabulary: 32000,
};

/** Touvron et al. 2023 (Llama 2), 70 billion parameters. */
export const LLAMA_2_70B: DecoderShape = {
  layers: 80,
  hidden: 8192,
  inner: 28672,
  heads: 64,
  keyValueHeads: 8,
  vocabulary: 32000,
};

/** Parameters of its linear layers, and of embedding, output head and norms. */
export function countParameters(shape: DecoderShape): { linear: number; other: number } {
  const { layers, hidden, inner, heads, keyValueHeads, vocabulary } = shape;
  const keys = (hidden / heads) * keyValueHeads;
  const attention = 2 * hidden * hidden + 2 * hidden * keys;
  return {
    linear: layers * (attention + 3 * hidden * inner),
    other: 2 * vocabulary * hidden + (2 * layers + 1) * hidden,
  };
}

/** Bytes of keys and values of one token in 16 bits. */
export const cacheBytes = ({ layers, hidden, heads, keyValueHeads }: DecoderShape): number =>
  2 * layers * keyValueHeads * (hidden / heads) * 2;
