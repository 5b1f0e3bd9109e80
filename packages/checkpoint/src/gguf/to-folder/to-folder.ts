/** From a GGUF file to a Hugging Face folder: weights dequantised, config.json and the tokenizer made from the metadata. */

import { join } from 'node:path';
import { atomicWriteFolder } from '../../files/atomic-write.ts';
import { writeShards, writeText } from '../../quantize/write-folder.ts';
import type { NewTensor } from '../../safetensors/header.ts';
import { bytesOf, DTYPE_BYTES, fromFloat32 } from '../../tensor/dtype.ts';
import { elementCount } from '../../tensor/tensor.ts';
import { folderName, permuteRows } from '../convert/architecture.ts';
import { GgufError } from '../format/errors.ts';
import { openGguf } from '../format/open-gguf.ts';
import type { GgufFile } from '../format/read.ts';
import type { GgufTensor } from '../format/types.ts';
import { DEQUANTISABLE, dequantise } from '../quantise/dequantise.ts';
import { folderConfig, metadataFigure, metadataText } from './config.ts';
import { folderTokenizer } from './tokenizer.ts';

export type FolderDtype = 'F16' | 'BF16' | 'F32';

export interface ToFolderOptions {
  /** The GGUF file. */
  readonly input: string;
  /** A folder that does not exist yet, or is empty. */
  readonly output: string;
  /** Number format of the weights; F16 unless told. */
  readonly dtype?: FolderDtype;
  readonly maxShardBytes?: number;
  readonly onProgress?: (progress: { tensor: string; bytesDone: number; bytes: number }) => void;
  readonly signal?: AbortSignal;
}

export interface ToFolderReport {
  readonly output: string;
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly files: readonly string[];
}

const TORCH = { F16: 'float16', BF16: 'bfloat16', F32: 'float32' } as const;

/**
 * Weights are rounded to `dtype` after dequantising. Memory: one tensor.
 * @throws GgufError naming file and tensor; nothing then stands under `output`
 */
export async function ggufToFolder(options: ToFolderOptions): Promise<ToFolderReport> {
  const file = await openGguf(options.input);
  try {
    return await atomicWriteFolder(options.output, (folder) => convert(file, folder, options));
  } finally {
    await file.close();
  }
}

interface Job {
  readonly tensor: GgufTensor;
  readonly planned: readonly [NewTensor];
  readonly bytes: number;
}

async function convert(
  file: GgufFile,
  folder: string,
  { output, dtype = 'F16', maxShardBytes, onProgress, signal }: ToFolderOptions,
): Promise<ToFolderReport> {
  const { metadata, path } = file;
  const find = (name: string) => file.tensors.find((tensor) => tensor.name === name);
  const rope = find('rope_freqs.weight');
  const embedding = find('token_embd.weight');
  if (!embedding)
    throw new GgufError('GGUF_MISSING', path, 'there are no token embeddings among the tensors');
  const config = folderConfig({
    metadata,
    file: path,
    dtype: TORCH[dtype],
    head: find('output.weight') !== undefined,
    vocabulary: embedding.dimensions[1] ?? 0,
    ropeFactors: rope && dequantise(await collect(file, rope), rope.type),
    attentionBias: find('blk.0.attn_q.bias') !== undefined,
  });
  const { tokenizer, config: tokenizerConfig } = folderTokenizer(metadata, path);
  const jobs = file.tensors.filter((tensor) => tensor !== rope).map((tensor) => planned(tensor, dtype, path));
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0);
  let bytesDone = 0;
  const files = await writeShards<Job>({
    folder,
    jobs,
    ...(maxShardBytes === undefined ? {} : { maxShardBytes }),
    async write(job, writer) {
      signal?.throwIfAborted();
      onProgress?.({ tensor: job.planned[0].name, bytesDone, bytes });
      await writer.add(job.planned[0], await read(file, job.tensor, dtype));
      bytesDone += job.bytes;
    },
  });
  const texts = {
    'config.json': config,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizerConfig,
  };
  for (const [name, value] of Object.entries(texts)) {
    await writeText(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
    files.push(name);
  }
  const parameters = jobs.reduce((sum, { planned: [{ shape }] }) => sum + elementCount(shape), 0);
  return { output, tensors: jobs.length, parameters, bytes, files };
}

function planned(tensor: GgufTensor, dtype: FolderDtype, file: string): Job {
  const name = folderName(tensor.name);
  if (name === undefined)
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      file,
      `tensor ${tensor.name} has no place in a folder of this architecture`,
      tensor.name,
    );
  if (!DEQUANTISABLE.has(tensor.type))
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      file,
      `tensor ${tensor.name} is of type ${tensor.type}, which cannot be dequantised here`,
      tensor.name,
    );
  const shape = [...tensor.dimensions].reverse();
  return { tensor, planned: [{ name, dtype, shape }], bytes: elementCount(shape) * DTYPE_BYTES[dtype] };
}

async function read(
  file: GgufFile,
  tensor: GgufTensor,
  dtype: FolderDtype,
): Promise<Uint8Array<ArrayBuffer>> {
  const { metadata, path } = file;
  const values = dequantise(await collect(file, tensor), tensor.type);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new GgufError(
      'GGUF_NOT_FINITE',
      path,
      `tensor ${tensor.name} holds an infinite value or NaN at element ${bad}; the weights are damaged`,
      tensor.name,
    );
  const bytes = fromFloat32(values, dtype);
  const kind = /^blk\.\d+\.attn_(q|k)\.(weight|bias)$/.exec(tensor.name)?.[1];
  if (metadataText(metadata, 'general.architecture') !== 'llama' || kind === undefined) return bytes;
  const heads = metadataFigure(metadata, 'llama.attention.head_count') ?? 1;
  const own = kind === 'q' ? heads : (metadataFigure(metadata, 'llama.attention.head_count_kv') ?? heads);
  return permuteRows(bytes, tensor.dimensions[1] ?? tensor.dimensions[0] ?? 1, own, true);
}

async function collect(file: GgufFile, tensor: GgufTensor): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of file.stream(tensor)) parts.push(part);
  return bytesOf(Uint8Array.from(Buffer.concat(parts)));
}
