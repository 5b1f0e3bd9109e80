/** What the encoder lab needs from where it runs: models by name, the bank's questions to search, texts to guess in. */
import type { EncoderFiles } from './model/open-encoder.ts';

export interface SearchableText {
  /** The question that it is of. */
  id: string;
  language: 'zh-CN' | 'en';
  part: 'prompt' | 'answer';
  text: string;
}

export interface EncoderCorpus {
  questions: readonly SearchableText[];
  /** Queries with the questions that answer them, the best first; none where there are no labels. */
  queries: readonly { text: string; ids: readonly string[] }[];
  /** Paragraphs that the shipped models have not seen. */
  heldOut: readonly string[];
}

export interface EncoderWorld {
  /**
   * The files of a model: one that is shipped by its name, or what the user has chosen.
   * @throws EncoderError `no-model` saying what to do
   */
  open(model: string): Promise<EncoderFiles>;
  corpus(): Promise<EncoderCorpus>;
}

/** The models that come with the lab, under `models/` of this package. */
export const SHIPPED_ENCODERS = ['bank-sentence', 'bank-mlm'] as const;
