/** Reads a practice answer against the anchors: what it met, shown by quotes, what it lacks, what to ask next. */
import type { Locale, Question, ScalePoint } from '@viva/bank';
import { z } from 'zod';
import type { LanguageModel, Usage } from '../model/language-model.ts';
import { generateStructured } from '../model/structured.ts';
import { type Prompt, renderPrompt } from '../prompts/prompt.ts';
import { prompt } from '../prompts/prompt-file.ts';
import { newFence, numbered } from '../rater/rate-transcript.ts';
import { candidateSpeech, isQuoted } from '../rater/transcript.ts';

export interface AnchorFeedback {
  anchor: ScalePoint;
  /** `met` only with a quote that the person said. */
  status: 'met' | 'partly' | 'missing';
  quotes: string[];
  /** One sentence; empty where nothing is. */
  lacking: string;
}

export interface AnswerReview {
  /** One for each scale point, 1 to 5. */
  anchors: AnchorFeedback[];
  /** The highest anchor that is met; null where none is. Computed, not taken from the model. */
  level: ScalePoint | null;
  /** Places of the question's probes, from 0, the most useful first. */
  probes: number[];
  /** Quotes that the person did not say. */
  droppedQuotes: number;
  usage: Usage;
}

export interface ReviewOptions {
  locale?: Locale;
  signal?: AbortSignal;
  /** Other words for the prompt, as `viva prompts check` tries them. */
  template?: Prompt;
  /** For tests; random otherwise. */
  fence?: string;
}

const Answer = z.object({
  anchors: z
    .array(
      z.object({
        anchor: z.int().min(1).max(5),
        status: z.enum(['met', 'partly', 'missing']),
        quotes: z.array(z.string()),
        lacking: z.string(),
      }),
    )
    .min(1),
  probes: z.array(z.int().min(1)),
});

/**
 * @param answer what was said so far; with follow-ups, as a transcript with marked speakers
 * @throws StructuredOutputError; what the model throws
 */
export async function reviewAnswer(
  question: Question,
  answer: string,
  model: LanguageModel,
  { locale = 'en', template, signal, fence = newFence() }: ReviewOptions = {},
): Promise<AnswerReview> {
  const text = question.text[locale];
  const speech = candidateSpeech(answer);
  const { value, usage } = await generateStructured(
    model,
    renderPrompt(template ?? (await prompt('interview-review')), locale, {
      question: text.prompt,
      anchors: numbered(text.anchors),
      probes: numbered(text.probes),
      answer,
      fence,
    }),
    Answer,
    { temperature: 0, maxOutputTokens: 2000, ...(signal ? { signal } : {}) },
  );
  let droppedQuotes = 0;
  const given = new Map(value.anchors.map((entry) => [entry.anchor, entry]));
  const anchors = ([1, 2, 3, 4, 5] as const).map((anchor): AnchorFeedback => {
    const entry = given.get(anchor);
    if (!entry) return { anchor, status: 'missing', quotes: [], lacking: '' };
    const quotes = entry.quotes.filter((quote) => isQuoted(quote, speech));
    droppedQuotes += entry.quotes.length - quotes.length;
    const status =
      entry.status === 'missing' || (entry.status === 'partly' && quotes.length === 0)
        ? 'missing'
        : quotes.length === 0
          ? 'partly'
          : entry.status;
    return { anchor, status, quotes, lacking: status === 'met' ? '' : entry.lacking };
  });
  const level = anchors.findLast(({ status }) => status === 'met')?.anchor ?? null;
  const probes = [...new Set(value.probes.map((number) => number - 1))].filter(
    (at) => at < text.probes.length,
  );
  return { anchors, level, probes, droppedQuotes, usage };
}
