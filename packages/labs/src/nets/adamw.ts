/** AdamW (Loshchilov & Hutter 2019) on one flat array, with warm-up, cosine decay and clipping by the gradient's length. */

export interface AdamWOptions {
  /** Highest rate, reached after the warm-up. */
  rate: number;
  /** Steps from zero to `rate`, linearly. */
  warmup?: number;
  /** Steps in all: the rate falls along a cosine to `floor` × `rate`. Constant after the warm-up where left out. */
  steps?: number;
  floor?: number;
  decay?: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Longest gradient (Euclidean); longer ones are shortened to it. None where left out. */
  clip?: number;
}

/** The rate of step `at`, the first being 0. */
export function rateAt(at: number, { rate, warmup = 0, steps, floor = 0.1 }: AdamWOptions): number {
  if (at < warmup) return (rate * (at + 1)) / warmup;
  if (steps === undefined || steps <= warmup) return rate;
  const done = Math.min(1, (at - warmup) / (steps - warmup));
  return rate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
}

export class AdamW {
  private readonly first: Float32Array;
  private readonly second: Float32Array;
  private readonly options: AdamWOptions;
  /** Index ranges that weights are decayed in: matrices, not gains. */
  private readonly decayed: readonly (readonly [from: number, to: number])[];
  private time = 0;

  constructor(
    count: number,
    options: AdamWOptions,
    decayed: readonly (readonly [number, number])[] = [[0, count]],
  ) {
    this.first = new Float32Array(count);
    this.second = new Float32Array(count);
    this.options = options;
    this.decayed = decayed;
  }

  /** Moves `weights` against `slopes`, in place. @returns the length of the gradient before clipping */
  step(weights: Float32Array, slopes: Float32Array): number {
    const { decay = 0.01, beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8, clip } = this.options;
    const rate = rateAt(this.time, this.options);
    this.time++;
    let square = 0;
    for (let at = 0; at < slopes.length; at++) square += (slopes[at] as number) ** 2;
    const length = Math.sqrt(square);
    const shrink = clip !== undefined && length > clip ? clip / length : 1;
    if (decay > 0)
      for (const [from, to] of this.decayed)
        for (let at = from; at < to; at++) weights[at] = (weights[at] as number) * (1 - rate * decay);
    const size = rate / (1 - beta1 ** this.time);
    const root = 1 / Math.sqrt(1 - beta2 ** this.time);
    const { first, second } = this;
    for (let at = 0; at < slopes.length; at++) {
      const slope = (slopes[at] as number) * shrink;
      const m = beta1 * (first[at] as number) + (1 - beta1) * slope;
      const v = beta2 * (second[at] as number) + (1 - beta2) * slope * slope;
      first[at] = m;
      second[at] = v;
      weights[at] = (weights[at] as number) - (size * m) / (Math.sqrt(v) * root + epsilon);
    }
    return length;
  }
}
