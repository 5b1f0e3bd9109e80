/** Opens an encoder from the files of a Hugging Face folder, wherever they come from. */
import { blobSource, openSafetensorsSource, type TensorReader } from '@viva/checkpoint/browser';
import { EncoderError } from '../errors.ts';
import type { BertTokenizer } from '../tokenizer/bert-tokenizer.ts';
import { loadTokenizer, type TokenizerFiles } from '../tokenizer/load-tokenizer.ts';
import { BertModel } from './bert.ts';
import { type BertConfig, readBertConfig } from './bert-config.ts';
import { readBertWeights } from './bert-weights.ts';

/** What a folder holds that matters here. */
export interface EncoderFiles {
  /** For messages and pages. */
  name: string;
  /** config.json. */
  config: string;
  tokenizer: TokenizerFiles;
  tensors: TensorReader;
}

export interface Encoder {
  name: string;
  config: BertConfig;
  tokenizer: BertTokenizer;
  model: BertModel;
  dispose(): void;
}

/** Reads the weights and closes the files. @throws EncoderError, CheckpointError: see what they name */
export async function openEncoder(
  files: EncoderFiles,
  onProgress?: (share: number) => void,
): Promise<Encoder> {
  try {
    return await read(files, onProgress);
  } finally {
    await files.tensors.close();
  }
}

async function read(files: EncoderFiles, onProgress?: (share: number) => void): Promise<Encoder> {
  const config = readBertConfig(files.config);
  const tokenizer = loadTokenizer(files.tokenizer);
  const weights = await readBertWeights(files.tensors, config, onProgress);
  if (tokenizer.size > config.vocabulary)
    throw new EncoderError(
      'bad-tokenizer',
      `The tokenizer has ${tokenizer.size} tokens, the model only ${config.vocabulary}: they are of different models.`,
    );
  const model = new BertModel(config, weights);
  return { name: files.name, config, tokenizer, model, dispose: () => model.dispose() };
}

/** Several files as one reader: a model in shards. Tensors of the first file that has them count. */
function joined(readers: readonly TensorReader[]): TensorReader {
  const [only] = readers;
  if (readers.length === 1 && only) return only;
  const owner = new Map(
    [...readers].reverse().flatMap((reader) => reader.tensors.map(({ name }) => [name, reader] as const)),
  );
  const of = (name: string): TensorReader => {
    const found = owner.get(name);
    if (!found) throw new EncoderError('missing-tensor', `No file holds ${name}.`);
    return found;
  };
  return {
    files: readers.flatMap(({ files }) => files),
    tensors: readers.flatMap(({ tensors }) => tensors),
    metadata: Object.assign({}, ...readers.map(({ metadata }) => metadata)) as Record<string, string>,
    find: (name) => owner.get(name)?.find(name),
    read: (tensor) => of(tensor.name).read(tensor),
    chunks: (tensor, options) => of(tensor.name).chunks(tensor, options),
    close: async () => {
      for (const reader of readers) await reader.close();
    },
  };
}

/**
 * What somebody chose or dropped on a page: the files of a folder, in any order, others among them.
 * @throws EncoderError `no-model` naming what is missing
 */
export async function encoderFiles(chosen: readonly File[], name?: string): Promise<EncoderFiles> {
  const find = (wanted: string): File | undefined => chosen.find((file) => file.name === wanted);
  const weights = chosen
    .filter((file) => file.name.endsWith('.safetensors'))
    .sort((a, b) => a.name.localeCompare(b.name));
  const config = find('config.json');
  const missing = [
    ...(config ? [] : ['config.json']),
    ...(weights.length > 0 ? [] : ['model.safetensors']),
    ...(find('tokenizer.json') || find('vocab.txt') ? [] : ['tokenizer.json or vocab.txt']),
  ];
  if (!config || missing.length > 0)
    throw new EncoderError(
      'no-model',
      `Among the ${chosen.length} chosen files these are missing: ${missing.join(', ')}. Choose the whole folder of a model.`,
    );
  const whole = weights.find((file) => file.name === 'model.safetensors');
  const readers = await Promise.all(
    (whole ? [whole] : weights).map((file) => openSafetensorsSource(blobSource(file.name, file))),
  );
  const folder = config.webkitRelativePath?.split('/')[0];
  return {
    name: name ?? (folder || 'model'),
    config: await config.text(),
    tokenizer: {
      tokenizer: await find('tokenizer.json')?.text(),
      vocabulary: await find('vocab.txt')?.text(),
      config: await find('tokenizer_config.json')?.text(),
    },
    tensors: joined(readers),
  };
}
