/** Noise levels as samplers need them: the schedule between its steps too, and where on it to stop. */
import type { Schedule, ScheduleName } from '../gan-vs-diffusion/schedule.ts';

/** A point of the schedule. */
export interface Level {
  /** On 0 … T; between whole steps too. */
  time: number;
  /** Noise over signal, √((1 − ᾱ) / ᾱ): the σ of Karras et al. (2022), and e^(−λ) of Lu et al. (2022). */
  sigma: number;
}

export type Spacing = 'leading' | 'trailing' | 'quadratic' | 'log-snr' | 'karras';

/** No noise left. */
export const CLEAN: Level = { time: 0, sigma: 0 };

/** Karras et al. (2022, equation 5). */
const RHO = 7;
/**
 * Where solvers in log-SNR begin on the cosine schedule, as a share of T: the end itself has almost no signal, and its
 * log-SNR runs away. The value is that of the DPM-Solver code (Lu et al. 2022).
 */
const COSINE_START = 0.9946;

/** The schedule for any time: log ᾱ is linear between steps, as DPM-Solver reads discrete schedules. */
export class NoiseLevels {
  /** T. */
  readonly steps: number;
  private readonly logs: Float64Array;

  constructor({ alphaBar }: Schedule) {
    this.logs = Float64Array.from(alphaBar, Math.log);
    this.steps = alphaBar.length - 1;
  }

  /** @param time on [0, T] */
  at(time: number): Level {
    const below = Math.min(this.steps - 1, Math.max(0, Math.floor(time)));
    const share = time - below;
    const log = (1 - share) * (this.logs[below] as number) + share * (this.logs[below + 1] as number);
    return { time, sigma: Math.sqrt(Math.expm1(-log)) };
  }

  /** @param sigma on [0, σ(T)] */
  of(sigma: number): Level {
    const log = -Math.log1p(sigma * sigma);
    let low = 0;
    let high = this.steps;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.logs[middle] as number) >= log) low = middle;
      else high = middle;
    }
    const from = this.logs[low] as number;
    const time = low + Math.min(1, Math.max(0, (from - log) / (from - (this.logs[high] as number))));
    return { time, sigma };
  }
}

/**
 * `n` levels from most noise to least; a step from the last of them leads to `CLEAN`.
 * - `leading`: whole steps, evenly spread, 1 among them, as the code of Song et al. (2021) takes them; T only for n = T
 * - `trailing`: whole steps, evenly spread, T among them (Lin et al. 2024)
 * - `quadratic`: time falls with the square of the step number, from T to 1 (Song et al. 2021 use it on CIFAR-10)
 * - `log-snr`: evenly spread in λ = −log σ (Lu et al. 2022)
 * - `karras`: evenly spread in σ^(1/7) (Karras et al. 2022)
 * @param n from 1 to T
 */
export function spaced(levels: NoiseLevels, schedule: ScheduleName, spacing: Spacing, n: number): Level[] {
  const { steps } = levels;
  const share = (at: number): number => (n === 1 ? 0 : at / (n - 1));
  const each = (make: (at: number) => Level): Level[] => Array.from({ length: n }, (_, at) => make(at));
  if (spacing === 'leading') return each((at) => levels.at(1 + Math.round(((n - 1 - at) * steps) / n)));
  if (spacing === 'trailing') return each((at) => levels.at(Math.round(((n - at) * steps) / n)));
  if (spacing === 'quadratic') return each((at) => levels.at(1 + (steps - 1) * (1 - share(at)) ** 2));
  const first = levels.at(schedule === 'cosine' ? COSINE_START * steps : steps).sigma;
  const last = levels.at(1).sigma;
  const [from, to] = [first ** (1 / RHO), last ** (1 / RHO)];
  return each((at) => {
    // The ends as they are, not as powers and roots leave them: whoever begins there begins at the same σ.
    if (at === 0) return levels.of(first);
    if (at === n - 1) return levels.of(last);
    return levels.of(
      spacing === 'log-snr' ? first * (last / first) ** share(at) : (from + share(at) * (to - from)) ** RHO,
    );
  });
}
