/** The tokens of a tokenizer.json, in order of their ids, each with the kind that llama.cpp knows. */
import { GgufError } from '../format/errors.ts';
import type { ConvertibleFolder } from './folder.ts';
import { arrayAt, booleanAt, isObject, type JsonObject, numberAt, objectAt, stringAt } from './json.ts';

/** Kinds of token, by their number in `tokenizer.ggml.token_type`. */
export const TOKEN_KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Token {
  readonly text: string;
  readonly kind: number;
}

export interface AddedToken {
  readonly id: number;
  readonly text: string;
  readonly special: boolean;
}

const MOST_TOKENS = 1 << 24;

/** Tokens that are control tokens though some folders do not mark them so. */
const looksSpecial = (text: string): boolean =>
  ['<pad>', '<mask>', '<2mass>', '[@BOS@]'].includes(text) ||
  (text.startsWith('<|') && text.endsWith('|>')) ||
  (text.startsWith('<｜') && text.endsWith('｜>')) ||
  (text.startsWith('<unused') && text.endsWith('>'));

export function addedTokens(tokenizer: JsonObject | undefined): AddedToken[] {
  return arrayAt(tokenizer, 'added_tokens').flatMap((entry) => {
    if (!isObject(entry)) return [];
    const id = numberAt(entry, 'id');
    const text = stringAt(entry, 'content');
    return id === undefined || text === undefined
      ? []
      : [{ id, text, special: booleanAt(entry, 'special') ?? false }];
  });
}

/** The kind and spelling of an added token; in those that are not special, SentencePiece's blank is a space. */
export function asAdded({ text, special }: { text: string; special: boolean }): Token {
  return special || looksSpecial(text)
    ? { text, kind: TOKEN_KIND.control }
    : { text: text.replaceAll('▁', ' '), kind: TOKEN_KIND.userDefined };
}

/** A stand-in for an id that the model has a row for, but the tokenizer no token. */
export const unusedToken = (id: number): Token => ({ text: `[PAD${id}]`, kind: TOKEN_KIND.unused });

/**
 * All tokens of `tokenizer.json`, as many as the model has rows of embeddings.
 *
 * @throws GgufError when ids repeat or lie beyond the model's vocabulary
 */
export function vocabularyOf(folder: ConvertibleFolder): Token[] {
  const file = `${folder.path}/tokenizer.json`;
  const vocab = objectAt(objectAt(folder.tokenizer, 'model'), 'vocab');
  const added = addedTokens(folder.tokenizer);
  const tokens: (Token | undefined)[] = [];
  const put = (id: number, token: Token, replace: boolean) => {
    if (!Number.isInteger(id) || id < 0 || id >= MOST_TOKENS)
      throw new GgufError('GGUF_METADATA', file, `the token ${JSON.stringify(token.text)} has the id ${id}`);
    if (tokens[id] && !replace)
      throw new GgufError(
        'GGUF_METADATA',
        file,
        `the tokens ${JSON.stringify(tokens[id]?.text)} and ${JSON.stringify(token.text)} have the same id, ${id}`,
      );
    tokens[id] = token;
  };
  for (const [text, id] of Object.entries(vocab))
    if (typeof id === 'number') put(id, { text, kind: TOKEN_KIND.normal }, false);
  for (const token of added) put(token.id, asAdded(token), true);
  const rows = numberAt(folder.config, 'vocab_size') ?? tokens.length;
  if (tokens.length > rows)
    throw new GgufError(
      'GGUF_METADATA',
      file,
      `the tokenizer has ids up to ${tokens.length - 1}, the model only ${rows} rows of embeddings (vocab_size in config.json)`,
    );
  return Array.from({ length: rows }, (_, id) => tokens[id] ?? unusedToken(id));
}
