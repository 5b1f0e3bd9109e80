/** Texts to vectors with an encoder, as retrieval wants them: one a text, and one a token for late interaction. */
import type { Encoder } from './model/open-encoder.ts';
import { maskedMean, normalised } from './pooling.ts';
import { lengthFor, statesOf } from './reading.ts';

export interface EmbedderOptions {
  /** How sentence vectors are made; a model was trained for one. Default `mean`. */
  pooling?: 'mean' | 'cls';
  /** Tokens that are read of a text; the rest is left out. Default 256. */
  maxTokens?: number;
}

export interface Embedded {
  /** Of unit length. */
  vector: Float32Array;
  /** Of unit length each, one after another, [CLS] and [SEP] left out: count × hidden. */
  tokens: Float32Array;
  /** Tokens that were read. */
  read: number;
}

/** @throws what the tokenizer and the engine throw; the engine must have been started */
export async function embedText(
  encoder: Encoder,
  text: string,
  { pooling = 'mean', maxTokens = 256 }: EmbedderOptions = {},
): Promise<Embedded> {
  const { hidden } = encoder.config;
  const encoding = encoder.tokenizer.encode(text, { maxLength: lengthFor(encoder, maxTokens) });
  const states = await statesOf(encoder, encoding);
  const vector =
    pooling === 'cls' ? states.slice(0, hidden) : maskedMean(states, encoding.attentionMask, hidden);
  const places = encoding.ids.flatMap((_, at) => (encoding.specialMask[at] === 0 ? [at] : []));
  const tokens = new Float32Array(places.length * hidden);
  places.forEach((at, row) => {
    tokens.set(normalised(states.slice(at * hidden, (at + 1) * hidden)), row * hidden);
  });
  return { vector: normalised(vector), tokens, read: encoding.ids.length };
}
