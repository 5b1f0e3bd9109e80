/** SentencePiece tokenizers (Llama 2's and the older Mistrals' kind), from tokenizer.model or tokenizer.json. */
import { GgufError } from '../format/errors.ts';
import type { ConvertibleFolder } from './folder.ts';
import { arrayAt, booleanAt, type JsonObject, numberAt, objectAt, stringAt } from './json.ts';
import type { MetadataBuilder } from './metadata.ts';
import { addSpecialTokens } from './special-tokens.ts';
import { addedTokens, asAdded, TOKEN_KIND, unusedToken, vocabularyOf } from './vocabulary.ts';

interface Piece {
  text: string;
  score: number;
  kind: number;
}

/** Reads the fields of a protocol buffer message. Source: the encoding guide of Protocol Buffers. */
function* fields(
  bytes: Uint8Array,
  file: string,
): Generator<{ number: number; data: Uint8Array; value: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const broken = () =>
    new GgufError('GGUF_TRUNCATED', file, `the SentencePiece model is damaged at byte ${at}`);
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) throw broken();
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw broken();
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag % 8;
    const number = Math.floor(tag / 8);
    const length = kind === 2 ? varint() : kind === 5 ? 4 : kind === 1 ? 8 : 0;
    if (kind !== 0 && kind !== 1 && kind !== 2 && kind !== 5) throw broken();
    if (at + length > bytes.length) throw broken();
    const data = bytes.subarray(at, at + length);
    const value = kind === 0 ? varint() : kind === 5 ? view.getFloat32(at, true) : 0;
    at += length;
    yield { number, data, value };
  }
}

/** Pieces of a SentencePiece model (`ModelProto.pieces`): text, score, and a kind numbered as GGUF numbers it. */
export function parseSentencePiece(bytes: Uint8Array, file: string): Piece[] {
  const pieces: Piece[] = [];
  for (const field of fields(bytes, file)) {
    if (field.number !== 1) continue;
    const piece: Piece = { text: '', score: 0, kind: TOKEN_KIND.normal };
    for (const { number, data, value } of fields(field.data, file)) {
      if (number === 1) piece.text = new TextDecoder().decode(data);
      if (number === 2) piece.score = value;
      if (number === 3) piece.kind = value;
    }
    pieces.push(piece);
  }
  if (pieces.length === 0)
    throw new GgufError('GGUF_METADATA', file, 'there is no piece in this SentencePiece model');
  return pieces;
}

function fromModel(folder: ConvertibleFolder, bytes: Uint8Array): Piece[] {
  const pieces = parseSentencePiece(bytes, `${folder.path}/tokenizer.model`);
  const rows = numberAt(folder.config, 'vocab_size') ?? pieces.length;
  const out = Array.from({ length: rows }, (_, id) => pieces[id] ?? { ...unusedToken(id), score: -10000 });
  const decoder = objectAt(folder.tokenizerConfig, 'added_tokens_decoder');
  const added = [
    ...addedTokens(folder.tokenizer),
    ...Object.keys(decoder).map((id) => ({
      id: Number(id),
      text: stringAt(objectAt(decoder, id), 'content') ?? '',
      special: booleanAt(objectAt(decoder, id), 'special') ?? false,
    })),
  ];
  for (const token of added)
    if (token.id < rows && out[token.id]?.kind !== TOKEN_KIND.unknown)
      out[token.id] = { ...asAdded(token), score: -1000 };
  return out;
}

/**
 * From a tokenizer.json that a SentencePiece BPE model was converted to. Its merges are in order of the scores that
 * the model had, so minus the place of the first merge that makes a token orders tokens as the scores did. (The
 * convert script of llama.cpp gives every token the same score here, which loses the order.)
 */
function fromJson(folder: ConvertibleFolder, tokenizer: JsonObject): Piece[] {
  const model = objectAt(tokenizer, 'model');
  const unknown = stringAt(model, 'unk_token');
  const rank = new Map<string, number>();
  for (const [place, merge] of arrayAt(model, 'merges').entries()) {
    const parts = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    const made = parts.join('');
    if (!rank.has(made)) rank.set(made, place);
  }
  const merges = rank.size;
  return vocabularyOf(folder).map(({ text, kind }) => {
    if (text === unknown) return { text, score: 0, kind: TOKEN_KIND.unknown };
    if (kind === TOKEN_KIND.control) return { text, score: 0, kind };
    if (kind !== TOKEN_KIND.normal) return { text, score: -1000, kind };
    if (/^<0x[0-9A-Fa-f]{2}>$/.test(text)) return { text, score: 0, kind: TOKEN_KIND.byte };
    return { text, score: -(rank.get(text) ?? merges), kind };
  });
}

/** Writes a SentencePiece tokenizer. @throws GgufError when the model is damaged */
export function addSentencePieceTokenizer(out: MetadataBuilder, folder: ConvertibleFolder): void {
  const pieces = folder.sentencePiece
    ? fromModel(folder, folder.sentencePiece)
    : fromJson(folder, folder.tokenizer ?? {});
  out.string('tokenizer.ggml.model', 'llama');
  out.string('tokenizer.ggml.pre', 'default');
  out.strings(
    'tokenizer.ggml.tokens',
    pieces.map(({ text }) => text),
  );
  out.float32s(
    'tokenizer.ggml.scores',
    pieces.map(({ score }) => score),
  );
  out.int32s(
    'tokenizer.ggml.token_type',
    pieces.map(({ kind }) => kind),
  );
  addSpecialTokens(
    out,
    folder,
    pieces.map(({ text }) => text),
  );
  out.bool('tokenizer.ggml.add_space_prefix', booleanAt(folder.tokenizerConfig, 'add_prefix_space'));
}
