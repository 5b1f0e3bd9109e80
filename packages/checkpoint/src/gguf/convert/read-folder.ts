/** Reads what conversion needs of a Hugging Face folder: its JSON at once, its tensors through an open reader. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TensorReader } from '../../tensor/tensor.ts';
import { GgufError } from '../format/errors.ts';
import type { ConvertibleFolder, FolderTensor } from './folder.ts';
import { parseObject } from './json.ts';

async function optional(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @param reader the folder's tensors, opened; it must stay open until the converted model has been written
 * @throws GgufError when `config.json` is missing, JSON is broken, or a tensor is of a type that weights do not have
 */
export async function readConvertibleFolder(path: string, reader: TensorReader): Promise<ConvertibleFolder> {
  const json = async (name: string) => {
    const bytes = await optional(join(path, name));
    return bytes && parseObject(join(path, name), bytes.toString('utf8'));
  };
  const config = await json('config.json');
  if (!config)
    throw new GgufError('GGUF_MISSING', path, 'there is no config.json; is this a model’s folder?');
  const tensors = reader.tensors.map((tensor): FolderTensor => {
    const { name, dtype, shape } = tensor;
    if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
      throw new GgufError(
        'GGUF_UNSUPPORTED',
        tensor.file,
        `tensor ${name} is of type ${dtype}; models in F32, F16 or BF16 can be converted, quantised ones cannot`,
        name,
      );
    return { name, type: dtype, shape, data: () => reader.chunks(tensor) };
  });
  const [generationConfig, tokenizer, tokenizerConfig] = await Promise.all(
    ['generation_config.json', 'tokenizer.json', 'tokenizer_config.json'].map(json),
  );
  const model = await optional(join(path, 'tokenizer.model'));
  const chatTemplate = await optional(join(path, 'chat_template.jinja'));
  return {
    path,
    config,
    generationConfig,
    tokenizer,
    tokenizerConfig,
    sentencePiece: model && new Uint8Array(model),
    chatTemplate: chatTemplate?.toString('utf8'),
    tensors,
  };
}
