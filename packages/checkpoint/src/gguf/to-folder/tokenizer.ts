/** tokenizer.json and tokenizer_config.json, from the metadata of a GGUF file. */

import { preTokenizerJson } from '../convert/byte-level.ts';
import type { Json, JsonObject } from '../convert/json.ts';
import { TOKEN_KIND } from '../convert/vocabulary.ts';
import { GgufError } from '../format/errors.ts';
import type { GgufMetadata } from '../format/types.ts';
import { metadataFigure, metadataText } from './config.ts';

export interface FolderTokenizer {
  readonly tokenizer: JsonObject;
  readonly config: JsonObject;
}

interface Vocabulary {
  readonly texts: readonly string[];
  readonly kinds: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** @throws GgufError for a tokenizer other than byte-level BPE with a known pre-tokenizer, and SentencePiece BPE */
export function folderTokenizer(metadata: GgufMetadata, file: string): FolderTokenizer {
  const model = metadataText(metadata, 'tokenizer.ggml.model') ?? '(none)';
  const vocabulary = vocabularyOf(metadata, file);
  const tokenizer =
    model === 'gpt2'
      ? byteLevel(metadata, vocabulary, file)
      : model === 'llama'
        ? sentencePiece(metadata, vocabulary)
        : undefined;
  if (!tokenizer)
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      file,
      `a tokenizer of kind ${model} cannot be written as tokenizer.json; gpt2 and llama can`,
    );
  const { texts } = vocabulary;
  const named = (kind: string): string | null => {
    const id = metadataFigure(metadata, `tokenizer.ggml.${kind}_token_id`);
    return id === undefined ? null : (texts[id] ?? null);
  };
  const template = metadataText(metadata, 'tokenizer.chat_template');
  return {
    tokenizer,
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      bos_token: named('bos'),
      eos_token: named('eos'),
      unk_token: named('unknown'),
      pad_token: named('padding'),
      ...(template === undefined ? {} : { chat_template: template }),
    },
  };
}

function vocabularyOf(metadata: GgufMetadata, file: string): Vocabulary {
  const list = (key: string) => {
    const entry = metadata.get(`tokenizer.ggml.${key}`);
    return entry?.type === 'array' ? entry : undefined;
  };
  const texts = list('tokens');
  if (texts?.of !== 'string')
    throw new GgufError('GGUF_MISSING', file, 'the metadata lack tokenizer.ggml.tokens');
  const numbers = (key: string, fallback: number): ArrayLike<number> => {
    const found = list(key);
    return found && found.of !== 'string' && found.of !== 'bool' && found.of !== 'array'
      ? Array.from(found.value as ArrayLike<number>)
      : texts.value.map(() => fallback);
  };
  return {
    texts: texts.value,
    kinds: numbers('token_type', TOKEN_KIND.normal),
    scores: numbers('scores', 0),
  };
}

const ADDED = new Set<number>([TOKEN_KIND.control, TOKEN_KIND.userDefined]);

