/** A rater that is never asked for a score: it judges one anchor at a time by numbered sentences, and the score is computed. */
import type { Question, ScalePoint } from '@viva/bank';
import { z } from 'zod';
import { addUsage, type LanguageModel, NO_USAGE } from '../model/language-model.ts';
import { generateStructured } from '../model/structured.ts';
import { renderPrompt } from '../prompts/prompt.ts';
import { prompt } from '../prompts/prompt-file.ts';
import {
  type AdvisoryRating,
  type Evidence,
  newFence,
  type RateOptions,
  screenForRating,
} from './rate-transcript.ts';
import { SCREEN_VERSION } from './screen/screen-transcript.ts';

/** Sentences named for one anchor, at most. */
const MOST_NAMED = 3;

const Verdict = z.object({
  sentences: z.array(z.int().min(0)).max(MOST_NAMED),
  met: z.enum(['yes', 'partly', 'no']),
});

/**
 * The highest anchor that is met with a sentence that shows it; 1 where none is. A quote cannot be invented: sentences are
 * named by number and looked up. Nothing in the transcript can name a score that would be taken over, since none is asked.
 * Five calls, which share all but their last lines.
 * @throws AssistantError `empty-transcript`, `all-set-aside`; StructuredOutputError; what the model throws
 */
export async function rateByAnchors(
  question: Question,
  transcript: string,
  model: LanguageModel,
  {
    locale = 'en',
    template,
    temperature = 0,
    seed,
    signal,
    fence = newFence(),
  }: Omit<RateOptions, 'prompt'> = {},
): Promise<AdvisoryRating> {
  const screened = screenForRating(question, transcript);
  const sentences = screened.speech.split('\n');
  const asked = template ?? (await prompt('rate-anchors'));
  const text = question.text[locale];
  const evidence: Evidence[] = [];
  const dropped: Evidence[] = [];
  let given: ScalePoint = 1;
  let score: ScalePoint | null = null;
  let lacking = '';
  let usage = NO_USAGE;
  for (const [at, anchor] of text.anchors.entries()) {
    const point = (at + 1) as ScalePoint;
    const found = await generateStructured(
      model,
      renderPrompt(asked, locale, {
        question: text.prompt,
        sentences: sentences.map((sentence, place) => `${place + 1}. ${sentence}`).join('\n'),
        anchor,
        fence,
      }),
      Verdict,
      {
        temperature,
        maxOutputTokens: 120,
        ...(seed === undefined ? {} : { seed }),
        ...(signal ? { signal } : {}),
      },
    );
    usage = addUsage(usage, found.usage);
    const { met } = found.value;
    const stance = met === 'no' ? 'against' : 'for';
    let shown = 0;
    for (const number of new Set(found.value.sentences)) {
      const quote = sentences[number - 1];
      if (quote !== undefined) shown++;
      (quote === undefined ? dropped : evidence).push({ quote: quote ?? `${number}`, anchor: point, stance });
    }
    if (met === 'yes' && shown > 0) given = point;
    else if (lacking === '' && point > 1) lacking = anchor;
  }
  if (evidence.length > 0) score = given;
  return {
    score,
    given,
    evidence,
    dropped,
    setAside: screened.setAside,
    lacking: given === 5 ? '' : lacking,
    provenance: {
      model: model.id,
      prompt: asked.id,
      version: asked.version,
      promptHash: asked.hash,
      questionHash: question.hash,
      screen: SCREEN_VERSION,
    },
    usage,
  };
}
