/** Writes a model's tensors into shards of a folder, with their index, and copies what lies beside. */

import { copyFile, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CheckpointError, OptionError } from '../errors.ts';
import { atomicWriteFile } from '../files/atomic-write.ts';
import { INDEX_FILE, type ModelFolder } from '../safetensors/folder.ts';
import type { NewTensor } from '../safetensors/header.ts';
import { type SafetensorsWriter, writeSafetensors } from '../safetensors/writer.ts';

/** Tensors that stand together in a shard, such as a weight and its scales. */
export interface ShardJob {
  readonly planned: readonly NewTensor[];
  readonly bytes: number;
}

export interface ShardOptions<Job extends ShardJob> {
  readonly folder: string;
  readonly jobs: readonly Job[];
  /** Bytes of a shard at most, 5 GB unless told. One job alone may exceed it. */
  readonly maxShardBytes?: number;
  /** Called before the jobs of a shard. */
  readonly onShard?: (jobs: readonly Job[]) => void;
  readonly write: (job: Job, writer: SafetensorsWriter) => Promise<void>;
}

/** @returns the names of the files written, the index among them where there is more than one shard. */
export async function writeShards<Job extends ShardJob>({
  folder,
  jobs,
  maxShardBytes = 5e9,
  onShard,
  write,
}: ShardOptions<Job>): Promise<string[]> {
  const shards = intoShards(jobs, maxShardBytes);
  const weightMap: Record<string, string> = {};
  const files: string[] = [];
  let bytes = 0;
  for (const [i, shard] of shards.entries()) {
    const file =
      shards.length === 1
        ? 'model.safetensors'
        : `model-${String(i + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
    const names = shard.flatMap(({ planned }) => planned.map(({ name }) => name));
    onShard?.(shard);
    const written = await writeSafetensors(join(folder, file), { names }, async (writer) => {
      for (const job of shard) {
        await write(job, writer);
        for (const { name } of job.planned) weightMap[name] = file;
      }
    });
    bytes += written.tensorBytes;
    files.push(file);
  }
  if (shards.length > 1) {
    await writeJson(join(folder, INDEX_FILE), { metadata: { total_size: bytes }, weight_map: weightMap });
    files.push(INDEX_FILE);
  }
  return files;
}

/** In order of the jobs; a shard is closed before it would exceed the limit. */
function intoShards<Job extends ShardJob>(jobs: readonly Job[], limit: number): Job[][] {
  if (!(limit > 0))
    throw new OptionError('SHARD_BYTES', `A shard of at most ${limit} bytes cannot be written.`);
  const shards: Job[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const job of jobs) {
    if (size + job.bytes > limit) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)?.push(job);
    size += job.bytes;
  }
  return shards;
}

/** Tokenizer, licence and the like. @returns their names. */
export async function copyOthers(model: ModelFolder, folder: string): Promise<readonly string[]> {
  for (const name of model.otherFiles) await copyDurably(join(model.folder, name), join(folder, name));
  return model.otherFiles;
}

export const writeText = (path: string, text: string): Promise<void> =>
  atomicWriteFile(path, (sink) => sink.write(new TextEncoder().encode(text)));

const writeJson = (path: string, value: unknown): Promise<void> =>
  writeText(path, `${JSON.stringify(value, null, 2)}\n`);

async function copyDurably(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    const handle = await open(to, 'r+');
    await handle.sync().finally(() => handle.close());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      'COPY_FAILED',
      `${basename(from)} cannot be copied (${why}).`,
      { file: from },
      { cause },
    );
  }
}
