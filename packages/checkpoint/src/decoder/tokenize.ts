/** Text as the tokens of a folder's own tokenizer. */

import { join } from 'node:path';
import { FileError, FormatError } from '../errors.ts';
import { cannotRead, readSmallText } from '../files/read-file.ts';
import { parseJsonObject } from '../json/strict-json.ts';

/**
 * Loads tokenizer.json. The library is loaded with the first call.
 * @returns a function that gives a text's tokens, with those that the model wants around them.
 * @throws FileError where tokenizer.json is missing; FormatError where it cannot be used.
 */
export async function openTokenizer(folder: string): Promise<(text: string) => number[]> {
  const file = join(folder, 'tokenizer.json');
  const read = async (name: string) => parseJsonObject(await readSmallText(join(folder, name)), name);
  const tokenizer = await read('tokenizer.json').catch((cause: unknown) => {
    throw cannotRead(file, cause);
  });
  const config = await read('tokenizer_config.json').catch((cause: unknown) => {
    if (cause instanceof FileError && cause.code === 'NOT_FOUND') return {};
    throw cause;
  });
  const { Tokenizer } = await import('@huggingface/tokenizers');
  try {
    const made = new Tokenizer(tokenizer, config);
    return (text) => made.encode(text).ids;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError('BAD_TOKENIZER', `cannot be used (${why}).`, { file });
  }
}

/**
 * Sequences of `length` tokens from a text, from its beginning, without overlap; the last, shorter one is left out
 * unless it is the only one.
 */
export function cutSequences(
  tokens: readonly number[],
  length: number,
  most = Number.POSITIVE_INFINITY,
): number[][] {
  const sequences: number[][] = [];
  for (let at = 0; at + length <= tokens.length && sequences.length < most; at += length)
    sequences.push(tokens.slice(at, at + length));
  return sequences.length > 0 || tokens.length === 0 ? sequences : [tokens.slice()];
}
