/** Distributions of points in the plane that generative models are tried on. */
import type { Random } from '../engine/random.ts';

export type DistributionName = 'ring8' | 'grid25' | 'spiral' | 'moons' | 'drawn';

export interface Distribution {
  name: DistributionName;
  /** `n` points, x and y in turn. */
  draw(n: number, random: Random): Float32Array;
  /** Centres of modes, x and y in turn; null where there are none to count. */
  modes: Float32Array | null;
  /** Standard deviation of a mode. */
  sd: number;
  /** Half the width of a square that holds nearly all of it. */
  reach: number;
}

const pairs = (n: number, draw: () => readonly [number, number]): Float32Array => {
  const out = new Float32Array(2 * n);
  for (let at = 0; at < n; at++) {
    const [x, y] = draw();
    out[2 * at] = x;
    out[2 * at + 1] = y;
  }
  return out;
};

function mixture(name: DistributionName, modes: Float32Array, sd: number, reach: number): Distribution {
  return {
    name,
    modes,
    sd,
    reach,
    draw: (n, random) =>
      pairs(n, () => {
        const mode = random.below(modes.length / 2);
        return [
          (modes[2 * mode] as number) + sd * random.normal(),
          (modes[2 * mode + 1] as number) + sd * random.normal(),
        ];
      }),
  };
}

/** Eight Gaussians on a circle of radius 2, sd 0.02 × 5: the ring of Metz et al. (2017) and Srivastava et al. (2017), widened. */
const ring = (): Distribution => {
  const modes = new Float32Array(16);
  for (let k = 0; k < 8; k++) {
    modes[2 * k] = 2 * Math.cos((2 * Math.PI * k) / 8);
    modes[2 * k + 1] = 2 * Math.sin((2 * Math.PI * k) / 8);
  }
  return mixture('ring8', modes, 0.1, 3);
};

/** Twenty-five Gaussians, a unit apart (Srivastava et al. 2017 has them two apart with sd 0.05). */
const grid = (): Distribution => {
  const modes = new Float32Array(50);
  for (let k = 0; k < 25; k++) {
    modes[2 * k] = (k % 5) - 2;
    modes[2 * k + 1] = Math.floor(k / 5) - 2;
  }
  return mixture('grid25', modes, 0.05, 3);
};

const spiral = (): Distribution => ({
  name: 'spiral',
  modes: null,
  sd: 0.06,
  reach: 3,
  draw: (n, random) =>
    pairs(n, () => {
      const t = Math.sqrt(random.next());
      const angle = 3 * Math.PI * t;
      return [
        2.3 * t * Math.cos(angle) + 0.06 * random.normal(),
        2.3 * t * Math.sin(angle) + 0.06 * random.normal(),
      ];
    }),
});

const moons = (): Distribution => ({
  name: 'moons',
  modes: null,
  sd: 0.1,
  reach: 3,
  draw: (n, random) =>
    pairs(n, () => {
      const angle = Math.PI * random.next();
      const upper = random.next() < 0.5;
      const x = upper ? Math.cos(angle) : 1 - Math.cos(angle);
      const y = upper ? Math.sin(angle) : 0.5 - Math.sin(angle);
      return [1.4 * (x - 0.5) + 0.1 * random.normal(), 1.4 * (y - 0.25) + 0.1 * random.normal()];
    }),
});

/** Points drawn by hand, each the centre of a small Gaussian. */
const drawn = (points: readonly number[]): Distribution => ({
  name: 'drawn',
  modes: null,
  sd: 0.08,
  reach: 3,
  draw: (n, random) =>
    pairs(n, () => {
      const at = random.below(Math.max(1, Math.floor(points.length / 2)));
      return [
        (points[2 * at] ?? 0) + 0.08 * random.normal(),
        (points[2 * at + 1] ?? 0) + 0.08 * random.normal(),
      ];
    }),
});

export function distribution(name: DistributionName, points: readonly number[] = []): Distribution {
  if (name === 'ring8') return ring();
  if (name === 'grid25') return grid();
  if (name === 'spiral') return spiral();
  if (name === 'moons') return moons();
  return drawn(points);
}
