/** Adam (Kingma & Ba 2015) on plain typed arrays: networks of labs are small, and so nothing can leak. */
import type { Weights } from './mlp.ts';

export interface AdamOptions {
  rate: number;
  beta1?: number;
  beta2?: number;
}

export class Adam {
  private readonly first: Weights;
  private readonly second: Weights;
  private readonly rate: number;
  private readonly beta1: number;
  private readonly beta2: number;
  private time = 0;

  constructor(shapes: Weights, { rate, beta1 = 0.9, beta2 = 0.999 }: AdamOptions) {
    this.first = shapes.map((values) => new Float32Array(values.length));
    this.second = shapes.map((values) => new Float32Array(values.length));
    this.rate = rate;
    this.beta1 = beta1;
    this.beta2 = beta2;
  }

  /** Moves `weights` against `gradients`, in place. */
  step(weights: Weights, gradients: readonly ArrayLike<number>[]): void {
    this.time++;
    const { beta1, beta2 } = this;
    const size = (this.rate * Math.sqrt(1 - beta2 ** this.time)) / (1 - beta1 ** this.time);
    const small = 1e-8 * Math.sqrt(1 - beta2 ** this.time);
    for (const [layer, values] of weights.entries()) {
      const g = gradients[layer] as ArrayLike<number>;
      const m = this.first[layer] as Float32Array;
      const v = this.second[layer] as Float32Array;
      for (let at = 0; at < values.length; at++) {
        const slope = g[at] as number;
        const mean = beta1 * (m[at] as number) + (1 - beta1) * slope;
        const square = beta2 * (v[at] as number) + (1 - beta2) * slope * slope;
        m[at] = mean;
        v[at] = square;
        values[at] = (values[at] as number) - (size * mean) / (Math.sqrt(square) + small);
      }
    }
  }
}
