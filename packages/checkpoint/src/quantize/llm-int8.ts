/** LLM.int8() (Dettmers et al. 2022): rows scaled to 8 bits, columns with outlying activations kept apart. */

import { roundHalfEven } from '../tensor/dtype.ts';

export interface Int8Rows {
  /** Row-major, as the weight. */
  readonly codes: Int8Array<ArrayBuffer>;
  /** Largest absolute value of each row; a value is code × absmax / 127. `SCB` in a file. */
  readonly absmax: Float32Array<ArrayBuffer>;
}

/**
 * Quantises each row of `values` (rows × columns) as bitsandbytes' `int8_vectorwise_quant` does: code =
 * round-half-even(value × (127 / absmax)), in single precision and in PyTorch's order on a CPU. A row of zeros gives zeros.
 */
export function quantizeInt8Rows(values: Float32Array, columns: number): Int8Rows {
  const rows = columns === 0 ? 0 : values.length / columns;
  const absmax = new Float32Array(rows);
  const codes = new Int8Array(values.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let largest = 0;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    absmax[row] = largest;
    if (largest === 0) continue;
    // PyTorch divides a number by a tensor in two steps, each rounded.
    const scale = Math.fround(Math.fround(1 / largest) * 127);
    for (let i = start; i < start + columns; i++)
      codes[i] = roundHalfEven(Math.fround((values[i] as number) * scale));
  }
  return { codes, absmax };
}

export function dequantizeInt8Rows({ codes, absmax }: Int8Rows, columns: number): Float32Array<ArrayBuffer> {
  // bitsandbytes multiplies by 1/127 rounded to single precision.
  const unit = Math.fround(7.874015718698502e-3);
  return Float32Array.from(codes, (code, i) =>
    Math.fround(Math.fround(code * (absmax[Math.floor(i / columns)] as number)) * unit),
  );
}

/** Columns of `activations` (rows × columns) in which any absolute value reaches the threshold; 6.0 in the paper. */
export function outlierColumns(activations: Float32Array, columns: number, threshold = 6): number[] {
  const found = new Uint8Array(columns);
  for (let i = 0; i < activations.length; i++)
    if (Math.abs(activations[i] as number) >= threshold) found[i % columns] = 1;
  return [...found.keys()].filter((column) => found[column] === 1);
}

export interface MixedProduct {
  /** rows × outputs. */
  readonly values: Float32Array<ArrayBuffer>;
  readonly outliers: readonly number[];
}

/**
 * activations (rows × inputs) × weightᵀ (outputs × inputs): outlying columns in full precision, the rest as integers,
 * both quantised row by row.
 */
export function mixedPrecisionProduct(
  activations: Float32Array,
  weight: Int8Rows,
  inputs: number,
  threshold = 6,
): MixedProduct {
  const rows = activations.length / inputs;
  const outputs = weight.codes.length / inputs;
  const outliers = outlierColumns(activations, inputs, threshold);
  const regular = Float32Array.from(activations);
  for (let row = 0; row < rows; row++) for (const column of outliers) regular[row * inputs + column] = 0;
  const { codes, absmax } = quantizeInt8Rows(regular, inputs);
  const values = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++)
    for (let output = 0; output < outputs; output++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++)
        sum += (codes[row * inputs + i] as number) * (weight.codes[output * inputs + i] as number);
      const scale = (absmax[row] as number) * (weight.absmax[output] as number);
      let value = (sum * scale) / (127 * 127);
      for (const column of outliers)
        value +=
          ((activations[row * inputs + column] as number) *
            (weight.codes[output * inputs + column] as number) *
            (weight.absmax[output] as number)) /
          127;
      values[row * outputs + output] = value;
    }
  return { values, outliers };
}
