/** Networks of layers in double precision, one row at a time, as plainly as can be: what tests hold the fast forms against. */
import { type Layer, matrixOf, sideAfter } from '../nets/layers.ts';

export type Plain = number[][];

export const toPlain = (weights: readonly Float32Array[]): Plain => weights.map((values) => [...values]);

const act = (by: string, x: number): number => {
  if (by === 'relu') return Math.max(0, x);
  if (by === 'leaky-relu') return x > 0 ? x : 0.2 * x;
  if (by === 'silu') return x / (1 + Math.exp(-x));
  return Math.tanh(x);
};

/** @returns the output of one row */
export function plainForward(
  layers: readonly Layer[],
  weights: Plain,
  x: readonly number[],
  time: readonly number[] = [],
): number[] {
  let value = [...x];
  const kept: number[][] = [];
  let next = 0;
  for (const layer of layers) {
    const matrix = matrixOf(layer);
    const w = matrix ? (weights[next++] as number[]) : [];
    const b = matrix ? (weights[next++] as number[]) : [];
    const dense = (input: readonly number[], from: number, to: number): number[] =>
      Array.from({ length: to }, (_, j) => {
        let sum = b[j] as number;
        for (let i = 0; i < from; i++) sum += (input[i] as number) * (w[i * to + j] as number);
        return sum;
      });
    if (layer.kind === 'dense') value = dense(value, layer.from, layer.to);
    else if (layer.kind === 'conv') {
      const { side, from, to, stride } = layer;
      const after = sideAfter(layer);
      const out: number[] = [];
      for (let y = 0; y < after; y++)
        for (let at = 0; at < after; at++) {
          const patch: number[] = [];
          for (let ky = -1; ky < 2; ky++)
            for (let kx = -1; kx < 2; kx++)
              for (let c = 0; c < from; c++) {
                const [row, column] = [y * stride + ky, at * stride + kx];
                const inside = row >= 0 && row < side && column >= 0 && column < side;
                patch.push(inside ? (value[(row * side + column) * from + c] as number) : 0);
              }
          out.push(...dense(patch, 9 * from, to));
        }
      value = out;
    } else if (layer.kind === 'activate') value = value.map((one) => act(layer.by, one));
    else if (layer.kind === 'grow') {
      const { side, channels } = layer;
      const out: number[] = [];
      for (let y = 0; y < 2 * side; y++)
        for (let at = 0; at < 2 * side; at++)
          for (let c = 0; c < channels; c++)
            out.push(value[((y >> 1) * side + (at >> 1)) * channels + c] as number);
      value = out;
    } else if (layer.kind === 'time') {
      const shift = dense(time, layer.from, layer.channels);
      value = value.map((one, at) => one + (shift[at % layer.channels] as number));
    } else if (layer.kind === 'keep') kept.push([...value]);
    else {
      const other = kept.pop() as number[];
      value = value.map((one, at) => one + (other[at] as number));
    }
  }
  return value;
}

/** ∇ₓ of the first output, by central differences. */
export function plainSlope(layers: readonly Layer[], weights: Plain, x: readonly number[]): number[] {
  const h = 1e-6;
  return x.map((_, at) => {
    const moved = (by: number): number =>
      plainForward(
        layers,
        weights,
        x.map((value, n) => (n === at ? value + by : value)),
      )[0] as number;
    return (moved(h) - moved(-h)) / (2 * h);
  });
}

/** The greatest difference between gradients and central differences of `value`, relative to the largest gradient. */
export function worstGradient(
  weights: Plain,
  gradients: readonly Float32Array[],
  value: () => number,
  { every = 1, h = 1e-5 } = {},
): number {
  let worst = 0;
  let largest = 1e-6;
  let count = 0;
  for (const [layer, values] of weights.entries())
    for (let at = 0; at < values.length; at++) {
      if (count++ % every !== 0) continue;
      const kept = values[at] as number;
      values[at] = kept + h;
      const up = value();
      values[at] = kept - h;
      const down = value();
      values[at] = kept;
      const found = (gradients[layer] as Float32Array)[at] as number;
      largest = Math.max(largest, Math.abs(found));
      worst = Math.max(worst, Math.abs((up - down) / (2 * h) - found));
    }
  return worst / largest;
}
