/** A cross-encoder: query and text read together, one score (Nogueira & Cho 2019). */
import { EncoderError } from './errors.ts';
import type { Encoder } from './model/open-encoder.ts';
import { lengthFor, paddedTo } from './reading.ts';

export interface PairScore {
  /** The logit of the one label: comparable among texts of one query, and no probability. */
  score: number;
  /** Tokens that were read, both texts and marks. */
  read: number;
}

/**
 * @throws EncoderError `unsupported-model` where the model has no head with one label, as rerankers have
 */
export function requireCrossEncoder({ name, model }: Encoder): void {
  if (model.labels !== 1)
    throw new EncoderError(
      'unsupported-model',
      `${name} ${model.labels === 0 ? 'has no head that scores pairs' : `sorts pairs into ${model.labels} labels`}. For reranking open a BertForSequenceClassification with one label, such as cross-encoder/ms-marco-MiniLM-L-6-v2.`,
    );
}

/**
 * @param maxTokens of the pair together; what is longer is cut from the longer text's end
 * @throws EncoderError as `requireCrossEncoder`; what the tokenizer and the engine throw, which must have been started
 */
export async function scorePair(
  encoder: Encoder,
  query: string,
  text: string,
  { maxTokens = 256 }: { maxTokens?: number } = {},
): Promise<PairScore> {
  requireCrossEncoder(encoder);
  const encoding = encoder.tokenizer.encode(query, { pair: text, maxLength: lengthFor(encoder, maxTokens) });
  const { ids, typeIds, attentionMask } = paddedTo(encoder, encoding);
  const { pooled } = await encoder.model.forward({
    ids: [ids],
    typeIds: [typeIds],
    attentionMask: [attentionMask],
  });
  const [score] = encoder.model.classify(pooled as Float32Array);
  return { score: score as number, read: encoding.ids.length };
}
