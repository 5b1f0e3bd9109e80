/**
 * Fully connected ReLU networks in plain typed arrays, forwards and backwards, with hooks between all operations: what
 * the engine's graphs cannot do, rounding in the middle. Weights stand output by output (outputs × inputs, row-major),
 * then the biases, layer after layer. Sums run in double precision and are rounded to single once.
 */
import type { Weights } from './mlp.ts';

export interface Hooks {
  /** The weights that a layer multiplies with; the stored ones unless told. */
  weight?: (values: Float32Array, layer: number) => Float32Array;
  /** The inputs that a layer multiplies, rows × inputs; those of the layer before unless told. */
  input?: (values: Float32Array, layer: number) => Float32Array;
  /** In place, after every operation: rounding. */
  result?: (values: Float32Array) => void;
  /** In place, on the slope in a layer's (hooked) inputs, on its way back to the layer before. */
  inputSlope?: (slope: Float32Array, layer: number) => void;
}

export interface Trace {
  rows: number;
  /** What each layer multiplied, after hooks. */
  inputs: Float32Array[];
  weights: Float32Array[];
  /** Sums before the activation, rows × outputs. */
  sums: Float32Array[];
  /** Of the last layer, without activation. */
  output: Float32Array;
}

/** a (rows × inner) times b transposed (columns × inner): rows × columns. */
export function timesTransposed(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  columns: number,
  inner: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * columns);
  const whole = columns - (columns % 4);
  for (let row = 0; row < rows; row++) {
    const at = row * inner;
    // Four columns at once: each number of `a` is fetched once for four products.
    for (let column = 0; column < whole; column += 4) {
      const b0 = column * inner;
      const b1 = b0 + inner;
      const b2 = b1 + inner;
      const b3 = b2 + inner;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let i = 0; i < inner; i++) {
        const value = a[at + i] as number;
        s0 += value * (b[b0 + i] as number);
        s1 += value * (b[b1 + i] as number);
        s2 += value * (b[b2 + i] as number);
        s3 += value * (b[b3 + i] as number);
      }
      const to = row * columns + column;
      out[to] = s0;
      out[to + 1] = s1;
      out[to + 2] = s2;
      out[to + 3] = s3;
    }
    for (let column = whole; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += (a[at + i] as number) * (b[column * inner + i] as number);
      out[row * columns + column] = sum;
    }
  }
  return out;
}

export function transpose(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] as number;
  return out;
}

/** @param x rows × inputs; kept in the trace, not changed */
export function forward(
  sizes: readonly number[],
  weights: Weights,
  x: Float32Array,
  rows: number,
  hooks: Hooks = {},
): Trace {
  const trace: Trace = { rows, inputs: [], weights: [], sums: [], output: x };
  const layers = sizes.length - 1;
  let value = x;
  for (let layer = 0; layer < layers; layer++) {
    const [from, to] = [sizes[layer] as number, sizes[layer + 1] as number];
    const stored = weights[2 * layer] as Float32Array;
    const weight = hooks.weight?.(stored, layer) ?? stored;
    const input = hooks.input?.(value, layer) ?? value;
    const bias = weights[2 * layer + 1] as Float32Array;
    const sum = timesTransposed(input, weight, rows, to, from);
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (bias[at % to] as number);
    hooks.result?.(sum);
    trace.inputs.push(input);
    trace.weights.push(weight);
    trace.sums.push(sum);
    value = layer + 1 < layers ? sum.map((one) => (one > 0 ? one : 0)) : sum;
  }
  trace.output = value;
  return trace;
}

/**
 * Slopes of the loss in the weights as they were multiplied, and in the biases.
 * @param slope of the loss in the output, rows × outputs
 */
export function backward(
  sizes: readonly number[],
  trace: Trace,
  slope: Float32Array,
  hooks: Hooks = {},
): Weights {
  const out: Weights = new Array(2 * (sizes.length - 1));
  const { rows } = trace;
  let delta = slope;
  for (let layer = sizes.length - 2; layer >= 0; layer--) {
    const [from, to] = [sizes[layer] as number, sizes[layer + 1] as number];
    const across = transpose(delta, rows, to);
    const gradient = timesTransposed(
      across,
      transpose(trace.inputs[layer] as Float32Array, rows, from),
      to,
      from,
      rows,
    );
    hooks.result?.(gradient);
    const bias = new Float32Array(to);
    for (let o = 0; o < to; o++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += across[o * rows + row] as number;
      bias[o] = sum;
    }
    hooks.result?.(bias);
    out[2 * layer] = gradient;
    out[2 * layer + 1] = bias;
    if (layer === 0 && !hooks.inputSlope) break;
    const weight = transpose(trace.weights[layer] as Float32Array, to, from);
    const back = timesTransposed(delta, weight, rows, from, to);
    hooks.result?.(back);
    hooks.inputSlope?.(back, layer);
    if (layer === 0) break;
    const sums = trace.sums[layer - 1] as Float32Array;
    for (let at = 0; at < back.length; at++) if (!((sums[at] as number) > 0)) back[at] = 0;
    delta = back;
  }
  return out;
}

/**
 * Softmax and cross-entropy of the right classes, row by row.
 * @returns mean loss in nats, share of rows whose largest output is the right one, and the slope of the mean in the outputs
 */
export function crossEntropy(
  output: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): { loss: number; accuracy: number; slope: Float32Array<ArrayBuffer> } {
  const rows = output.length / classes;
  const slope = new Float32Array(output.length);
  let loss = 0;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let best = 0;
    for (let c = 1; c < classes; c++)
      if ((output[start + c] as number) > (output[start + best] as number)) best = c;
    const top = output[start + best] as number;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const e = Math.exp((output[start + c] as number) - top);
      slope[start + c] = e;
      sum += e;
    }
    const label = labels[row] as number;
    loss += Math.log(sum) - ((output[start + label] as number) - top);
    if (best === label) right++;
    for (let c = 0; c < classes; c++)
      slope[start + c] = ((slope[start + c] as number) / sum - (c === label ? 1 : 0)) / rows;
  }
  return { loss: loss / rows, accuracy: right / rows, slope };
}
