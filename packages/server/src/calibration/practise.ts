/**
 * Practice before a calibration: score a composed transcript, see at once what experts gave and why, and where one leans.
 * Nothing is kept on the server, so that nothing of it can count, for or against anybody.
 */
import type { z } from '@hono/zod-openapi';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/bank.ts';
import { Refusal } from '../errors.ts';
import { requireTeam } from '../interview/permissions.ts';
import { both, findSet, misnamed, unscored } from './calibrate.ts';
import { ratingTendency } from './rating-tendency.ts';

/** @throws Refusal 403, 404 */
export async function viewPractice(
  context: Context,
  actor: Actor,
  family: string,
): Promise<z.infer<typeof contract.CalibrationPractice>> {
  requireTeam(actor);
  const set = findSet(context, family);
  return {
    family: set.family,
    title: both((locale) => set.text[locale].title),
    hash: set.practiceHash,
    transcripts: unscored(context, set.practice),
  };
}

/**
 * @param answers any of the transcripts for practice, each once
 * @throws Refusal 403, 404; 422 `not-for-practice` for a transcript that counts, or is none of the set's
 */
export async function practiseCalibration(
  context: Context,
  actor: Actor,
  family: string,
  { answers }: z.output<typeof contract.SubmitCalibration>,
): Promise<z.infer<typeof contract.PractisedCalibration>> {
  requireTeam(actor);
  const { practice } = findSet(context, family);
  const errors = misnamed(
    practice,
    answers.map(({ transcript }) => transcript),
  );
  if (errors.length > 0)
    throw new Refusal(422, 'not-for-practice', 'Score transcripts that are for practice, each once.', {
      errors,
    });
  const byId = new Map(practice.map((entry) => [entry.id, entry]));
  const feedback = answers.flatMap(({ transcript, score }) => {
    const found = byId.get(transcript);
    if (!found) return [];
    const { expert, text, quotes } = found;
    return [
      {
        transcript,
        score,
        expert,
        reason: both((locale) => text[locale].reason),
        quotes: both((locale) => [...quotes[locale]]),
      },
    ];
  });
  return { feedback, tendency: ratingTendency(feedback) };
}
