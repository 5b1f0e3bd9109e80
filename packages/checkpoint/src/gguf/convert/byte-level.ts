/** Byte-level BPE tokenizers (GPT-2's kind): vocabulary, merges, and llama.cpp's name for the pre-tokenizer. */
import { GgufError } from '../format/errors.ts';
import type { ConvertibleFolder } from './folder.ts';
import { arrayAt, booleanAt, isObject, type JsonObject, objectAt, stringAt } from './json.ts';
import type { MetadataBuilder } from './metadata.ts';
import { addSpecialTokens } from './special-tokens.ts';
import { vocabularyOf } from './vocabulary.ts';

/** What text is split by before merging: the steps of the pre-tokenizer, written out, and llama.cpp's name for them. */
const PRE_TOKENIZERS: readonly (readonly [name: string, steps: string])[] = [
  ['gpt-2', 'bytes+words'],
  ['smollm', 'digits | bytes+words'],
  [
    'llama-bpe',
    String.raw`split (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+ | bytes`,
  ],
  [
    'qwen2',
    String.raw`split (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+ | bytes`,
  ],
  [
    'qwen35',
    String.raw`split (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+ | bytes`,
  ],
  [
    'tekken',
    String.raw`split [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+ | bytes`,
  ],
];

/** The steps of a pre-tokenizer, in a form that two equal ones share. */
function steps(pre: JsonObject): string {
  const type = stringAt(pre, 'type');
  if (type === 'Sequence')
    return arrayAt(pre, 'pretokenizers')
      .map((step) => (isObject(step) ? steps(step) : '?'))
      .join(' | ');
  if (type === 'ByteLevel') return booleanAt(pre, 'use_regex') === false ? 'bytes' : 'bytes+words';
  if (type === 'Digits') return booleanAt(pre, 'individual_digits') ? 'digits' : 'numbers';
  if (type === 'Split') {
    const pattern = objectAt(pre, 'pattern');
    return `split ${stringAt(pattern, 'Regex') ?? JSON.stringify(stringAt(pattern, 'String'))}`;
  }
  return type ?? 'none';
}

/**
 * llama.cpp's name (`tokenizer.ggml.pre`) for the pre-tokenizer of a tokenizer.json, found by what it does.
 *
 * @throws GgufError `GGUF_UNSUPPORTED` for one that is not known, naming its steps
 */
export function preTokenizerName(file: string, tokenizer: JsonObject): string {
  const found = steps(objectAt(tokenizer, 'pre_tokenizer'));
  const known = PRE_TOKENIZERS.find(([, expected]) => expected === found);
  if (known) return known[0];
  throw new GgufError(
    'GGUF_UNSUPPORTED',
    file,
    `the pre-tokenizer is not one that is known to llama.cpp here: ${found}. Known: ${PRE_TOKENIZERS.map(([name]) => name).join(', ')}`,
  );
}

/**
 * The other way: the pre-tokenizer that a name stands for, as tokenizer.json has it; undefined for a name that is not known.
 */
export function preTokenizerJson(name: string): JsonObject | undefined {
  const steps = PRE_TOKENIZERS.find(([known]) => known === name)?.[1];
  if (steps === undefined) return undefined;
  const bytes = (regex: boolean): JsonObject => ({
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: regex,
  });
  if (name === 'gpt-2') return bytes(true);
  const first: JsonObject =
    name === 'smollm'
      ? { type: 'Digits', individual_digits: true }
      : {
          type: 'Split',
          pattern: { Regex: steps.slice('split '.length, -' | bytes'.length) },
          behavior: 'Isolated',
          invert: false,
        };
  return { type: 'Sequence', pretokenizers: [first, bytes(name === 'smollm')] };
}

/** Merges as GGUF has them, two parts with a space between; a space within a part is written Ġ-like, as U+0120. */
function mergesOf(file: string, tokenizer: JsonObject): string[] {
  return arrayAt(objectAt(tokenizer, 'model'), 'merges').map((merge, i) => {
    if (typeof merge === 'string') return merge;
    if (Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string'))
      return merge.map((part) => String(part).replaceAll(' ', 'Ġ')).join(' ');
    throw new GgufError('GGUF_METADATA', file, `merge ${i} is neither "a b" nor ["a", "b"]`);
  });
}

/** Writes a byte-level BPE tokenizer. @throws GgufError when its pre-tokenizer is not known */
export function addByteLevelTokenizer(
  out: MetadataBuilder,
  folder: ConvertibleFolder,
  tokenizer: JsonObject,
): void {
  const file = `${folder.path}/tokenizer.json`;
  const tokens = vocabularyOf(folder);
  out.string('tokenizer.ggml.model', 'gpt2');
  out.string('tokenizer.ggml.pre', preTokenizerName(file, tokenizer));
  out.strings(
    'tokenizer.ggml.tokens',
    tokens.map(({ text }) => text),
  );
  out.int32s(
    'tokenizer.ggml.token_type',
    tokens.map(({ kind }) => kind),
  );
  out.strings('tokenizer.ggml.merges', mergesOf(file, tokenizer));
  addSpecialTokens(
    out,
    folder,
    tokens.map(({ text }) => text),
  );
}
