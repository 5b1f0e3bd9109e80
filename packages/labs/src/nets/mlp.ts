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
