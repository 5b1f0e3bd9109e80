/** WordPiece tokenizers (BERT's kind). */
import type { ConvertibleFolder } from './folder.ts';
import { arrayAt, booleanAt, isObject, type JsonObject, objectAt, stringAt } from './json.ts';
import type { MetadataBuilder } from './metadata.ts';
import { addSpecialTokens } from './special-tokens.ts';
import { TOKEN_KIND, vocabularyOf } from './vocabulary.ts';

/** Whether text is put in lower case and accents are dropped before it is split, where the tokenizer says. */
function normalization(normalizer: JsonObject): { lowercase?: boolean; stripAccents?: boolean } {
  const type = stringAt(normalizer, 'type');
  if (type === 'Lowercase') return { lowercase: true };
  if (type === 'StripAccents') return { stripAccents: true };
  if (type === 'BertNormalizer') {
    const lowercase = booleanAt(normalizer, 'lowercase');
    const stripAccents = booleanAt(normalizer, 'strip_accents');
    return {
      ...(lowercase === undefined ? {} : { lowercase }),
      ...(stripAccents === undefined ? {} : { stripAccents }),
    };
  }
  if (type === 'Sequence')
    return Object.assign(
      {},
      ...arrayAt(normalizer, 'normalizers').map((step) => (isObject(step) ? normalization(step) : {})),
    ) as { lowercase?: boolean; stripAccents?: boolean };
  return {};
}

/** Writes a WordPiece tokenizer: llama.cpp marks the beginnings of words where BERT marks their continuations. */
export function addWordPieceTokenizer(
  out: MetadataBuilder,
  folder: ConvertibleFolder,
  tokenizer: JsonObject,
): void {
  const vocabulary = vocabularyOf(folder);
  const tokens = vocabulary.map(({ text, kind }) => {
    if (kind === TOKEN_KIND.control) return text;
    return text.startsWith('##') ? text.slice(2) : `▁${text}`;
  });
  out.string('tokenizer.ggml.model', 'bert');
  out.string('tokenizer.ggml.pre', 'jina-v2-en');
  out.strings('tokenizer.ggml.tokens', tokens);
  out.int32s(
    'tokenizer.ggml.token_type',
    vocabulary.map(({ kind }) => kind),
  );
  addSpecialTokens(
    out,
    folder,
    vocabulary.map(({ text }) => text),
  );
  const { lowercase, stripAccents } = normalization(objectAt(tokenizer, 'normalizer'));
  out.bool('tokenizer.ggml.normalizer.lowercase', lowercase);
  out.bool('tokenizer.ggml.normalizer.strip_accents', stripAccents);
}
