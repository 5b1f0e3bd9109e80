/** AWQ of a whole model: a folder that computes the same, with its weights scaled so that rounding them costs less. */

import { join } from 'node:path';
import type { Decoder } from '../decoder/decoder.ts';
import type { LinearGroup } from '../decoder/layer.ts';
import { OptionError } from '../errors.ts';
import type { Matmul } from '../kernels/matmul.ts';
import { copyOthers, writeShards, writeText } from '../quantize/write-folder.ts';
import type { ModelFolder } from '../safetensors/folder.ts';
import { type Dtype, fromFloat32, isDtype, toFloat32 } from '../tensor/dtype.ts';
import { type AwqScales, awqScales, meanSizes } from './awq.ts';

export interface AwqModelOptions {
  readonly model: ModelFolder;
  readonly decoder: Decoder;
  readonly matmul: Matmul;
  /** Calibration text as tokens. */
  readonly sequences: readonly (readonly number[])[];
  /** What a weight becomes by the rounding that will follow. */
  readonly roundTrip: (weight: Float32Array, columns: number) => Float32Array | Promise<Float32Array>;
  readonly steps?: number;
  readonly maxShardBytes?: number;
  readonly onLayer?: (done: number, layers: number) => void;
  readonly signal?: AbortSignal;
}

export interface AwqGroupReport {
  readonly layer: number;
  readonly kind: LinearGroup['kind'];
  readonly alpha: number;
  /** Mean square error of the outputs with scales and without. */
  readonly error: number;
  readonly plainError: number;
}

/** What a tensor is multiplied by: its columns, or its rows divided. */
interface Fold {
  columns?: Float32Array;
  rowsDivided?: Float32Array;
}

/** Tokens on which errors are measured; sizes are taken over all. */
const ERROR_TOKENS = 256;

/**
 * Searches the scales and writes the scaled model into `folder`, which must exist: q, k, v by the first norm, gate and up
 * by the second, down by up's rows, o by v's rows (alike for the query heads that share a value head). The paper's
 * clipping of weights is not done.
 */
export async function writeAwqModel(folder: string, options: AwqModelOptions): Promise<AwqGroupReport[]> {
  const { model, decoder, onLayer, signal } = options;
  if (decoder.weights.list.some(({ stored }) => stored !== 'plain'))
    throw new OptionError('ALREADY_QUANTIZED', 'AWQ starts from a model that is not quantised yet.', {
      file: model.folder,
    });
  const folds = new Map<string, Fold>();
  const reports: AwqGroupReport[] = [];
  const run = await decoder.start(options.sequences);
  while (run.done < decoder.config.layers) {
    signal?.throwIfAborted();
    onLayer?.(run.done, decoder.config.layers);
    await run.next(async (group) => {
      const found = await searchGroup(group, options);
      reports.push({ layer: group.layer, kind: group.kind, ...pick(found) });
      addFolds(folds, group, found.inputScales, decoder);
      return undefined;
    });
  }
  onLayer?.(decoder.config.layers, decoder.config.layers);
  await writeFolded(folder, folds, options);
  return reports;
}

const pick = ({ alpha, error, plainError }: AwqScales) => ({ alpha, error, plainError });

async function searchGroup(group: LinearGroup, options: AwqModelOptions): Promise<AwqScales> {
  const { matmul, roundTrip, steps, decoder } = options;
  const { columns, inputs, members, kind } = group;
  const sizes = meanSizes(inputs, columns);
  if (kind === 'o') shareSizes(sizes, decoder.config);
  const tokens = Math.min(ERROR_TOKENS, inputs.length / columns);
  const sample = spread(inputs, columns, tokens);
  return awqScales({
    weights: members.map(({ weight }) => weight),
    columns,
    sizes,
    roundTrip,
    ...(steps === undefined ? {} : { steps }),
    async errorOf(values, index) {
      const original = members[index]?.weight as Float32Array;
      const delta = original.map((value, i) => value - (values[i] as number));
      const out = await matmul.product({
        ...{ a: sample, b: delta, m: tokens, n: delta.length / columns, k: columns },
      });
      let sum = 0;
      for (const value of out) sum += value * value;
      return sum / tokens;
    },
  });
}

