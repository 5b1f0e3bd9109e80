/** A model folder in, a quantised model folder out: tensor by tensor, under the new name only when whole. */

import { join } from 'node:path';
import { DtypeError, OptionError } from '../errors.ts';
import { atomicWriteFolder } from '../files/atomic-write.ts';
import { type ModelFolder, openModelFolder } from '../safetensors/folder.ts';
import type { NewTensor } from '../safetensors/header.ts';
import type { SafetensorsWriter } from '../safetensors/writer.ts';
import { DTYPE_BYTES, type Dtype, isDtype } from '../tensor/dtype.ts';
import { elementCount, type TensorInfo } from '../tensor/tensor.ts';
import type { QuantError } from './error-measure.ts';
import { checkIntegerScheme } from './integer-format.ts';
import type { TorchFloat } from './quant-state.ts';
import { quantizationConfig, withQuantizationConfig } from './quantization-config.ts';
import {
  plannedTensors,
  type QuantizedTensor,
  quantizeTensor,
  TORCH_FLOAT,
  type WeightScheme,
} from './quantize-tensor.ts';
import { checkQuantizable, type KeptBecause, keptBecause, type SelectOptions } from './select.ts';
import { copyOthers, writeShards, writeText } from './write-folder.ts';

export interface QuantizeModelOptions extends SelectOptions {
  /** A model folder or a safetensors file. */
  input: string;
  /** A folder that does not exist yet, or is empty. */
  output: string;
  scheme: WeightScheme;
  /** Number format in which a layer computes; that of the weights unless told. */
  computeDtype?: TorchFloat;
  /** Bytes of a shard at most, 5 GB unless told. One tensor alone may exceed it. */
  maxShardBytes?: number;
  onProgress?: (progress: QuantizeProgress) => void;
  signal?: AbortSignal;
  /** Another way to quantise one tensor, on threads say; the plain one unless told. */
  quantize?: TensorQuantizer;
  /** Tensors in rising order of this instead of the file's order, where `quantize` needs them so. */
  order?: (name: string) => number;
}

export type TensorQuantizer = (
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  info: { dtype: Dtype; shape: readonly number[] },
  scheme: WeightScheme,
  where: { file?: string; tensor?: string },
) => QuantizedTensor | Promise<QuantizedTensor>;

export interface QuantizeProgress {
  readonly tensor: string;
  readonly tensorsDone: number;
  readonly tensors: number;
  readonly bytesDone: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number;
}

export interface TensorReport {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Why it stays as it is; absent where it was quantised. */
  readonly kept?: KeptBecause;
  readonly error?: QuantError;
}

export interface QuantizeReport {
  readonly output: string;
  readonly tensors: readonly TensorReport[];
  readonly parameters: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly files: readonly string[];
  readonly seconds: number;
  readonly warnings: readonly string[];
}

interface Job {
  readonly tensor: TensorInfo & { dtype: Dtype };
  readonly kept: KeptBecause | undefined;
  readonly planned: readonly NewTensor[];
  readonly bytes: number;
}

/** @throws CheckpointError naming file and tensor; nothing then stands under `output`. */
export async function quantizeModel(options: QuantizeModelOptions): Promise<QuantizeReport> {
  const model = await openModelFolder(options.input);
  try {
    checkQuantizable(model.config);
    const jobs = planJobs(model, options);
    if (jobs.every(({ kept }) => kept !== undefined))
      throw new OptionError(
        'NOTHING_TO_QUANTIZE',
        `No tensor of ${options.input} is a matrix of weights to quantise (${jobs.length} looked at).`,
      );
    return await atomicWriteFolder(options.output, (folder) => convert(model, jobs, folder, options));
  } finally {
    await model.close();
  }
}

function planJobs({ tensors }: ModelFolder, { scheme, order, ...select }: QuantizeModelOptions): Job[] {
  const list = order ? [...tensors.tensors].sort((a, b) => order(a.name) - order(b.name)) : tensors.tensors;
  return list.map((tensor) => {
    const { name, dtype, shape, file } = tensor;
    if (!isDtype(dtype))
      throw new DtypeError('UNKNOWN_DTYPE', `${dtype} is not known.`, { file, tensor: name });
    const kept = keptBecause(tensor, select);
    if (kept === undefined && scheme.kind === 'int')
      checkIntegerScheme(scheme, shape[1], { file, tensor: name });
    const planned =
      kept === undefined ? plannedTensors(name, shape, scheme, dtype) : [{ name, dtype, shape }];
    const bytes = planned.reduce(
      (sum, { dtype, shape }) => sum + elementCount(shape) * DTYPE_BYTES[dtype],
      0,
    );
    return { tensor: { ...tensor, dtype }, kept, planned, bytes };
  });
}

async function convert(
  model: ModelFolder,
  jobs: readonly Job[],
  folder: string,
  options: QuantizeModelOptions,
): Promise<QuantizeReport> {
  const began = performance.now();
  const reports: TensorReport[] = [];
  const step = progressOf(jobs, options, began);
  let ahead = readAhead(model, []);
  const files = await writeShards({
    folder,
    jobs,
    ...(options.maxShardBytes === undefined ? {} : { maxShardBytes: options.maxShardBytes }),
    onShard: (shard) => {
      ahead = readAhead(model, shard);
    },
    async write(job, writer) {
      options.signal?.throwIfAborted();
      step(job, false);
      reports.push(await convertOne(model, job, options, writer, ahead));
      step(job, true);
    },
  });
  if (model.configText !== undefined) {
    const config = withQuantizationConfig(model.configText, configOf(jobs, options));
    await writeText(join(folder, 'config.json'), config);
    files.push('config.json');
  }
  files.push(...(await copyOthers(model, folder)));
  return {
    output: options.output,
    tensors: reports,
    parameters: jobs.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0),
    bytesBefore: reports.reduce((sum, { bytesBefore }) => sum + bytesBefore, 0),
    bytesAfter: reports.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0),
    files,
    seconds: (performance.now() - began) / 1000,
    warnings: [...model.warnings, ...adviceOn(jobs, options)],
  };
}

