/** Noise schedules of denoising diffusion: how much of the data is left at each of T steps. */

export type ScheduleName = 'linear' | 'cosine';

export interface Schedule {
  /** β_t for t = 1 … T, at index t − 1. */
  beta: Float64Array;
  /** ᾱ_t = Π (1 − β_s), at index t; ᾱ_0 = 1. */
  alphaBar: Float64Array;
}

/**
 * `linear`: β from 1e-4 to 0.02 over 1,000 steps (Ho et al. 2020), scaled by 1000 / T for fewer. `cosine`: ᾱ_t as the
 * squared cosine of Nichol & Dhariwal (2021, equation 17), β held below 0.999.
 */
export function schedule(name: ScheduleName, steps: number): Schedule {
  const beta = new Float64Array(steps);
  if (name === 'linear') {
    const scale = 1000 / steps;
    for (let t = 0; t < steps; t++) {
      const share = steps === 1 ? 0 : t / (steps - 1);
      beta[t] = Math.min(0.999, scale * (1e-4 + share * (0.02 - 1e-4)));
    }
  } else {
    const f = (t: number): number => Math.cos(((t / steps + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (let t = 0; t < steps; t++) beta[t] = Math.min(0.999, 1 - f(t + 1) / f(t));
  }
  const alphaBar = new Float64Array(steps + 1);
  alphaBar[0] = 1;
  for (let t = 1; t <= steps; t++) alphaBar[t] = (alphaBar[t - 1] as number) * (1 - (beta[t - 1] as number));
  return { beta, alphaBar };
}

/** Variance of q(x_{t−1} | x_t, x_0), β̃_t (Ho et al. 2020, equation 7). */
export const posteriorVariance = ({ beta, alphaBar }: Schedule, t: number): number =>
  ((1 - (alphaBar[t - 1] as number)) / (1 - (alphaBar[t] as number))) * (beta[t - 1] as number);

/** `n` of the steps 1 … T, evenly spread, the last one included, descending. */
export function spacedSteps(steps: number, n: number): number[] {
  const out: number[] = [];
  for (let at = n; at >= 1; at--) out.push(Math.max(1, Math.round((at * steps) / n)));
  return [...new Set(out)];
}