/** Query heads that share a value head get the mean of their sizes: the value's row can be divided only once. */
function shareSizes(
  sizes: Float64Array,
  { heads, kvHeads, headSize }: { heads: number; kvHeads: number; headSize: number },
): void {
  const shared = heads / kvHeads;
  for (let kv = 0; kv < kvHeads; kv++)
    for (let i = 0; i < headSize; i++) {
      const at = (head: number) => (kv * shared + head) * headSize + i;
      let mean = 0;
      for (let head = 0; head < shared; head++) mean += (sizes[at(head)] as number) / shared;
      for (let head = 0; head < shared; head++) sizes[at(head)] = mean;
    }
}

/** Evenly spaced rows. */
function spread(inputs: Float32Array, columns: number, count: number): Float32Array {
  const rows = inputs.length / columns;
  const out = new Float32Array(count * columns);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * rows) / count);
    out.set(inputs.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return out;
}

function addFolds(
  folds: Map<string, Fold>,
  { layer, kind, members }: LinearGroup,
  scales: Float32Array,
  decoder: Decoder,
): void {
  const fold = (name: string): Fold => {
    const own = folds.get(name) ?? {};
    folds.set(name, own);
    return own;
  };
  for (const { name } of members) fold(name).columns = scales;
  const part = (name: string) => decoder.layerTensor(layer, name);
  const divide = (name: string, by: Float32Array) => {
    if (decoder.weights.has(part(name))) fold(part(name)).rowsDivided = by;
  };
  if (kind === 'qkv') divide('input_layernorm.weight', scales);
  if (kind === 'gate-up') divide('post_attention_layernorm.weight', scales);
  if (kind === 'down') for (const each of ['weight', 'bias']) divide(`mlp.up_proj.${each}`, scales);
  if (kind === 'o') {
    const { heads, kvHeads, headSize } = decoder.config;
    // The first of the query heads that share a value head speaks for all.
    const own = Float32Array.from(
      { length: kvHeads * headSize },
      (_, i) => scales[Math.floor(i / headSize) * (heads / kvHeads) * headSize + (i % headSize)] as number,
    );
    for (const each of ['weight', 'bias']) divide(`self_attn.v_proj.${each}`, own);
  }
}

async function writeFolded(
  folder: string,
  folds: ReadonlyMap<string, Fold>,
  { model, maxShardBytes, signal }: AwqModelOptions,
): Promise<void> {
  const { tensors } = model;
  await writeShards({
    folder,
    ...(maxShardBytes === undefined ? {} : { maxShardBytes }),
    jobs: tensors.tensors.map((tensor) => ({
      planned: [{ name: tensor.name, dtype: tensor.dtype as Dtype, shape: tensor.shape }],
      bytes: tensor.byteLength,
      tensor,
    })),
    async write({ tensor }, writer) {
      signal?.throwIfAborted();
      const { name, dtype, shape, file } = tensor;
      const fold = folds.get(name);
      if (!isDtype(dtype))
        throw new OptionError('UNKNOWN_DTYPE', `${dtype} is not known.`, { file, tensor: name });
      if (!fold) return writer.add({ name, dtype, shape }, tensors.chunks(tensor));
      const values = toFloat32(await tensors.read(tensor), dtype, { file, tensor: name }).slice();
      const columns = shape.length > 1 ? (shape[1] ?? 1) : 1;
      for (let i = 0; i < values.length; i++) {
        const by = fold.columns?.[i % columns] ?? 1;
        values[i] = ((values[i] as number) * by) / (fold.rowsDivided?.[Math.floor(i / columns)] ?? 1);
      }
      return writer.add({ name, dtype, shape }, fromFloat32(values, dtype));
    },
  });
  if (model.configText !== undefined) await writeText(join(folder, 'config.json'), model.configText);
  await copyOthers(model, folder);
}