/** Control tokens and those that users defined; the unknown token too, as SentencePiece models have it. */
function addedTokens({ texts, kinds }: Vocabulary): Json[] {
  return texts.flatMap((content, id) => {
    const kind = kinds[id] ?? 0;
    if (!ADDED.has(kind) && kind !== TOKEN_KIND.unknown) return [];
    const special = kind !== TOKEN_KIND.userDefined;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

/** Puts the beginning of a text before it where the model wants that. */
function postProcessor(metadata: GgufMetadata, { texts }: Vocabulary, byDefault: boolean): Json {
  const flag = metadata.get('tokenizer.ggml.add_bos_token');
  const wanted = flag?.type === 'bool' ? flag.value : byDefault;
  const id = metadataFigure(metadata, 'tokenizer.ggml.bos_token_id');
  const text = id === undefined ? undefined : texts[id];
  if (!wanted || id === undefined || text === undefined) return null;
  const begin = { SpecialToken: { id: text, type_id: 0 } };
  const [a, b] = [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }];
  return {
    type: 'TemplateProcessing',
    single: [begin, a],
    pair: [begin, a, { SpecialToken: { id: text, type_id: 1 } }, b],
    special_tokens: { [text]: { id: text, ids: [id], tokens: [text] } },
  };
}

const frame = { version: '1.0', truncation: null, padding: null };

function byteLevel(metadata: GgufMetadata, vocabulary: Vocabulary, file: string): JsonObject {
  const name = metadataText(metadata, 'tokenizer.ggml.pre') ?? 'gpt-2';
  const preTokenizer = preTokenizerJson(name);
  if (!preTokenizer)
    throw new GgufError('GGUF_UNSUPPORTED', file, `the pre-tokenizer ${name} is not known here`);
  const merges = metadata.get('tokenizer.ggml.merges');
  if (merges?.type !== 'array' || merges.of !== 'string')
    throw new GgufError('GGUF_MISSING', file, 'the metadata lack tokenizer.ggml.merges');
  const { texts, kinds } = vocabulary;
  const added = addedTokens(vocabulary);
  // What the model has a row for and the tokenizer no token is left out.
  const vocab = Object.fromEntries(
    texts.flatMap((text, id) =>
      kinds[id] === TOKEN_KIND.unused || kinds[id] === TOKEN_KIND.userDefined ? [] : [[text, id]],
    ),
  );
  return {
    ...frame,
    added_tokens: added,
    normalizer: name.startsWith('qwen') ? { type: 'NFC' } : null,
    pre_tokenizer: preTokenizer,
    post_processor: postProcessor(metadata, vocabulary, false),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null },
      ...{ end_of_word_suffix: null, fuse_unk: false, byte_fallback: false },
      ignore_merges: name === 'llama-bpe' || name === 'tekken',
      vocab,
      merges: merges.value,
    },
  };
}

/** As transformers converts a SentencePiece BPE model: every split of a piece into two pieces, best pieces first. */
function sentencePiece(metadata: GgufMetadata, vocabulary: Vocabulary): JsonObject {
  const { texts, kinds, scores } = vocabulary;
  const ids = new Map(texts.map((text, id) => [text, id]));
  const merges: { left: string; right: string; score: number }[] = [];
  for (const [id, text] of texts.entries()) {
    if (kinds[id] !== TOKEN_KIND.normal) continue;
    const letters = [...text];
    for (let cut = 1; cut < letters.length; cut++) {
      const [left, right] = [letters.slice(0, cut).join(''), letters.slice(cut).join('')];
      if (ids.has(left) && ids.has(right)) merges.push({ left, right, score: scores[id] ?? 0 });
    }
  }
  const place = (text: string) => ids.get(text) ?? 0;
  merges.sort(
    (a, b) => b.score - a.score || place(a.left) - place(b.left) || place(a.right) - place(b.right),
  );
  const unknown = texts.find((_, id) => kinds[id] === TOKEN_KIND.unknown) ?? '<unk>';
  const prefix = metadata.get('tokenizer.ggml.add_space_prefix');
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  return {
    ...frame,
    added_tokens: addedTokens(vocabulary),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(prefix?.type === 'bool' && !prefix.value ? [] : [{ type: 'Prepend', prepend: '▁' }]),
        replace,
      ],
    },
    pre_tokenizer: null,
    post_processor: postProcessor(metadata, vocabulary, true),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: unknown, continuing_subword_prefix: null },
      ...{ end_of_word_suffix: null, fuse_unk: true, byte_fallback: true, ignore_merges: false },
      vocab: Object.fromEntries(
        texts.flatMap((text, id) => (kinds[id] === TOKEN_KIND.unused ? [] : [[text, id]])),
      ),
      merges: merges.map(({ left, right }) => `${left} ${right}`),
    },
  };
}
