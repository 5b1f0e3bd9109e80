/** Seeded random numbers, the same everywhere: xoroshiro128+ (of the package pure-rand), and what is drawn from it. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** Uniform on [0, 1). */
  next(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform whole number on [0, n). */
  below(n: number): number;
  /** `n` standard normal deviates. */
  normals(n: number): Float32Array;
}

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0);
  const next = (): number => uniformFloat64(generator);
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    // Box & Muller (1958), both halves used.
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    next,
    normal,
    below: (n) => Math.floor(next() * n),
    normals: (n) => Float32Array.from({ length: n }, normal),
  };
}

/** An independent stream for each use of a seed, so that drawing more for one does not shift another. */
export const streamOf = (seed: number, use: string): Random => {
  let hash = seed | 0;
  for (let at = 0; at < use.length; at++)
    hash = Math.imul(hash ^ use.charCodeAt(at), 0x01000193) ^ (hash >>> 15);
  return createRandom(hash);
};
