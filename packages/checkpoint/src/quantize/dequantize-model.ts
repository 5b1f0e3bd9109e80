/** A quantised folder in, a folder of plain weights out. */

import { join } from 'node:path';
import { OptionError } from '../errors.ts';
import { atomicWriteFolder } from '../files/atomic-write.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import type { NewTensor } from '../safetensors/header.ts';
import { DTYPE_BYTES, type Dtype, fromFloat32 } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import { type LogicalWeight, logicalWeights } from './logical-weights.ts';
import { withoutQuantizationConfig } from './quantization-config.ts';
import { checkFinite } from './quantize-tensor.ts';
import { copyOthers, writeShards, writeText } from './write-folder.ts';

export interface DequantizeModelOptions {
  readonly input: string;
  /** A folder that does not exist yet, or is empty. */
  readonly output: string;
  /** Of the weights that were quantised; the others stay as they are. */
  readonly dtype: 'F16' | 'BF16' | 'F32';
  readonly maxShardBytes?: number;
  readonly onProgress?: (progress: { tensor: string; bytesDone: number; bytes: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads what bitsandbytes (4 bits, LLM.int8()) and compressed-tensors (whole numbers) store, and writes it plain.
 * Memory: one tensor.
 * @throws OptionError (`NOT_QUANTIZED`); CheckpointError naming file and tensor; nothing then stands under `output`.
 */
export async function dequantizeModel(
  options: DequantizeModelOptions,
): Promise<{ output: string; tensors: number; bytes: number; files: readonly string[] }> {
  const { input, output, dtype, maxShardBytes, onProgress, signal } = options;
  const model = await openModelFolder(input);
  try {
    const weights = logicalWeights(model);
    if (weights.list.every(({ stored }) => stored === 'plain'))
      throw new OptionError('NOT_QUANTIZED', 'holds no quantised weight.', { file: input });
    const jobs: { weight: LogicalWeight; planned: [NewTensor]; bytes: number }[] = [];
    for (const weight of weights.list) {
      const { name, stored, parts } = weight;
      const shape = await weights.shapeOf(name);
      const own = stored === 'plain' ? (parts[0]?.dtype as Dtype) : dtype;
      const bytes = elementCount(shape) * DTYPE_BYTES[own];
      jobs.push({ weight, planned: [{ name, dtype: own, shape }], bytes });
    }
    const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0);
    return await atomicWriteFolder(output, async (folder) => {
      let bytesDone = 0;
      const files = await writeShards({
        folder,
        jobs,
        ...(maxShardBytes === undefined ? {} : { maxShardBytes }),
        async write({ weight, planned: [planned], bytes: own }, writer) {
          signal?.throwIfAborted();
          onProgress?.({ tensor: weight.name, bytesDone, bytes });
          const [part] = weight.parts;
          if (weight.stored === 'plain' && part) await writer.add(planned, model.tensors.chunks(part));
          else {
            const values = await weights.load(weight.name);
            checkFinite(values, planned.shape, { file: part?.file, tensor: weight.name });
            await writer.add(planned, fromFloat32(values, planned.dtype));
          }
          bytesDone += own;
        },
      });
      if (model.configText !== undefined) {
        await writeText(join(folder, 'config.json'), withoutQuantizationConfig(model.configText));
        files.push('config.json');
      }
      files.push(...(await copyOthers(model, folder)));
      return { output, tensors: jobs.length, bytes, files };
    });
  } finally {
    await model.close();
  }
}
