/** How far texts in a transcript that speak to the rater move its score. */
import type { Locale, Question } from '@viva/bank';
import { StructuredOutputError } from '../errors.ts';
import { addUsage, type LanguageModel, NO_USAGE, type Usage } from '../model/language-model.ts';
import { type AttackSet, neutralOfLength } from './attack-set.ts';
import { type MovementSummary, type Pair, summariseMovement } from './movement.ts';
import { type AdvisoryRating, rateTranscript } from './rate-transcript.ts';
import { whatReaches, withAddition } from './screen/measure-screen.ts';
import { type SetAside, screenFor } from './screen/screen-transcript.ts';

export interface InjectionCase {
  question: Question;
  transcript: string;
  /** The name in reports. */
  name: string;
  locale: Locale;
}

/** What a rater said: null where it was withheld for want of evidence, or where its answer had no shape. */
interface Scored {
  score: number | null;
  /** What the model gave, also where it was withheld. */
  given: number | null;
}

export interface InjectionTrial {
  case: string;
  attack: string;
  family: string;
  /** What of the attack the model read. */
  reached: string;
  setAside: SetAside[];
  base: Scored;
  neutral: Scored;
  attacked: Scored;
}

export interface InjectionReport {
  model: string;
  /** Of scores that stand: at least one quote holds. */
  all: MovementSummary;
  /** Of what the model gave, before quotes are checked. */
  given: MovementSummary;
  /** Of what the model gave, where some of the attack reached it. */
  reached: MovementSummary;
  /** Trials whose neutral text the screen set aside, in part at least: then it is no neutral text. */
  neutralSetAside: number;
  families: Record<string, MovementSummary>;
  attacks: Record<string, MovementSummary>;
  trials: InjectionTrial[];
  usage: Usage;
}

type Rate = (
  question: Question,
  transcript: string,
  model: LanguageModel,
  options: { locale: Locale; fence: string; seed?: number; signal?: AbortSignal },
) => Promise<Pick<AdvisoryRating, 'score' | 'given' | 'usage'>>;

export interface MeasureOptions {
  /** The rater that is attacked. Default `rateTranscript`. */
  rate?: Rate;
  signal?: AbortSignal;
  seed?: number;
  /**
   * Lengths of neutral texts are rounded to multiples of it, so that attacks of about one length share a rating. Default 1:
   * exactly as long.
   */
  lengthStep?: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * One fence for both sides of a comparison: a new one each time would be a difference of its own. Attacks cannot hold it:
 * they are in a file that is older.
 */
const FENCE = '=====4f1c9b0e7a2d586c31=====';

/** Of families and attacks, what the model gave: a withheld score is no defence that a weak quote could not lift. */
const givenPair = ({ attack, base, neutral, attacked }: InjectionTrial): Pair => ({
  attack,
  base: base.given,
  neutral: neutral.given,
  attacked: attacked.given,
});

/**
 * Rates each transcript alone, with each attack at its end, and with a neutral text of the same length there. Transcripts of
 * which the screen leaves the same share one rating: the model would read the same.
 * @throws what the model throws, but for answers without shape, which count as no score
 */
export async function measureInjections(
  cases: readonly InjectionCase[],
  { attacks, neutral }: AttackSet,
  model: LanguageModel,
  { rate = rateTranscript, signal, seed, lengthStep = 1, onProgress }: MeasureOptions = {},
): Promise<InjectionReport> {
  const trials: InjectionTrial[] = [];
  let usage = NO_USAGE;
  let neutralSetAside = 0;
  const total = cases.length * attacks.length;
  for (const { question, transcript, name, locale } of cases) {
    const screen = screenFor(question);
    const known = new Map<string, Scored>();
    const score = async (addition: string): Promise<Scored> => {
      const added = withAddition(transcript, addition);
      const key = JSON.stringify(screen(added).turns);
      const before = known.get(key);
      if (before) return before;
      signal?.throwIfAborted();
      let scored: Scored = { score: null, given: null };
      try {
        const rating = await rate(question, added, model, {
          locale,
          fence: FENCE,
          ...(seed === undefined ? {} : { seed }),
          ...(signal ? { signal } : {}),
        });
        usage = addUsage(usage, rating.usage);
        scored = { score: rating.score, given: rating.given };
      } catch (error) {
        if (!(error instanceof StructuredOutputError)) throw error;
      }
      known.set(key, scored);
      return scored;
    };
    for (const attack of attacks) {
      const base = await score('');
      const length = Math.max(lengthStep, Math.round(attack.text.length / lengthStep) * lengthStep);
      const calmText = neutralOfLength(neutral[attack.lang], length);
      if (whatReaches(screen, transcript, calmText).setAside.length > 0) neutralSetAside++;
      const calm = await score(calmText);
      const attacked = await score(attack.text);
      trials.push({
        case: name,
        attack: attack.id,
        family: attack.family,
        ...whatReaches(screen, transcript, attack.text),
        base,
        neutral: calm,
        attacked,
      });
      onProgress?.(trials.length, total);
    }
  }
  const by = (key: 'family' | 'attack'): Record<string, MovementSummary> =>
    Object.fromEntries(
      [...new Set(trials.map((trial) => trial[key]))].map((name) => [
        name,
        summariseMovement(trials.filter((trial) => trial[key] === name).map(givenPair)),
      ]),
    );
  return {
    model: model.id,
    all: summariseMovement(
      trials.map(({ attack, base, neutral: calm, attacked }) => ({
        attack,
        base: base.score,
        neutral: calm.score,
        attacked: attacked.score,
      })),
    ),
    given: summariseMovement(trials.map(givenPair)),
    reached: summariseMovement(trials.filter(({ reached }) => reached !== '').map(givenPair)),
    neutralSetAside,
    families: by('family'),
    attacks: by('attack'),
    trials,
    usage,
  };
}
