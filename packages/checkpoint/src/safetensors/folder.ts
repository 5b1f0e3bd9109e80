/** A Hugging Face model folder, or a single safetensors file: configuration, tensors of all shards, and what lies beside. */

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileError, FormatError, quote } from '../errors.ts';
import { cannotRead, readSmallText } from '../files/read-file.ts';
import { isRecord, parseJsonObject } from '../json/strict-json.ts';
import type { TensorInfo, TensorReader } from '../tensor/tensor.ts';
import { openSafetensors } from './reader.ts';

export const INDEX_FILE = 'model.safetensors.index.json';

export interface ModelFolder {
  readonly folder: string;
  /** config.json, where there is one. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  /** config.json as it stands: `10000.0` must not become `10000`, which Python takes for another type. */
  readonly configText: string | undefined;
  readonly tensors: TensorReader;
  /** Tokenizer, licence and the like: files to carry over to a converted model. Names within `folder`. */
  readonly otherFiles: readonly string[];
  /** What is odd without being wrong, for a person to read. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a folder (sharded with index, or one file) or a single .safetensors file.
 * @throws FileError, FormatError naming file and tensor.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const found = await stat(path).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  if (found.isFile()) {
    const tensors = await openSafetensors(path);
    const beside = {
      folder: dirname(path),
      config: undefined,
      configText: undefined,
      otherFiles: [],
      warnings: [],
    };
    return { ...beside, tensors, close: () => tensors.close() };
  }
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const warnings: string[] = [];
  const tensors = await openWeights(path, names, warnings);
  try {
    const configFile = join(path, 'config.json');
    const configText = names.includes('config.json') ? await readSmallText(configFile) : undefined;
    const config = configText === undefined ? undefined : parseJsonObject(configText, configFile);
    const otherFiles = names.filter((name) => name !== 'config.json' && !isWeights(name));
    return { folder: path, config, configText, tensors, otherFiles, warnings, close: () => tensors.close() };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

const isWeights = (name: string): boolean =>
  /\.(safetensors|bin|pt|pth|h5|msgpack|gguf|onnx|ckpt)$/.test(name) || /\.index\.json$/.test(name);

async function openWeights(
  folder: string,
  names: readonly string[],
  warnings: string[],
): Promise<TensorReader> {
  if (names.includes(INDEX_FILE)) return openShards(folder, warnings);
  const files = names.filter((name) => name.endsWith('.safetensors'));
  const only = files.includes('model.safetensors')
    ? 'model.safetensors'
    : files.length === 1
      ? files[0]
      : undefined;
  if (only !== undefined) return openSafetensors(join(folder, only));
  if (files.length > 1)
    throw new FileError(
      'NO_INDEX',
      `holds ${files.length} safetensors files but no ${INDEX_FILE} that says which tensor is in which. Name one file, or fetch the index.`,
      { file: folder },
    );
  const pickled = names.find((name) => /\.(bin|pt|pth)$/.test(name));
  throw new FileError(
    pickled === undefined ? 'NO_WEIGHTS' : 'PICKLED',
    pickled === undefined
      ? 'holds no safetensors file.'
      : `holds ${quote(pickled)}, a Python pickle that runs code when loaded. Save the model as safetensors first.`,
    { file: folder },
  );
}

async function openShards(folder: string, warnings: string[]): Promise<TensorReader> {
  const indexFile = join(folder, INDEX_FILE);
  const index = parseJsonObject(await readSmallText(indexFile), indexFile);
  const map = index.weight_map;
  if (!isRecord(map)) throw new FormatError('BAD_INDEX', 'has no weight_map.', { file: indexFile });
  const entries = Object.entries(map).map(
    ([tensor, shard]) => [tensor, checkShardName(tensor, shard, indexFile)] as const,
  );
  const shards = [...new Set(entries.map(([, shard]) => shard))].sort();
  if (shards.length > 100_000)
    throw new FormatError('BAD_INDEX', `names ${shards.length} shards; at most 100000 are opened.`, {
      file: indexFile,
    });
  const readers = new Map<string, TensorReader>();
  try {
    for (const shard of shards) readers.set(shard, await openSafetensors(join(folder, shard)));
    return shardedReader(new Map(entries), readers, indexFile, warnings);
  } catch (error) {
    await Promise.all([...readers.values()].map((reader) => reader.close()));
    throw error;
  }
}

/** A shard is a plain name in the same folder: no path may lead elsewhere. */
function checkShardName(tensor: string, shard: unknown, file: string): string {
  const plain =
    typeof shard === 'string' &&
    shard !== '' &&
    shard === basename(shard) &&
    !/[/\\:\0]/.test(shard) &&
    !shard.startsWith('.') &&
    shard.endsWith('.safetensors');
  if (!plain)
    throw new FormatError(
      'BAD_SHARD_NAME',
      `is said to be in ${quote(String(shard))}, which is not the plain name of a safetensors file in this folder.`,
      { file, tensor },
    );
  return shard;
}

function shardedReader(
  map: ReadonlyMap<string, string>,
  readers: ReadonlyMap<string, TensorReader>,
  indexFile: string,
  warnings: string[],
): TensorReader {
  const home = new Map<string, { reader: TensorReader; tensor: TensorInfo }>();
  const tensors: TensorInfo[] = [];
  let unlisted = 0;
  for (const [shard, reader] of readers)
    for (const tensor of reader.tensors) {
      const listed = map.get(tensor.name);
      const other = home.get(tensor.name);
      if (other)
        throw new FormatError('DUPLICATE_KEY', `is also in ${other.tensor.file}.`, {
          file: tensor.file,
          tensor: tensor.name,
        });
      if (listed !== undefined && listed !== shard)
        throw new FormatError('WRONG_SHARD', `is said to be in ${listed}, but stands in ${shard}.`, {
          file: indexFile,
          tensor: tensor.name,
        });
      if (listed === undefined) unlisted++;
      home.set(tensor.name, { reader, tensor });
      tensors.push(tensor);
    }
  for (const [tensor, shard] of map)
    if (!home.has(tensor))
      throw new FormatError('MISSING_TENSOR', `is said to be in ${shard}, but is not there.`, {
        file: indexFile,
        tensor,
      });
  if (unlisted > 0)
    warnings.push(`${unlisted} tensors stand in the shards without being listed in ${INDEX_FILE}.`);
  const of = (tensor: TensorInfo): TensorReader => {
    const found = home.get(tensor.name);
    if (!found) throw new FileError('NO_TENSOR', 'is not in this model.', { tensor: tensor.name });
    return found.reader;
  };
  return {
    files: [...readers.values()].flatMap(({ files }) => files),
    tensors,
    metadata: Object.assign({}, ...[...readers.values()].map(({ metadata }) => metadata)),
    find: (name) => home.get(name)?.tensor,
    read: (tensor) => of(tensor).read(tensor),
    chunks: (tensor, options) => of(tensor).chunks(tensor, options),
    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.close()));
    },
  };
}