/** Reads a weight and begins to read the next one, so that the disk and the kernels work at once. */
function readAhead(model: ModelFolder, shard: readonly Job[]) {
  const weights: TensorInfo[] = shard.filter(({ kept }) => kept === undefined).map(({ tensor }) => tensor);
  let next: { tensor: TensorInfo; bytes: Promise<Uint8Array<ArrayBuffer>> } | undefined;
  const begin = (tensor: TensorInfo) => {
    const bytes = model.tensors.read(tensor);
    // Whoever awaits it sees the failure; if nobody comes to that, it must not end the program.
    bytes.catch(() => {});
    return { tensor, bytes };
  };
  return async (tensor: TensorInfo): Promise<Uint8Array<ArrayBuffer>> => {
    const own = next?.tensor === tensor ? next : begin(tensor);
    const bytes = await own.bytes;
    const following = weights[weights.indexOf(tensor) + 1];
    next = following && begin(following);
    return bytes;
  };
}

async function convertOne(
  model: ModelFolder,
  { tensor, kept }: Job,
  { scheme, signal, quantize = quantizeTensor }: QuantizeModelOptions,
  writer: SafetensorsWriter,
  read: (tensor: TensorInfo) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<TensorReport> {
  const { name, dtype, shape, byteLength, file } = tensor;
  const before = { name, shape, bytesBefore: byteLength };
  if (kept !== undefined) {
    await writer.add({ name, dtype, shape }, model.tensors.chunks(tensor, { signal }));
    return { ...before, bytesAfter: byteLength, kept };
  }
  const bytes = await read(tensor);
  const { tensors, error } = await quantize(name, bytes, { dtype, shape }, scheme, { file, tensor: name });
  for (const { bytes, ...info } of tensors) await writer.add(info, bytes);
  return { ...before, bytesAfter: tensors.reduce((sum, { bytes }) => sum + bytes.length, 0), error };
}

function configOf(jobs: readonly Job[], options: QuantizeModelOptions): Record<string, unknown> {
  const quantized = jobs.filter(({ kept }) => kept === undefined);
  const dtype = options.computeDtype ?? TORCH_FLOAT[quantized[0]?.tensor.dtype ?? 'F32'] ?? 'float32';
  const kept = jobs.filter(({ tensor, kept }) => kept !== undefined && tensor.shape.length === 2);
  return quantizationConfig(
    options.scheme,
    dtype,
    kept.map(({ tensor }) => tensor.name),
    headIsQuantized(jobs),
  );
}

/** A head that shares the embedding's weights has no tensor: asked for or not, it must stay out. */
const headIsQuantized = (jobs: readonly Job[]): boolean =>
  jobs.some(({ tensor, kept }) => kept === undefined && /(^|\.)lm_head\.weight$/.test(tensor.name));

function adviceOn(jobs: readonly Job[], { scheme, lmHead }: QuantizeModelOptions): string[] {
  const advice: string[] = [];
  if (lmHead && !headIsQuantized(jobs))
    advice.push(
      'There is no lm_head of its own to quantise: the output head shares the weights of the embedding.',
    );
  const experts = jobs.filter(({ kept }) => kept === 'expert').length;
  if (experts > 0)
    advice.push(`${experts} weights of experts stay as they are: transformers fuses them on loading.`);
  const odd = jobs.filter(({ kept }) => kept === 'number format').map(({ tensor }) => tensor);
  if (odd.length > 0)
    advice.push(
      `${odd.length} weights stay as they are for their number format (${odd[0]?.dtype}); F16, BF16 and F32 are quantised.`,
    );
  if (scheme.kind === 'int8' || scheme.kind === 'int') return advice;
  const ragged = jobs.filter(
    ({ tensor, kept }) => kept === undefined && (tensor.shape[1] ?? 0) % scheme.blockSize !== 0,
  );
  if (ragged.length > 0)
    advice.push(
      `${ragged.length} weights have rows that are no whole number of blocks of ${scheme.blockSize}. The file is right, but bitsandbytes 0.50 on a CPU with AVX-512 reads such rows with the wrong scales; a smaller block size avoids it.`,
    );
  return advice;
}

function progressOf(jobs: readonly Job[], { onProgress }: QuantizeModelOptions, began: number) {
  const bytes = jobs.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  let bytesDone = 0;
  let tensorsDone = 0;
  return ({ tensor }: Job, done: boolean): void => {
    if (done) {
      bytesDone += tensor.byteLength;
      tensorsDone++;
    }
    const seconds = (performance.now() - began) / 1000;
    const bytesPerSecond = seconds > 0 ? bytesDone / seconds : 0;
    const secondsLeft = bytesPerSecond > 0 ? (bytes - bytesDone) / bytesPerSecond : Number.POSITIVE_INFINITY;
    onProgress?.({
      tensor: tensor.name,
      tensorsDone,
      tensors: jobs.length,
      bytesDone,
      bytes,
      bytesPerSecond,
      secondsLeft,
    });
  };
}
