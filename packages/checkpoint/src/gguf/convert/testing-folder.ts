/** Reads a small Hugging Face folder into memory, for tests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvertibleFolder, FolderTensor } from './folder.ts';
import { isObject, objectAt, parseObject, stringAt } from './json.ts';

export function readTestFolder(path: string): ConvertibleFolder {
  const json = (name: string) =>
    existsSync(join(path, name)) ? parseObject(name, readFileSync(join(path, name), 'utf8')) : undefined;
  const bytes = readFileSync(join(path, 'model.safetensors'));
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = parseObject('model.safetensors', bytes.toString('utf8', 8, 8 + headerBytes));
  const tensors = Object.entries(header).flatMap(([name, entry]): FolderTensor[] => {
    if (name === '__metadata__' || !isObject(entry)) return [];
    const [from, to] = entry.data_offsets as readonly [number, number];
    return [
      {
        name,
        type: stringAt(entry, 'dtype') as FolderTensor['type'],
        shape: entry.shape as readonly number[],
        data: () => [new Uint8Array(bytes.subarray(8 + headerBytes + from, 8 + headerBytes + to))],
      },
    ];
  });
  const template = join(path, 'chat_template.jinja');
  return {
    path,
    config: objectAt({ config: json('config.json') ?? {} }, 'config'),
    generationConfig: json('generation_config.json'),
    tokenizer: json('tokenizer.json'),
    tokenizerConfig: json('tokenizer_config.json'),
    sentencePiece: existsSync(join(path, 'tokenizer.model'))
      ? new Uint8Array(readFileSync(join(path, 'tokenizer.model')))
      : undefined,
    chatTemplate: existsSync(template) ? readFileSync(template, 'utf8') : undefined,
    tensors,
  };
}
