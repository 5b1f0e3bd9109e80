/**
 * Seeded random numbers, the same on every platform: xoshiro128** (Blackman & Vigna 2018), its state filled by
 * SplitMix32 from the seed.
 */
export interface Random {
  /** Uniform on [0, 1), 53 bits. */
  next(): number;
  /** Standard normal (polar method of Marsaglia & Bray 1964). */
  normal(): number;
  /** Uniform integer on [0, n). */
  below(n: number): number;
  /** Successes in n trials of chance p: exact up to 1,000 expected, beyond that the normal limit, rounded. */
  binomial(n: number, p: number): number;
  /** k different integers of [0, n), in random order. */
  sample(n: number, k: number): Int32Array;
}

function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** @param seed any finite number; its low 32 bits and the next 21 count */
export function createRandom(seed: number): Random {
  const low = seed >>> 0;
  const high = Math.floor(seed / 4294967296) >>> 0;
  const mix = splitMix32(low ^ Math.imul(high, 0x85ebca6b));
  let a = mix();
  let b = mix();
  let c = mix();
  let d = mix() || 1;
  const bits = (): number => {
    const out = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return out;
  };
  const next = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const out = spare;
      spare = null;
      return out;
    }
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };
  const below = (n: number): number => Math.floor(next() * n);
  const sample = (n: number, k: number): Int32Array => {
    if (k * 8 < n) {
      const seen = new Set<number>();
      const out = new Int32Array(k);
      let count = 0;
      while (count < k) {
        const value = below(n);
        if (seen.has(value)) continue;
        seen.add(value);
        out[count++] = value;
      }
      return out;
    }
    const all = Int32Array.from({ length: n }, (_, index) => index);
    for (let index = 0; index < k; index++) {
      const other = index + below(n - index);
      const kept = all[index] as number;
      all[index] = all[other] as number;
      all[other] = kept;
    }
    return all.slice(0, k);
  };
  const binomial = (n: number, p: number): number => {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - binomial(n, 1 - p);
    if (n * p > 1000) {
      const drawn = Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal());
      return Math.min(n, Math.max(0, drawn));
    }
    // Waiting times between successes are geometric (Devroye 1986, chapter X.4.3).
    const failure = Math.log1p(-p);
    let count = 0;
    let trials = 0;
    for (;;) {
      trials += Math.floor(Math.log(1 - next()) / failure) + 1;
      if (trials > n) return count;
      count++;
    }
  };
  return { next, normal, below, binomial, sample };
}
