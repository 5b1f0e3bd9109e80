/** Gradient descent with momentum and Adam whose numbers are rounded after every operation. */
import type { Weights } from '../nets/mlp.ts';
import { type Precision, roundTo } from '../nets/precision.ts';

export type OptimiserName = 'sgd' | 'adam';

export interface OptimiserOptions {
  /** Of weights, state and all that is between. */
  precision: Precision;
  rate: number;
  /**
   * What the loss was multiplied with. Descent multiplies its rate by 1 / weight and Adam its ε by the weight, so that
   * in exact arithmetic the weight changes nothing.
   */
  weight: number;
}

export interface Optimiser {
  /** Moves `weights` in place; counts updates that are not zero, and of those the ones that changed nothing. */
  step(weights: Weights, gradients: Weights): { lost: number; updates: number };
}

const MOMENTUM = 0.9;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export function createOptimiser(
  name: OptimiserName,
  shapes: Weights,
  { precision, rate, weight }: OptimiserOptions,
): Optimiser {
  const first = shapes.map((values) => new Float32Array(values.length));
  const second = shapes.map((values) => new Float32Array(values.length));
  const scratch = new Float32Array(1);
  /** One number rounded, as a register would be. */
  const r = (value: number): number => {
    scratch[0] = value;
    if (precision !== 'fp32') roundTo(scratch, precision);
    return scratch[0] as number;
  };
  const bulk = (size: number, of: (at: number) => number): Float32Array => {
    const out = new Float32Array(size);
    for (let at = 0; at < size; at++) out[at] = of(at);
    roundTo(out, precision);
    return out;
  };
  const apply = (values: Float32Array, change: Float32Array): { lost: number; updates: number } => {
    const after = bulk(values.length, (at) => (values[at] as number) - (change[at] as number));
    let [lost, updates] = [0, 0];
    for (let at = 0; at < values.length; at++) {
      if (change[at] === 0) continue;
      updates++;
      if (after[at] === values[at]) lost++;
    }
    values.set(after);
    return { lost, updates };
  };
  let time = 0;
  return {
    step(weights, gradients) {
      time++;
      let [lost, updates] = [0, 0];
      for (const [layer, values] of weights.entries()) {
        const g = gradients[layer] as Float32Array;
        const m = first[layer] as Float32Array;
        const v = second[layer] as Float32Array;
        const size = values.length;
        const at = (from: Float32Array, i: number): number => from[i] as number;
        let change: Float32Array;
        if (name === 'sgd') {
          const kept = bulk(size, (i) => MOMENTUM * at(m, i));
          m.set(bulk(size, (i) => at(kept, i) + at(g, i)));
          change = bulk(size, (i) => (rate / weight) * at(m, i));
        } else {
          const [one, two] = [r(1 - BETA1), r(1 - BETA2)];
          const kept = bulk(size, (i) => BETA1 * at(m, i));
          const fresh = bulk(size, (i) => one * at(g, i));
          m.set(bulk(size, (i) => at(kept, i) + at(fresh, i)));
          const squares = bulk(size, (i) => at(g, i) ** 2);
          const part = bulk(size, (i) => two * at(squares, i));
          const old = bulk(size, (i) => r(BETA2) * at(v, i));
          v.set(bulk(size, (i) => at(old, i) + at(part, i)));
          const root = bulk(size, (i) => Math.sqrt(at(v, i) / (1 - BETA2 ** time)));
          const epsilon = r(EPSILON * weight);
          const below = bulk(size, (i) => at(root, i) + epsilon);
          const step = rate / (1 - BETA1 ** time);
          change = bulk(size, (i) => (step * at(m, i)) / at(below, i));
        }
        const counted = apply(values, change);
        lost += counted.lost;
        updates += counted.updates;
      }
      return { lost, updates };
    },
  };
}
