/** Calibration: score composed transcripts against the anchors, and compare with the experts. */

import type { z } from '@hono/zod-openapi';
import type { CalibrationSet, CalibrationTranscript } from '@viva/bank';
import { and, desc, eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/bank.ts';
import type { PageQuery } from '../contract/common.ts';
import { notFound, Refusal } from '../errors.ts';
import { after, toPage } from '../interview/paging.ts';
import { requireTeam } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { attemptAgreement } from './attempt-agreement.ts';
import { certificateHash } from './certificate.ts';
import { standings } from './standing.ts';

export const both = <T>(of: (locale: 'zh-CN' | 'en') => T): { 'zh-CN': T; en: T } => ({
  'zh-CN': of('zh-CN'),
  en: of('en'),
});

/** @throws Refusal 404 */
export function findSet({ bank }: Context, family: string): CalibrationSet {
  const set = bank.calibrations.get(family);
  if (!set) throw notFound('calibration set');
  return set;
}

function toSummary(
  set: CalibrationSet,
  expiresAt: Date | undefined,
): z.infer<typeof contract.CalibrationSummary> {
  return {
    family: set.family,
    title: both((locale) => set.text[locale].title),
    intro: both((locale) => set.text[locale].intro),
    pass: set.pass,
    validMonths: set.validMonths,
    hash: set.hash,
    size: set.transcripts.length,
    practice: set.practice.length,
    standing: { passed: expiresAt !== undefined, expiresAt: expiresAt?.toISOString() ?? null },
  };
}

export async function listCalibrations({ store, bank }: Context, actor: Actor) {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const items: z.infer<typeof contract.CalibrationSummary>[] = [];
    for (const set of bank.calibrations.values())
      items.push(toSummary(set, (await standings(tables, set.family, store.clock())).get(actor.id)));
    return items;
  });
}

/** Transcripts with their questions’ anchors, without the experts’ scores. */
export function unscored(
  { bank }: Context,
  transcripts: readonly CalibrationTranscript[],
): z.infer<typeof contract.CalibrationSet>['transcripts'] {
  return transcripts.map(({ id, question: questionId, text }) => {
    const question = bank.questions.get(questionId);
    if (!question) throw new Error(`transcript ${id} names question ${questionId}, which the bank lacks`);
    return {
      id,
      question: questionId,
      title: both((locale) => question.text[locale].title),
      prompt: both((locale) => question.text[locale].prompt),
      anchors: both((locale) => [...question.text[locale].anchors]),
      transcript: both((locale) => text[locale].transcript),
    };
  });
}

/** A set to score: transcripts with their questions’ anchors, without the experts’ scores. */
export async function viewCalibration(
  context: Context,
  actor: Actor,
  family: string,
): Promise<z.infer<typeof contract.CalibrationSet>> {
  requireTeam(actor);
  const { store } = context;
  const set = findSet(context, family);
  const until = await store.as(actor.id, async (tables) =>
    (await standings(tables, family, store.clock())).get(actor.id),
  );
  const { size: _, ...summary } = toSummary(set, until);
  return { ...summary, transcripts: unscored(context, set.transcripts) };
}

/** Agreement of own scores with the experts’: shares that are equal and within one point, and the mean difference. */
export function agreement(pairs: readonly { score: number; expert: number }[]): {
  exact: number;
  withinOne: number;
  bias: number;
} {
  const share = (hit: (pair: { score: number; expert: number }) => boolean) =>
    pairs.filter(hit).length / pairs.length;
  return {
    exact: share(({ score, expert }) => score === expert),
    withinOne: share(({ score, expert }) => Math.abs(score - expert) <= 1),
    bias: pairs.reduce((sum, { score, expert }) => sum + score - expert, 0) / pairs.length,
  };
}

function feedback(set: CalibrationSet, answers: readonly { transcript: string; score: number }[]) {
  const scores = new Map(answers.map(({ transcript, score }) => [transcript, score]));
  return set.transcripts.flatMap(({ id, expert, text }) => {
    const score = scores.get(id);
    return score === undefined
      ? []
      : [{ transcript: id, score, expert, reason: both((locale) => text[locale].reason) }];
  });
}

