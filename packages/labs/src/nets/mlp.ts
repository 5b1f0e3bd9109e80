/** Fully connected networks: parameters in plain typed arrays, the forward pass in the engine's operations. */
import { nn, numpy as np } from '@jax-js/jax';
import type { Random } from '../engine/random.ts';

export type Activation = 'relu' | 'tanh' | 'silu' | 'leaky-relu';

/** Layer by layer: weights (in × out, row by row), then biases. */
export type Weights = Float32Array[];

/**
 * He initialisation (He et al. 2015) with normal deviates; biases zero.
 * @param sizes inputs, hidden layers, outputs
 */
export function initMlp(sizes: readonly number[], random: Random): Weights {
  const out: Weights = [];
  for (let layer = 1; layer < sizes.length; layer++) {
    const from = sizes[layer - 1] as number;
    const to = sizes[layer] as number;
    const last = layer === sizes.length - 1;
    const gain = last ? 1 / Math.sqrt(from) : Math.sqrt(2 / from);
    out.push(
      Float32Array.from({ length: from * to }, () => gain * random.normal()),
      new Float32Array(to),
    );
  }
  return out;
}

/** The engine's arrays of these weights; the caller owns them. */
export function toArrays(weights: Weights, sizes: readonly number[]): np.Array[] {
  return weights.map((values, at) => {
    const layer = Math.floor(at / 2) + 1;
    return at % 2 === 0
      ? np
          .array(values as Float32Array<ArrayBuffer>)
          .reshape([sizes[layer - 1] as number, sizes[layer] as number])
      : np.array(values as Float32Array<ArrayBuffer>);
  });
}

export const activate = (x: np.Array, kind: Activation): np.Array => {
  if (kind === 'relu') return nn.relu(x);
  if (kind === 'tanh') return np.tanh(x);
  if (kind === 'silu') return nn.silu(x);
  return nn.leakyRelu(x, 0.2);
};

/** @param x rows × inputs; takes ownership of `x` and of every parameter. @returns rows × outputs */
export function applyMlp(parameters: readonly np.Array[], x: np.Array, activation: Activation): np.Array {
  let value = x;
  for (let at = 0; at + 1 < parameters.length; at += 2) {
    value = np.dot(value, parameters[at] as np.Array).add(parameters[at + 1] as np.Array);
    if (at + 2 < parameters.length) value = activate(value, activation);
  }
  return value;
}

/**
 * ∇ₓ of the one output of a leaky-ReLU network, row by row, by the chain rule written out. The engine's own `grad` within
 * a function that is differentiated again gives wrong slopes for the later layers of such chains (jax-js 0.1.25; a test
 * holds this form against finite differences), and writing it out needs first derivatives only.
 * @param x rows × inputs; takes ownership of `x` and of every parameter. @returns rows × inputs
 */
export function inputSlope(parameters: readonly np.Array[], x: np.Array): np.Array {
  const slopes: np.Array[] = [];
  let value = x;
  const last = parameters.length - 2;
  for (let at = 0; at < last; at += 2) {
    const sum = np.dot(value, (parameters[at] as np.Array).ref).add(parameters[at + 1] as np.Array);
    const slope = np.where(np.less(sum.ref, 0), 0.2, 1);
    slopes.push(slope.ref);
    value = sum.mul(slope);
  }
  // Only the number of rows is taken from the last values: every row begins with the output's own slope, one.
  const ones = np.ones([value.shape[0] as number, 1]);
  value.dispose();
  (parameters[last + 1] as np.Array).dispose();
  let back = np.dot(ones, np.transpose(parameters[last] as np.Array));
  for (let at = last - 2; at >= 0; at -= 2)
    back = np.dot(back.mul(slopes[at / 2] as np.Array), np.transpose(parameters[at] as np.Array));
  return back;
}

/** Multiply-adds of one forward pass of one row. */
export const forwardCost = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((sum, to, at) => sum + to * (sizes[at] as number), 0);
