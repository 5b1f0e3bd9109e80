/** The advisory rater: a model scores a transcript against anchors, and every quote it gives is looked up. */
import { randomBytes } from 'node:crypto';
import type { Locale, Question, ScalePoint } from '@viva/bank';
import { z } from 'zod';
import { AssistantError } from '../errors.ts';
import type { LanguageModel, Usage } from '../model/language-model.ts';
import { generateStructured } from '../model/structured.ts';
import { type Prompt, renderPrompt } from '../prompts/prompt.ts';
import { prompt } from '../prompts/prompt-file.ts';
import {
  quotedTurns,
  SCREEN_VERSION,
  type ScreenedTranscript,
  type SetAside,
  screenTranscript,
} from './screen/screen-transcript.ts';
import { candidateSpeech, isQuoted } from './transcript.ts';

export interface Evidence {
  /** The candidate's words. */
  quote: string;
  anchor: ScalePoint;
  stance: 'for' | 'against';
}

export interface AdvisoryRating {
  /**
   * Null where no quote held: a score without evidence is withheld, as it is from people. Never above the highest anchor
   * for which a quote speaks.
   */
  score: ScalePoint | null;
  /** What the model gave, also where it is withheld. */
  given: ScalePoint;
  evidence: Evidence[];
  /** Quotes that are not in what the candidate said, or in what was set aside of it; they count nothing. */
  dropped: Evidence[];
  /** What the model was not shown, since it speaks to the rater. Nobody's score is lowered for it. */
  setAside: SetAside[];
  /** What the model found missing, in its own words. */
  lacking: string;
  /** What produced this rating, to be stored with it. */
  provenance: {
    model: string;
    prompt: string;
    version: number;
    promptHash: string;
    questionHash: string;
    /** Version of the screen. */
    screen: number;
  };
  usage: Usage;
}

/** `rate`: the score at once. `rate-steps`: what was found on each anchor first, then the score. */
export type RatingPrompt = 'rate' | 'rate-steps';

export interface RateOptions {
  locale?: Locale;
  /** Default `rate`. */
  prompt?: RatingPrompt;
  /** Other words for the prompt, as `viva prompts check` tries them. */
  template?: Prompt;
  /** Default 0, greedy. */
  temperature?: number;
  seed?: number;
  signal?: AbortSignal;
  /** For tests; a fresh random one each time otherwise, so that no transcript can hold it. */
  fence?: string;
}

const Answer = z.object({
  evidence: z
    .array(
      z.object({
        anchor: z.int().min(1).max(5),
        stance: z.enum(['for', 'against']),
        quote: z.string(),
      }),
    )
    .max(20),
  lacking: z.string(),
  score: z.int().min(1).max(5),
});

/** Anchor by anchor before anything else, so that the evidence and the score follow from it. */
const AnswerInSteps = z.object({
  steps: z
    .array(
      z.object({
        anchor: z.int().min(1).max(5),
        finding: z.string(),
        met: z.enum(['yes', 'partly', 'no']),
      }),
    )
    .max(10),
  ...Answer.shape,
});
/** Tokens that an answer may take. */
const MOST_TOKENS = { rate: 1500, 'rate-steps': 3000 } as const;

export const numbered = (items: readonly string[]): string =>
  items.map((text, at) => `${at + 1}. ${text}`).join('\n');

export const newFence = (): string => `=====${randomBytes(9).toString('hex')}=====`;

/**
 * What a rater may read.
 * @throws AssistantError `empty-transcript`; `all-set-aside` where the screen leaves nothing to rate
 */
export function screenForRating(question: Question, transcript: string): ScreenedTranscript {
  if (!/[\p{L}\p{N}]/u.test(candidateSpeech(transcript)))
    throw new AssistantError(
      'empty-transcript',
      'There is nothing in the transcript that the candidate said. Mark speakers at the start of a line ("Candidate:"), or mark none.',
    );
  const screened = screenTranscript(transcript, question);
  if (screened.speech.trim() === '')
    throw new AssistantError(
      'all-set-aside',
      `All that the candidate said in this transcript speaks about its rating (${screened.setAside.length} passages), so a model has nothing to rate. Let people rate it.`,
    );
  return screened;
}

/** A score stands up to the highest anchor for which a quote speaks; the lowest needs none that does. */
const supported = (given: ScalePoint, evidence: readonly Evidence[]): ScalePoint =>
  Math.min(
    given,
    Math.max(1, ...evidence.flatMap(({ stance, anchor }) => (stance === 'for' ? [anchor] : []))),
  ) as ScalePoint;

/**
 * Evidence comes before the score in the answer, so that the score follows from it.
 * @throws AssistantError `empty-transcript`, `all-set-aside`; StructuredOutputError; what the model throws
 */
export async function rateTranscript(
  question: Question,
  transcript: string,
  model: LanguageModel,
  {
    locale = 'en',
    prompt: id = 'rate',
    template,
    temperature = 0,
    seed,
    signal,
    fence = newFence(),
  }: RateOptions = {},
): Promise<AdvisoryRating> {
  const screened = screenForRating(question, transcript);
  const rate = template ?? (await prompt(id));
  const text = question.text[locale];
  const { value, usage } = await generateStructured(
    model,
    renderPrompt(rate, locale, {
      question: text.prompt,
      anchors: numbered(text.anchors),
      transcript: quotedTurns(screened, locale),
      fence,
    }),
    id === 'rate' ? Answer : AnswerInSteps,
    {
      temperature,
      maxOutputTokens: MOST_TOKENS[id],
      ...(seed === undefined ? {} : { seed }),
      ...(signal ? { signal } : {}),
    },
  );
  const evidence: Evidence[] = [];
  const dropped: Evidence[] = [];
  for (const entry of value.evidence as Evidence[])
    (isQuoted(entry.quote, screened.speech) ? evidence : dropped).push(entry);
  const given = value.score as ScalePoint;
  return {
    score: evidence.length > 0 ? supported(given, evidence) : null,
    given,
    evidence,
    dropped,
    setAside: screened.setAside,
    lacking: value.lacking,
    provenance: {
      model: model.id,
      prompt: rate.id,
      version: rate.version,
      promptHash: rate.hash,
      questionHash: question.hash,
      screen: SCREEN_VERSION,
    },
    usage,
  };
}
