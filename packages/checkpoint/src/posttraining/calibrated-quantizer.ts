/** Quantising with calibration text: the model runs layer by layer, and each weight is rounded when its inputs are known. */

import type { Decoder } from '../decoder/decoder.ts';
import { type LinearGroup, transpose } from '../decoder/layer.ts';
import { FormatError } from '../errors.ts';
import { createCalibrator } from '../int8/calibration.ts';
import { scaleOf } from '../int8/int8.ts';
import type { Matmul } from '../kernels/matmul.ts';
import { addError, noError, summarizeError } from '../quantize/error-measure.ts';
import {
  type InputScale,
  type IntegerScheme,
  type IntegerWeight,
  packageIntegers,
  quantizeIntegers,
  scaleRounder,
  signed,
} from '../quantize/integer-format.ts';
import type { TensorQuantizer } from '../quantize/quantize-model.ts';
import { checkFinite, type QuantizedTensor, quantizeTensor } from '../quantize/quantize-tensor.ts';
import { type Dtype, isDtype } from '../tensor/dtype.ts';
import { type GptqFactor, gptq, gptqFactor } from './gptq.ts';

export interface CalibratedOptions {
  readonly decoder: Decoder;
  readonly matmul: Matmul;
  /** Calibration text as tokens. */
  readonly sequences: readonly (readonly number[])[];
  readonly scheme: IntegerScheme;
  /** Whether a weight is to be quantised. */
  readonly wanted: (name: string) => boolean;
  /** Round by GPTQ instead of to nearest. */
  readonly gptq?: { readonly damping?: number; readonly activationOrder?: boolean } | undefined;
}

/**
 * For `quantizeModel`, with `order` from `layerOrder`: when it asks for a weight of a layer, the layer is run on what the
 * layers before it, as quantised, have made of the text. Within a layer, too, what comes later sees what came before
 * quantised. Memory: one layer, its results, and the text's hidden states.
 */
export async function calibratedQuantizer(options: CalibratedOptions): Promise<TensorQuantizer> {
  const { decoder, sequences, scheme, wanted } = options;
  const run = await decoder.start(sequences);
  const dtypes = new Map(decoder.weights.list.map(({ name, parts }) => [name, parts[0]?.dtype ?? 'F32']));
  const results = new Map<string, QuantizedTensor>();
  const hook = async (group: LinearGroup): Promise<Float32Array[] | undefined> => {
    const members = group.members.filter(({ name }) => wanted(name));
    if (members.length === 0) return undefined;
    const input = inputScale(group, scheme);
    const factor = options.gptq && (await factorOf(group, options));
    const values = new Map<string, Float32Array>();
    for (const { name, weight } of members) {
      const dtype = dtypes.get(name) as Dtype;
      const shape = [weight.length / group.columns, group.columns];
      checkFinite(weight, shape, { tensor: name });
      const rounded = round(weight, group.columns, dtype, options, factor);
      const sums = noError();
      addError(sums, weight, rounded.values);
      const tensors = packageIntegers(name, shape, scheme, dtype, rounded, input);
      results.set(name, { tensors, error: summarizeError(sums) });
      values.set(name, rounded.values);
    }
    return group.members.map(({ name, weight }) => values.get(name) ?? weight);
  };
  return async (name, bytes, info, wantedScheme, where) => {
    while (!results.has(name) && layerOf(name) >= run.done && run.done < decoder.config.layers)
      await run.next(hook);
    const found = results.get(name);
    results.delete(name);
    if (found) return found;
    // Outside the layers (an output head, say) there is no calibration; static scales would be missing.
    if (scheme.activations?.dynamic === false)
      throw new FormatError(
        'NOT_CALIBRATED',
        'is no linear module of a layer, so its input has no calibrated scale. Leave it out (--skip).',
        where,
      );
    return quantizeTensor(name, bytes, info, wantedScheme, where);
  };
}

/** −1 for a tensor outside the layers. */
export const layerOf = (name: string): number => Number(/(?:^|\.)layers\.(\d+)\./.exec(name)?.[1] ?? -1);

/** The order in which calibration can give weights: what is outside the layers, then layer by layer. */
export const layerOrder = (name: string): number => layerOf(name);

function round(
  weight: Float32Array,
  columns: number,
  dtype: Dtype,
  { scheme, gptq: wanted }: CalibratedOptions,
  factor: GptqFactor | undefined,
): IntegerWeight {
  if (!factor || !isDtype(dtype)) return quantizeIntegers(weight, columns, scheme, dtype);
  const { bits, symmetric, granularity } = scheme;
  const groupSize = granularity.per === 'group' ? granularity.size : columns;
  const roundScale = scaleRounder(dtype);
  return signed(gptq(weight, columns, factor, { ...wanted, bits, symmetric, groupSize, roundScale }), bits);
}

async function factorOf(
  { inputs, columns }: LinearGroup,
  { matmul, gptq: options }: CalibratedOptions,
): Promise<GptqFactor> {
  const rows = inputs.length / columns;
  const x = transpose(inputs, rows, columns);
  const gram = await matmul.product({ a: x, b: x, m: columns, n: columns, k: rows });
  // Sums in single precision are not quite symmetric; the lower half decides.
  const h = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++)
    for (let j = 0; j <= i; j++) {
      const value = ((gram[i * columns + j] as number) * 2) / rows;
      h[i * columns + j] = value;
      h[j * columns + i] = value;
    }
  return gptqFactor(h, columns, options);
}

function inputScale({ inputs }: LinearGroup, { activations }: IntegerScheme): InputScale | undefined {
  if (!activations || activations.dynamic) return undefined;
  const calibrator = createCalibrator();
  calibrator.add(inputs);
  const mode = activations.symmetric ? 'symmetric' : 'asymmetric';
  return scaleOf(calibrator.range(activations.method, mode), mode);
}
