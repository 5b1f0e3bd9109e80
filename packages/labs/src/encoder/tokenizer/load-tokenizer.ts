/** Reads a BERT tokenizer from the files that lie beside a model: tokenizer.json, or vocab.txt with tokenizer_config.json. */
import { EncoderError, isRecord } from '../errors.ts';
import type { AddedToken } from './added-tokens.ts';
import type { Normalization } from './basic.ts';
import { BertTokenizer, SPECIAL_TOKENS, type SpecialTokens } from './bert-tokenizer.ts';

export interface TokenizerFiles {
  /** tokenizer.json, where there is one. */
  tokenizer?: string | undefined;
  /** vocab.txt, where there is one. */
  vocabulary?: string | undefined;
  /** tokenizer_config.json, where there is one. */
  config?: string | undefined;
}

function json(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EncoderError('bad-tokenizer', `${name} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (isRecord(value)) return value;
  throw new EncoderError('bad-tokenizer', `${name} holds no JSON object.`);
}

const flag = (from: Record<string, unknown>, key: string): boolean | undefined =>
  typeof from[key] === 'boolean' ? from[key] : undefined;

/** A special token stands as text, or as an object with its text in `content`. */
const contentOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : isRecord(value) && typeof value.content === 'string'
      ? value.content
      : undefined;

function specialTokens(config: Record<string, unknown>): SpecialTokens {
  const name = (key: string, usual: string): string => contentOf(config[key]) ?? usual;
  return {
    unknown: name('unk_token', SPECIAL_TOKENS.unknown),
    separator: name('sep_token', SPECIAL_TOKENS.separator),
    padding: name('pad_token', SPECIAL_TOKENS.padding),
    classification: name('cls_token', SPECIAL_TOKENS.classification),
    mask: name('mask_token', SPECIAL_TOKENS.mask),
  };
}

function addedTokens(list: unknown): AddedToken[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown): AddedToken[] => {
    if (!isRecord(entry) || typeof entry.content !== 'string' || typeof entry.id !== 'number') return [];
    const special = flag(entry, 'special') ?? false;
    return [
      {
        id: entry.id,
        content: entry.content,
        special,
        singleWord: flag(entry, 'single_word') ?? false,
        lstrip: flag(entry, 'lstrip') ?? false,
        rstrip: flag(entry, 'rstrip') ?? false,
        normalized: flag(entry, 'normalized') ?? !special,
      },
    ];
  });
}

function vocabularyOf(model: unknown): Map<string, number> {
  if (!isRecord(model) || !isRecord(model.vocab))
    throw new EncoderError('bad-tokenizer', 'tokenizer.json has no vocabulary.');
  if (model.type !== undefined && model.type !== 'WordPiece')
    throw new EncoderError(
      'unsupported-model',
      `tokenizer.json is a ${String(model.type)} tokenizer; this lab reads WordPiece, which BERT's family uses. RoBERTa and its kin use byte-level BPE.`,
    );
  return new Map(
    Object.entries(model.vocab).flatMap(([token, id]) =>
      typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? [[token, id] as const] : [],
    ),
  );
}

/** One token a line, the first has number 0. A token that comes twice keeps its last number, as in the reference. */
const readVocabulary = (text: string): Map<string, number> =>
  new Map(
    text
      .replace(/\r?\n$/, '')
      .split('\n')
      .map((line, at) => [line.replace(/\r$/, ''), at] as const),
  );

/**
 * Settings of tokenizer_config.json come before the normalizer of tokenizer.json, as in Python's BertTokenizer.
 * @throws EncoderError `bad-tokenizer`, `unsupported-model`
 */
export function loadTokenizer(files: TokenizerFiles): BertTokenizer {
  const config = files.config === undefined ? {} : json(files.config, 'tokenizer_config.json');
  const special = specialTokens(config);
  const maxLength = typeof config.model_max_length === 'number' ? config.model_max_length : null;
  const whole = files.tokenizer === undefined ? undefined : json(files.tokenizer, 'tokenizer.json');
  if (!whole && files.vocabulary === undefined)
    throw new EncoderError(
      'bad-tokenizer',
      'Neither tokenizer.json nor vocab.txt lies beside the model: the text cannot be read without one of them.',
    );
  const normalizer = whole && isRecord(whole.normalizer) ? whole.normalizer : {};
  if (normalizer.type !== undefined && normalizer.type !== 'BertNormalizer')
    throw new EncoderError(
      'unsupported-model',
      `tokenizer.json normalises by ${String(normalizer.type)}; this lab knows BertNormalizer.`,
    );
  const normalization: Normalization = {
    cleanText: flag(normalizer, 'clean_text') ?? true,
    chineseChars: flag(config, 'tokenize_chinese_chars') ?? flag(normalizer, 'handle_chinese_chars') ?? true,
    stripAccents: flag(config, 'strip_accents') ?? flag(normalizer, 'strip_accents') ?? null,
    lowercase: flag(config, 'do_lower_case') ?? flag(normalizer, 'lowercase') ?? true,
  };
  const model = whole?.model;
  const maxWord =
    isRecord(model) && typeof model.max_input_chars_per_word === 'number'
      ? model.max_input_chars_per_word
      : 100;
  const neverSplit = Array.isArray(config.never_split)
    ? config.never_split.filter((token): token is string => typeof token === 'string')
    : [];
  return new BertTokenizer({
    vocabulary: whole ? vocabularyOf(model) : readVocabulary(files.vocabulary as string),
    normalization,
    special,
    added: whole ? addedTokens(whole.added_tokens) : [],
    neverSplit,
    maxLength: maxLength !== null && maxLength < 1e9 ? maxLength : null,
    maxWord,
  });
}
