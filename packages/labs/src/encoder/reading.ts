/** Reading a text with an encoder: tokens, attention, guesses, vectors. */
import type { Encoder } from './model/open-encoder.ts';
import { maskedMean, type Pooling } from './pooling.ts';
import type { Encoding } from './tokenizer/bert-tokenizer.ts';

export interface Guess {
  /** Place among the tokens. */
  at: number;
  /** Likeliest first. */
  options: { token: string; probability: number }[];
  /** Rank and probability of the token that stood there; null where [MASK] did. */
  truth: { token: string; rank: number; probability: number } | null;
}

/** Probabilities of logits. */
export function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const out = Float64Array.from(logits, (value) => Math.exp(value - most));
  const sum = out.reduce((a, b) => a + b, 0);
  return out.map((value) => value / sum);
}

/** The likeliest tokens of one place. */
export function guessAt(
  { tokenizer }: Pick<Encoder, 'tokenizer'>,
  logits: Float32Array,
  at: number,
  truth: number | null,
  count = 5,
): Guess {
  const probabilities = softmax(logits);
  const order = Array.from(probabilities.keys()).sort(
    (a, b) => (probabilities[b] as number) - (probabilities[a] as number),
  );
  return {
    at,
    options: order.slice(0, count).map((id) => ({
      token: tokenizer.token(id),
      probability: probabilities[id] as number,
    })),
    truth:
      truth === null
        ? null
        : {
            token: tokenizer.token(truth),
            rank: order.indexOf(truth) + 1,
            probability: probabilities[truth] as number,
          },
  };
}

/** As many tokens as the model can read, and no more than asked for. */
export const lengthFor = ({ config }: Pick<Encoder, 'config'>, asked: number): number =>
  Math.min(asked, config.positions);

export type Vectors = Record<Exclude<Pooling, 'pooler'>, Float32Array>;

/** Lengths are rounded up to this: the engine compiles its kernels anew for every length that it meets. */
const ROUND = 16;

/** One encoding under padding to a common length. */
export function paddedTo(encoder: Encoder, encoding: Encoding): Encoding {
  const to = Math.min(Math.ceil(encoding.ids.length / ROUND) * ROUND, encoder.config.positions);
  const [padded] = encoder.tokenizer.pad([encoding], { to });
  return padded ?? encoding;
}

/** The last states of one encoding, read under padding to a common length. @returns its own length × hidden, or more */
export async function statesOf(encoder: Encoder, encoding: Encoding): Promise<Float32Array> {
  const { ids, typeIds, attentionMask } = paddedTo(encoder, encoding);
  const { lastHiddenState } = await encoder.model.forward({
    ids: [ids],
    typeIds: [typeIds],
    attentionMask: [attentionMask],
  });
  return lastHiddenState;
}

/** The vectors of one encoding by every way of pooling, from one forward pass. */
export async function vectorsOf(encoder: Encoder, encoding: Encoding): Promise<Vectors> {
  const { hidden } = encoder.config;
  const lastHiddenState = await statesOf(encoder, encoding);
  return {
    mean: maskedMean(lastHiddenState, encoding.attentionMask, hidden),
    cls: lastHiddenState.slice(0, hidden),
    words: meanWord(encoder, encoding),
  };
}

/** The mean embedding of the word pieces of a text, [CLS] and [SEP] left out: no encoder in it. */
export function meanWord({ config, model }: Encoder, { ids, specialMask }: Encoding): Float32Array {
  const states = new Float32Array(ids.length * config.hidden);
  ids.forEach((id, at) => {
    states.set(model.wordEmbedding(id), at * config.hidden);
  });
  return maskedMean(
    states,
    specialMask.map((special) => 1 - special),
    config.hidden,
  );
}
