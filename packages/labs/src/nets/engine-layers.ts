/** Networks of layers in the engine's operations: for WebGPU, and to hold the kernels against. */
import { lax, numpy as np } from '@jax-js/jax';
import { type Layer, matrixOf, sideAfter } from './layers.ts';
import { type Activation, activate, type Weights } from './mlp.ts';

/** The engine's arrays of these weights; the caller owns them. */
export function layerArrays(weights: Weights, layers: readonly Layer[]): np.Array[] {
  const shapes = layers.flatMap((layer) => {
    const matrix = matrixOf(layer);
    return matrix ? [[matrix.from, matrix.to], [matrix.to]] : [];
  });
  return weights.map((values, at) =>
    np.array(values as Float32Array<ArrayBuffer>).reshape(shapes[at] as number[]),
  );
}

/** Weights (9·from × to) as the engine's kernel: to × from × 3 × 3. */
const kernelOf = (w: np.Array, from: number, to: number): np.Array =>
  np.transpose(w.reshape([3, 3, from, to]), [3, 2, 0, 1]);

const toChannelsFirst = (x: np.Array, side: number, channels: number): np.Array =>
  np.transpose(x.reshape([-1, side, side, channels]), [0, 3, 1, 2]);
const toRows = (x: np.Array, width: number): np.Array => np.transpose(x, [0, 2, 3, 1]).reshape([-1, width]);

function convolve(x: np.Array, w: np.Array, layer: Layer & { kind: 'conv' }): np.Array {
  const { side, from, to, stride } = layer;
  const out = lax.conv(
    toChannelsFirst(x, side, from),
    kernelOf(w, from, to),
    [stride, stride],
    [
      [1, 1],
      [1, 1],
    ],
  );
  return toRows(out, sideAfter(layer) ** 2 * to);
}

/** The gradient of a convolution's input: a convolution of its output's, spread by the stride, with the kernel turned round. */
function convolveBack(d: np.Array, w: np.Array, layer: Layer & { kind: 'conv' }): np.Array {
  const { side, from, to, stride } = layer;
  const after = sideAfter(layer);
  const turned = np.transpose(np.flip(w.reshape([3, 3, from, to]), [0, 1]), [2, 3, 0, 1]);
  const high = side - ((after - 1) * stride + 1) + 1;
  const out = lax.convWithGeneralPadding(
    toChannelsFirst(d, after, to),
    turned,
    [1, 1],
    [
      [1, high],
      [1, high],
    ],
    [stride, stride],
  );
  return toRows(out, side * side * from);
}

/**
 * @param x rows × width; takes ownership of `x`, of every parameter and of `time`. @returns rows × width after
 */
export function applyLayers(
  parameters: readonly np.Array[],
  x: np.Array,
  layers: readonly Layer[],
  time: np.Array | null = null,
): np.Array {
  const rows = x.shape[0] as number;
  let value = x;
  const kept: np.Array[] = [];
  let next = 0;
  const take = (): np.Array => parameters[next++] as np.Array;
  for (const layer of layers) {
    if (layer.kind === 'dense') value = np.dot(value, take()).add(take());
    else if (layer.kind === 'conv') {
      const out = convolve(value, take(), layer);
      const pixels = sideAfter(layer) ** 2;
      value = out
        .reshape([-1, pixels, layer.to])
        .add(take())
        .reshape([-1, pixels * layer.to]);
    } else if (layer.kind === 'activate') value = activate(value, layer.by);
    else if (layer.kind === 'grow') {
      const { side, channels } = layer;
      value = np
        .broadcastTo(value.reshape([-1, side, 1, side, 1, channels]), [rows, side, 2, side, 2, channels])
        .reshape([-1, 4 * side * side * channels]);
    } else if (layer.kind === 'time') {
      const { pixels, channels } = layer;
      const shift = np.dot((time as np.Array).ref, take()).add(take());
      value = value
        .reshape([-1, pixels, channels])
        .add(shift.reshape([-1, 1, channels]))
        .reshape([-1, pixels * channels]);
    } else if (layer.kind === 'keep') kept.push(value.ref);
    else value = value.add(kept.pop() as np.Array);
  }
  time?.dispose();
  return value;
}

/**
 * ∇ₓ of the one output of a piecewise linear network, row by row, by the chain rule written out. The engine's own `grad`
 * within a function that is differentiated again gives wrong slopes for the later layers of such chains (jax-js 0.1.25;
 * compute.test.ts holds this form against finite differences), and writing it out needs first derivatives only.
 * @param x rows × width; takes ownership of `x` and of every parameter. @returns rows × width
 */
export function layersSlope(
  parameters: readonly np.Array[],
  x: np.Array,
  layers: readonly Layer[],
  by: Activation & ('relu' | 'leaky-relu') = 'leaky-relu',
): np.Array {
  const rows = x.shape[0] as number;
  const low = by === 'relu' ? 0 : 0.2;
  const slopes: np.Array[] = [];
  let value = x;
  let next = 0;
  const matrices: np.Array[] = [];
  for (const layer of layers) {
    if (layer.kind === 'activate') {
      const slope = np.where(np.less(value.ref, 0), low, 1);
      slopes.push(slope.ref);
      value = value.mul(slope);
      continue;
    }
    const w = parameters[next++] as np.Array;
    const b = parameters[next++] as np.Array;
    matrices.push(w.ref);
    if (layer.kind === 'dense') value = np.dot(value, w).add(b);
    else if (layer.kind === 'conv') {
      const pixels = sideAfter(layer) ** 2;
      value = convolve(value, w, layer)
        .reshape([-1, pixels, layer.to])
        .add(b)
        .reshape([-1, pixels * layer.to]);
    } else throw new Error(`No slope is written out for ${layer.kind}.`);
  }
  value.dispose();
  let back = np.ones([rows, 1]);
  for (const layer of layers.toReversed()) {
    if (layer.kind === 'activate') back = back.mul(slopes.pop() as np.Array);
    else if (layer.kind === 'dense') back = np.dot(back, np.transpose(matrices.pop() as np.Array));
    else if (layer.kind === 'conv') back = convolveBack(back, matrices.pop() as np.Array, layer);
  }
  return back;
}
