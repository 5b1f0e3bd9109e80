/** Networks as lists of layers: what the kernels and the engine both compute, with first weights and costs. */
import type { Random } from '../engine/random.ts';
import type { Activation, Weights } from './mlp.ts';

/**
 * One step of a network. Images are pixels of channels (NHWC), `side` pixels wide and high; a convolution is 3 × 3 with
 * zeros beyond the edge and its kernel a (3·3·from) × to matrix.
 */
export type Layer =
  | { kind: 'dense'; from: number; to: number }
  | { kind: 'conv'; side: number; from: number; to: number; stride: 1 | 2 }
  | { kind: 'activate'; by: Activation; width: number }
  /** Nearest neighbour, twice as wide and high. */
  | { kind: 'grow'; side: number; channels: number }
  /** Adds a dense layer of the second input (the time) to every pixel. */
  | { kind: 'time'; from: number; pixels: number; channels: number }
  /** Remembers the values here; `add` adds those remembered last and not yet added: a skip connection. */
  | { kind: 'keep'; width: number }
  | { kind: 'add'; width: number };

/** Pixels along the side of a convolution's output. */
export const sideAfter = ({ side, stride }: { side: number; stride: number }): number =>
  Math.floor((side - 1) / stride) + 1;

export function widthBefore(layer: Layer): number {
  if (layer.kind === 'dense') return layer.from;
  if (layer.kind === 'conv') return layer.side ** 2 * layer.from;
  if (layer.kind === 'grow') return layer.side ** 2 * layer.channels;
  if (layer.kind === 'time') return layer.pixels * layer.channels;
  return layer.width;
}

export function widthAfter(layer: Layer): number {
  if (layer.kind === 'dense') return layer.to;
  if (layer.kind === 'conv') return sideAfter(layer) ** 2 * layer.to;
  if (layer.kind === 'grow') return 4 * layer.side ** 2 * layer.channels;
  return widthBefore(layer);
}

/** Inputs and outputs of the layer's matrix of weights; null where it has none. A bias for each output follows it. */
export function matrixOf(layer: Layer): { from: number; to: number } | null {
  if (layer.kind === 'dense') return { from: layer.from, to: layer.to };
  if (layer.kind === 'conv') return { from: 9 * layer.from, to: layer.to };
  if (layer.kind === 'time') return { from: layer.from, to: layer.channels };
  return null;
}

/** Weights, then biases, of each layer that has them: He initialisation (He et al. 2015), the last layer without its √2. */
export function initLayers(layers: readonly Layer[], random: Random): Weights {
  const matrices = layers.map(matrixOf).filter((one) => one !== null);
  return matrices.flatMap(({ from, to }, at) => {
    const gain = at === matrices.length - 1 ? 1 / Math.sqrt(from) : Math.sqrt(2 / from);
    return [Float32Array.from({ length: from * to }, () => gain * random.normal()), new Float32Array(to)];
  });
}

/** Multiply-adds of one forward pass of one row. */
export const layersCost = (layers: readonly Layer[]): number =>
  layers.reduce((sum, layer) => {
    const matrix = matrixOf(layer);
    if (!matrix) return sum;
    return sum + matrix.from * matrix.to * (layer.kind === 'conv' ? sideAfter(layer) ** 2 : 1);
  }, 0);

/** A fully connected network. @param sizes inputs, hidden layers, outputs */
export const denseLayers = (sizes: readonly number[], by: Activation): Layer[] =>
  sizes.slice(1).flatMap((to, at): Layer[] => {
    const dense: Layer = { kind: 'dense', from: sizes[at] as number, to };
    return at === sizes.length - 2 ? [dense] : [dense, { kind: 'activate', by, width: to }];
  });
