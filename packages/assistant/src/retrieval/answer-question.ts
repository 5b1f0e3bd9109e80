/** Answers a question from the bank, with the ids of the questions that it rests on, or says that it cannot. */
import type { Locale } from '@viva/bank';
import { addUsage, type LanguageModel, NO_USAGE, type Usage } from '../model/language-model.ts';
import { type Prompt, renderPrompt } from '../prompts/prompt.ts';
import { prompt } from '../prompts/prompt-file.ts';
import type { RetrievedPassage, Retriever } from './retriever.ts';

export type BankAnswer =
  | {
      status: 'answered';
      text: string;
      /** Ids of questions, in the order of their first citation; each was among the passages. */
      citations: string[];
      /** Ids that the model cited and was not given; taken out of the text. */
      invented: string[];
      passages: RetrievedPassage[];
      usage: Usage;
    }
  | {
      status: 'refused';
      /** nothing-found: retrieval had no evidence, the model was not asked. not-in-passages: the model found no answer
       * in them. no-citation: the model named no source, so its answer is withheld. */
      reason: 'nothing-found' | 'not-in-passages' | 'no-citation';
      passages: RetrievedPassage[];
      usage: Usage;
    };

export interface AnswerOptions {
  locale?: Locale;
  /** Passages given to the model. Default 6. */
  limit?: number;
  maxOutputTokens?: number;
  /** Passages in another order than the ranking's. */
  arrange?: (passages: readonly RetrievedPassage[]) => readonly RetrievedPassage[];
  /** Other words for the prompt, as `viva prompts check` tries them. */
  template?: Prompt;
  signal?: AbortSignal;
}

const CITATION = /[[【]([a-z0-9]+(?:-[a-z0-9]+)*)[\]】]/g;

/** Splits valid citations from invented ones, and takes the invented out of the text. */
export function checkCitations(
  text: string,
  given: ReadonlySet<string>,
): { text: string; citations: string[]; invented: string[] } {
  const citations = new Set<string>();
  const invented = new Set<string>();
  const clean = text.replace(CITATION, (whole, id: string) => {
    if (given.has(id)) {
      citations.add(id);
      return whole.replace('【', '[').replace('】', ']');
    }
    // A number or a word in brackets is no citation of ours: [0, 1] or [CLS] stay.
    if (!id.includes('-')) return whole;
    invented.add(id);
    return '';
  });
  return { text: clean.trim(), citations: [...citations], invented: [...invented] };
}

export const localeOf = (text: string): Locale => (/\p{Script=Han}/u.test(text) ? 'zh-CN' : 'en');

/** @throws what the model throws */
export async function answerQuestion(
  question: string,
  { retriever, model }: { retriever: Retriever; model: LanguageModel },
  options: AnswerOptions = {},
): Promise<BankAnswer> {
  const { limit = 6, signal, maxOutputTokens = 700 } = options;
  const locale = options.locale ?? localeOf(question);
  const found = await retriever.search(question, { limit: limit * 2, ...(signal ? { signal } : {}) });
  // The same passage in the other language says nothing more.
  const own = found.filter(({ passage }) => passage.locale === locale);
  const passages = (own.length > 0 ? own : found).slice(0, limit);
  if (passages.length === 0) return { status: 'refused', reason: 'nothing-found', passages, usage: NO_USAGE };
  const messages = renderPrompt(options.template ?? (await prompt('answer')), locale, {
    question,
    passages: (options.arrange?.(passages) ?? passages)
      .map(({ passage }) => `[${passage.question}] ${passage.title}\n${passage.text}`)
      .join('\n\n'),
  });
  const { text, usage } = await model.generate(messages, {
    temperature: 0,
    maxOutputTokens,
    ...(signal ? { signal } : {}),
  });
  const plain = text.replace(/<think>[\s\S]*?<\/think>/g, '').trim();
  if (/\bNOT_FOUND\b/.test(plain))
    return { status: 'refused', reason: 'not-in-passages', passages, usage: addUsage(usage, NO_USAGE) };
  const checked = checkCitations(plain, new Set(passages.map(({ passage }) => passage.question)));
  if (checked.citations.length === 0) return { status: 'refused', reason: 'no-citation', passages, usage };
  return { status: 'answered', ...checked, passages, usage };
}