/** Faults of answers that name what the list lacks, or one transcript twice. */
export function misnamed(
  transcripts: readonly { id: string }[],
  given: readonly string[],
): { field: string; message: string }[] {
  return given.flatMap((transcript, index) => {
    if (!transcripts.some(({ id }) => id === transcript))
      return [
        { field: `/answers/${index}/transcript`, message: `the set has no transcript "${transcript}"` },
      ];
    return given.indexOf(transcript) === index
      ? []
      : [{ field: `/answers/${index}/transcript`, message: `"${transcript}" is scored twice` }];
  });
}

export async function submitCalibration(
  context: Context,
  actor: Actor,
  family: string,
  { answers }: z.output<typeof contract.SubmitCalibration>,
): Promise<z.infer<typeof contract.CalibrationAttempt>> {
  requireTeam(actor);
  const { store } = context;
  const set = findSet(context, family);
  const given = answers.map(({ transcript }) => transcript);
  const errors = [
    ...set.transcripts
      .filter(({ id }) => !given.includes(id))
      .map(({ id }) => ({ field: '/answers', message: `transcript "${id}" has no score yet` })),
    ...misnamed(set.transcripts, given),
  ];
  if (errors.length > 0)
    throw new Refusal(422, 'incomplete-calibration', 'Score every transcript of the set, once.', { errors });
  const lines = feedback(set, answers);
  const result = agreement(lines);
  const passed = result.exact >= set.pass.exact && result.withinOne >= set.pass.withinOne;
  const finishedAt = store.clock();
  const expiresAt = passed ? new Date(finishedAt) : null;
  expiresAt?.setUTCMonth(expiresAt.getUTCMonth() + set.validMonths);
  const id = store.newId();
  await store.as(actor.id, async (tables) => {
    await tables.insert(t.calibrationAttempt).values({
      id,
      personId: actor.id,
      family,
      setHash: set.hash,
      answers,
      ...result,
      passed,
      finishedAt,
      expiresAt,
    });
    await appendAudit(store, tables, {
      action: 'calibration.finished',
      subject: `person/${actor.id}`,
      detail: {
        family,
        setHash: set.hash,
        passed,
        exact: result.exact,
        withinOne: result.withinOne,
        ...(passed
          ? {
              certificate: certificateHash({
                id,
                personId: actor.id,
                family,
                setHash: set.hash,
                ...result,
                finishedAt,
                expiresAt,
              }),
            }
          : {}),
      },
    });
  });
  return {
    id,
    family,
    passed,
    ...result,
    finishedAt: finishedAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    feedback: lines,
    agreement: attemptAgreement(lines),
  };
}

const NEWEST_FIRST = {
  columns: [t.calibrationAttempt.finishedAt, t.calibrationAttempt.id],
  from: sql`${t.calibrationAttempt}`,
  id: t.calibrationAttempt.id,
  descending: true,
};

/** Own attempts, newest first. Feedback is shown where the set is still the one that was scored. */
export async function listAttempts(
  context: Context,
  actor: Actor,
  family: string,
  { limit, cursor }: z.output<typeof PageQuery>,
) {
  requireTeam(actor);
  const set = findSet(context, family);
  const rows = await context.store.as(actor.id, (tables) =>
    tables
      .select()
      .from(t.calibrationAttempt)
      .where(
        and(
          eq(t.calibrationAttempt.personId, actor.id),
          eq(t.calibrationAttempt.family, family),
          after(cursor, NEWEST_FIRST),
        ),
      )
      .orderBy(desc(t.calibrationAttempt.finishedAt), desc(t.calibrationAttempt.id))
      .limit(limit + 1),
  );
  const { items: attempts, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
  const items = attempts.map(
    ({ id, passed, exact, withinOne, bias, finishedAt, expiresAt, answers, setHash }) => {
      const lines = setHash === set.hash ? feedback(set, answers) : [];
      return {
        id,
        family,
        passed,
        exact,
        withinOne,
        bias,
        finishedAt: finishedAt.toISOString(),
        expiresAt: expiresAt?.toISOString() ?? null,
        feedback: lines,
        agreement: attemptAgreement(lines),
      };
    },
  );
  return { items, nextCursor };
}
