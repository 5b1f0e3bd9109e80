/** A model folder quantised with the help of a text: GPTQ, static activation scales, AWQ before any scheme. */

import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openDecoder } from '../decoder/decoder.ts';
import { cutSequences, openTokenizer } from '../decoder/tokenize.ts';
import { OptionError } from '../errors.ts';
import { createMatmul } from '../kernels/matmul.ts';
import { dequantizeFourBit, quantizeFourBit } from '../quantize/four-bit.ts';
import { type IntegerScheme, quantizeIntegers } from '../quantize/integer-format.ts';
import { type QuantizeModelOptions, type QuantizeReport, quantizeModel } from '../quantize/quantize-model.ts';
import type { WeightScheme } from '../quantize/quantize-tensor.ts';
import { keptBecause } from '../quantize/select.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { type AwqGroupReport, writeAwqModel } from './awq-model.ts';
import { calibratedQuantizer, layerOrder } from './calibrated-quantizer.ts';
import { roundToNearest } from './integer-grid.ts';

export interface CalibrationText {
  readonly text: string;
  /** Tokens of a sequence; 256 unless told, or as many as the model takes. */
  readonly sequenceLength?: number;
  /** Sequences at most; 16 unless told. */
  readonly sequences?: number;
}

export interface CalibratedModelOptions extends Omit<QuantizeModelOptions, 'quantize' | 'order' | 'scheme'> {
  readonly scheme: IntegerScheme;
  readonly calibration: CalibrationText;
  /** Round by GPTQ instead of to nearest. */
  readonly gptq?: { readonly damping?: number; readonly activationOrder?: boolean } | undefined;
  readonly threads?: number;
}

/**
 * Quantises to whole numbers with calibration text: by GPTQ, with static scales of activations, or both. Memory: one layer in
 * single precision and the text's hidden states.
 * @throws CheckpointError naming file and tensor; nothing then stands under `output`.
 */
export async function quantizeWithText({
  calibration,
  gptq,
  threads = 2,
  ...options
}: CalibratedModelOptions): Promise<QuantizeReport> {
  const { input, scheme } = options;
  if (gptq && scheme.granularity.per === 'tensor')
    throw new OptionError('GRANULARITY', 'GPTQ rounds with a scale a row or a group, not one a tensor.');
  const matmul = createMatmul(threads);
  const model = await openModelFolder(input);
  try {
    const decoder = openDecoder(model, matmul);
    const sequences = await calibrationSequences(input, calibration, decoder.config.positions);
    const wanted = (name: string) => {
      const tensor = model.tensors.find(name);
      return tensor !== undefined && keptBecause(tensor, options) === undefined;
    };
    const quantize = await calibratedQuantizer({ decoder, matmul, sequences, scheme, wanted, gptq });
    return await quantizeModel({ ...options, quantize, order: layerOrder });
  } finally {
    await model.close();
    await matmul.close();
  }
}

/**
 * @param longest Tokens that the model can take.
 * @throws OptionError (`SHORT_TEXT`) where the text is too short to say anything.
 */
export async function calibrationSequences(
  folder: string,
  { text, sequenceLength = 256, sequences = 16 }: CalibrationText,
  longest: number,
): Promise<number[][]> {
  const tokens = (await openTokenizer(folder))(text);
  if (tokens.length < 16)
    throw new OptionError(
      'SHORT_TEXT',
      `The calibration text has ${tokens.length} tokens; some thousands are needed for a model worth using, 16 at least.`,
    );
  return cutSequences(tokens, Math.min(sequenceLength, longest), sequences);
}

export interface AwqOptions {
  readonly input: string;
  readonly calibration: CalibrationText;
  /** What will round the weights afterwards; AWQ searches its scales with it. */
  readonly rounding:
    | WeightScheme
    | { readonly kind: 'groups'; readonly bits: number; readonly groupSize: number };
  /** Exponents tried; 20 unless told. */
  readonly steps?: number;
  readonly threads?: number;
  readonly maxShardBytes?: number;
  readonly onLayer?: (done: number, layers: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Scales a model by AWQ into a folder of its own, lets `use` quantise that by any scheme, and removes it. It needs room for
 * a second copy of the model beside `beside`.
 */
export async function withAwqModel<T>(
  beside: string,
  { input, calibration, rounding, threads = 2, ...options }: AwqOptions,
  use: (folder: string, groups: readonly AwqGroupReport[]) => Promise<T>,
): Promise<T> {
  const matmul = createMatmul(threads);
  const folder = await mkdtemp(join(dirname(resolve(beside)), '.viva-awq-'));
  try {
    const model = await openModelFolder(input);
    let groups: AwqGroupReport[];
    try {
      const decoder = openDecoder(model, matmul);
      const sequences = await calibrationSequences(input, calibration, decoder.config.positions);
      const roundTrip = roundTripOf(rounding);
      groups = await writeAwqModel(folder, { model, decoder, matmul, sequences, roundTrip, ...options });
    } finally {
      await model.close();
    }
    return await use(folder, groups);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await matmul.close();
  }
}

function roundTripOf(
  rounding: AwqOptions['rounding'],
): (weight: Float32Array, columns: number) => Float32Array {
  switch (rounding.kind) {
    case 'nf4':
    case 'fp4':
      return (weight) => {
        const { kind, blockSize } = rounding;
        return dequantizeFourBit(quantizeFourBit(weight, kind, blockSize), kind, blockSize, weight.length);
      };
    case 'int':
      return (weight, columns) => quantizeIntegers(weight, columns, rounding, 'F32').values;
    case 'int8':
      return (weight, columns) => roundToNearest(weight, columns, { bits: 8, groupSize: columns }).values;
    case 'groups':
      return (weight, columns) => roundToNearest(weight, columns, rounding).values;
  }
}
