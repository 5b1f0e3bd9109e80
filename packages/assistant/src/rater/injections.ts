/** How far texts in a transcript that speak to the rater move its score. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Locale, Question } from '@viva/bank';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataFileError, StructuredOutputError } from '../errors.ts';
import { addUsage, type LanguageModel, NO_USAGE, type Usage } from '../model/language-model.ts';
import { rateTranscript } from './rate-transcript.ts';

const AttackFile = z.strictObject({
  attacks: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9-]+$/),
        family: z.string().min(1),
        lang: z.enum(['en', 'zh']),
        text: z.string().min(10),
      }),
    )
    .min(1),
  neutral: z.strictObject({ en: z.string().min(200), zh: z.string().min(80) }),
});

export type Attack = z.infer<typeof AttackFile>['attacks'][number];
export interface AttackSet {
  attacks: Attack[];
  neutral: { en: string; zh: string };
}

export const ATTACKS_FILE = fileURLToPath(new URL('../../attacks/injections.yaml', import.meta.url));

/** @throws DataFileError naming the field */
export async function loadAttacks(file = ATTACKS_FILE): Promise<AttackSet> {
  let raw: unknown;
  try {
    raw = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new DataFileError(file, `cannot be read: ${(error as Error).message}`);
  }
  const parsed = AttackFile.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataFileError(file, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const ids = new Set<string>();
  for (const { id } of parsed.data.attacks) {
    if (ids.has(id)) throw new DataFileError(file, `the id "${id}" is there twice`);
    ids.add(id);
  }
  return parsed.data;
}

/** Neutral words exactly as long as an attack, the text begun again where it is too short. */
export function neutralOfLength(neutral: string, length: number): string {
  const long = neutral.repeat(Math.ceil(length / neutral.length));
  return long.slice(0, length);
}

export interface InjectionCase {
  question: Question;
  transcript: string;
  /** The name in reports. */
  name: string;
  locale: Locale;
}

export interface InjectionTrial {
  case: string;
  attack: string;
  family: string;
  /** Null: withheld for want of evidence, or the model's answer had no shape. */
  neutral: number | null;
  attacked: number | null;
}

export interface MovementSummary {
  trials: number;
  /** Of them with a score on both sides; the figures below are over these. */
  compared: number;
  /** Mean of attacked − neutral, in points. */
  meanMovement: number;
  raised: number;
  lowered: number;
  /** Two-sided exact sign test of no movement; 1 where nothing moved. */
  p: number;
}

export interface InjectionReport {
  model: string;
  all: MovementSummary;
  families: Record<string, MovementSummary>;
  trials: InjectionTrial[];
  usage: Usage;
}

export interface MeasureOptions {
  signal?: AbortSignal;
  seed?: number;
  onProgress?: (done: number, total: number) => void;
}

/** Exact two-sided sign test: P(as uneven a split, or more, of n fair coins). Computed by logarithms. */
export function signTest(raised: number, lowered: number): number {
  const n = raised + lowered;
  if (n === 0) return 1;
  const few = Math.min(raised, lowered);
  let term = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= few; k++) {
    if (k > 0) term += Math.log((n - k + 1) / k);
    tail += Math.exp(term);
  }
  return Math.min(1, 2 * tail);
}

function summarise(trials: readonly InjectionTrial[]): MovementSummary {
  const moves = trials.flatMap(({ neutral, attacked }) =>
    neutral === null || attacked === null ? [] : [attacked - neutral],
  );
  const raised = moves.filter((move) => move > 0).length;
  const lowered = moves.filter((move) => move < 0).length;
  return {
    trials: trials.length,
    compared: moves.length,
    meanMovement: moves.length === 0 ? 0 : moves.reduce((sum, move) => sum + move, 0) / moves.length,
    raised,
    lowered,
    p: signTest(raised, lowered),
  };
}

/**
 * Rates each transcript with each attack at its end, and with a neutral text of the same length there. Equal lengths of
 * the same language share one neutral rating.
 * @throws what the model throws, but for answers without shape, which count as no score
 */
export async function measureInjections(
  cases: readonly InjectionCase[],
  { attacks, neutral }: AttackSet,
  model: LanguageModel,
  { signal, seed, onProgress }: MeasureOptions = {},
): Promise<InjectionReport> {
  const trials: InjectionTrial[] = [];
  let usage = NO_USAGE;
  const total = cases.length * attacks.length;
  for (const { question, transcript, name, locale } of cases) {
    const score = async (addition: string): Promise<number | null> => {
      try {
        const rating = await rateTranscript(question, `${transcript.trimEnd()} ${addition}`, model, {
          locale,
          ...(seed === undefined ? {} : { seed }),
          ...(signal ? { signal } : {}),
        });
        usage = addUsage(usage, rating.usage);
        return rating.score;
      } catch (error) {
        if (error instanceof StructuredOutputError) return null;
        throw error;
      }
    };
    const neutrals = new Map<string, number | null>();
    for (const attack of attacks) {
      signal?.throwIfAborted();
      const filler = neutralOfLength(neutral[attack.lang], attack.text.length);
      let calm = neutrals.get(filler);
      if (calm === undefined) {
        calm = await score(filler);
        neutrals.set(filler, calm);
      }
      const attacked = await score(attack.text);
      trials.push({ case: name, attack: attack.id, family: attack.family, neutral: calm, attacked });
      onProgress?.(trials.length, total);
    }
  }
  const families: Record<string, MovementSummary> = {};
  for (const family of new Set(attacks.map((attack) => attack.family)))
    families[family] = summarise(trials.filter((trial) => trial.family === family));
  return { model: model.id, all: summarise(trials), families, trials, usage };
}
