/** What a candidate said, written down: its author's alone until reveal, frozen once it is handed in. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { HandInTranscript, SaveTranscript, Transcript, Transcripts } from '../contract/advisory.ts';
import { MOST_TRANSCRIPTS } from '../contract/limits.ts';
import { conflict, forbidden, notFound, type Refusal, Refusal as Refused } from '../errors.ts';
import { lockCandidate } from '../interview/change-candidate.ts';
import { leads, requireTeam } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { findOpening } from '../interview/view-opening.ts';
import { DatabaseError } from '../store/driver.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { findSetting } from './setting.ts';
import { openTranscript, sealTranscript } from './transcript-text.ts';

type Row = typeof t.transcript.$inferSelect;

const toTranscript = (row: Row, author: string): z.infer<typeof Transcript> => ({
  question: row.questionId,
  authorId: row.authorId,
  author,
  locale: row.locale,
  source: row.source,
  body: row.body,
  revision: row.revision,
  savedAt: row.savedAt.toISOString(),
  handedIn: row.handedInAt !== null,
});

async function mayTranscribe(tables: Tables, candidateId: string): Promise<boolean> {
  const [row] = (await tables.execute(
    sql`SELECT viva.may_transcribe(${candidateId}::uuid) AS may`,
  )) as unknown as { may: boolean }[];
  return Boolean(row?.may);
}

/** Why this person may not write one now; tells nothing of another's. */
async function refuseTranscript(tables: Tables, actor: Actor, candidateId: string): Promise<Refusal> {
  const candidate = await findCandidate(tables, candidateId);
  const [seat] = await tables
    .select({ id: t.currentSeat.seatId })
    .from(t.currentSeat)
    .where(and(eq(t.currentSeat.openingId, candidate.openingId), eq(t.currentSeat.personId, actor.id)));
  if (!seat && !leads(actor)) return forbidden('a member of this opening’s panel, or a lead');
  const opening = await findOpening(tables, candidate.openingId);
  if (opening.status !== 'open')
    return conflict('not-open', 'The opening is not open: there is nothing to write down.');
  if (candidate.withdrawnAt) return conflict('withdrawn', 'The candidate is withdrawn.');
  return conflict(
    'revealed',
    'The ratings are open: a transcript that is chosen after them would not be independent.',
  );
}

async function view(
  { store: { vault } }: Pick<Context, 'store'>,
  tables: Tables,
  actor: Actor,
  candidateId: string,
): Promise<z.infer<typeof Transcripts>> {
  const rows = await tables
    .select({ row: t.transcript, author: t.person.name })
    .from(t.transcript)
    .innerJoin(t.person, eq(t.person.id, t.transcript.authorId))
    .where(eq(t.transcript.candidateId, candidateId))
    .orderBy(asc(t.transcript.questionId), asc(t.person.name), asc(t.transcript.authorId))
    .limit(MOST_TRANSCRIPTS);
  const marks = await tables
    .select({ question: t.transcriptMark.questionId })
    .from(t.transcriptMark)
    .where(eq(t.transcriptMark.candidateId, candidateId))
    .orderBy(asc(t.transcriptMark.questionId));
  return {
    open: actor.role !== 'candidate' && (await mayTranscribe(tables, candidateId)),
    items: await Promise.all(
      rows.map(async ({ row, author }) =>
        toTranscript({ ...row, body: await openTranscript(vault, row) }, author),
      ),
    ),
    handedIn: marks.map(({ question }) => question),
  };
}

export async function listTranscripts(context: Context, actor: Actor, candidateId: string) {
  requireTeam(actor);
  return context.store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    return view(context, tables, actor, candidateId);
  });
}

/** As a draft of a rating is saved: by revision, and the same save twice is one. @throws Refusal 409, 404 */
export async function saveTranscript(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  questionId: string,
  { body, locale, source, baseRevision }: z.output<typeof SaveTranscript>,
): Promise<z.infer<typeof Transcript>> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const { openingId } = await findCandidate(tables, candidateId);
    if (!(await mayTranscribe(tables, candidateId))) throw await refuseTranscript(tables, actor, candidateId);
    const [item] = await tables
      .select({ id: t.openingItem.questionId })
      .from(t.openingItem)
      .where(and(eq(t.openingItem.openingId, openingId), eq(t.openingItem.questionId, questionId)));
    if (!item) throw notFound('question in this opening');
    const own = and(
      eq(t.transcript.candidateId, candidateId),
      eq(t.transcript.questionId, questionId),
      eq(t.transcript.authorId, actor.id),
    );
    const [sealed] = await tables.select().from(t.transcript).where(own);
    const held = sealed && { ...sealed, body: await openTranscript(store.vault, sealed) };
    if (held?.handedInAt)
      throw conflict('transcript-handed-in', 'This transcript is handed in and can no longer be changed.', {
        current: toTranscript(held, actor.name),
      });
    const next: Row = {
      candidateId,
      questionId,
      authorId: actor.id,
      openingId,
      sessionId: held?.sessionId ?? null,
      locale,
      source,
      body,
      revision: baseRevision + 1,
      savedAt: store.clock(),
      handedInAt: null,
    };
    if (held && held.revision !== baseRevision) {
      if (held.body === body && held.locale === locale) return toTranscript(held, actor.name);
      throw conflict('draft-conflict', 'This transcript was changed elsewhere since you last saw it.', {
        current: toTranscript(held, actor.name),
      });
    }
    const sealedBody = await sealTranscript(store.vault, next, body);
    if (held)
      await tables
        .update(t.transcript)
        .set({ locale, source, body: sealedBody, revision: next.revision, savedAt: next.savedAt })
        .where(own);
    else await tables.insert(t.transcript).values({ ...next, body: sealedBody });
    return toTranscript(next, actor.name);
  });
}

/** The session that was begun last; null where none was. */
async function lastSession(tables: Tables, candidateId: string): Promise<string | null> {
  const [row] = (await tables.execute(
    sql`SELECT id FROM viva.interview_session WHERE candidate_id = ${candidateId}::uuid AND started_at IS NOT NULL
        ORDER BY started_at DESC LIMIT 1`,
  )) as unknown as { id: string }[];
  return row?.id ?? null;
}

/**
 * Freezes one's transcript of an answer. An answer has one: the first that is handed in. Where the opening uses an
 * advisory rater, the answer joins its queue.
 * @throws Refusal 422 `empty-transcript`; 409 `draft-conflict`, `transcript-there`, or why it may not be
 */
export async function handInTranscript(
  context: Context,
  actor: Actor,
  candidateId: string,
  questionId: string,
  { revision }: z.output<typeof HandInTranscript>,
): Promise<z.infer<typeof Transcripts>> {
  requireTeam(actor);
  const { store, advisory } = context;
  const { queued, transcripts } = await store
    .as(actor.id, async (tables) => {
      await lockCandidate(tables, candidateId);
      const { openingId } = await findCandidate(tables, candidateId);
      if (!(await mayTranscribe(tables, candidateId)))
        throw await refuseTranscript(tables, actor, candidateId);
      const own = and(
        eq(t.transcript.candidateId, candidateId),
        eq(t.transcript.questionId, questionId),
        eq(t.transcript.authorId, actor.id),
      );
      const [sealed] = await tables.select().from(t.transcript).where(own);
      if (!sealed) throw notFound('transcript of yours');
      const held = { ...sealed, body: await openTranscript(store.vault, sealed) };
      if (held.handedInAt)
        return { queued: false, transcripts: await view(context, tables, actor, candidateId) };
      const [mark] = await tables
        .select()
        .from(t.transcriptMark)
        .where(
          and(eq(t.transcriptMark.candidateId, candidateId), eq(t.transcriptMark.questionId, questionId)),
        );
      if (mark)
        throw conflict(
          'transcript-there',
          'A transcript of this answer is handed in already. An answer has one.',
        );
      if (held.revision !== revision)
        throw conflict('draft-conflict', 'This transcript was changed elsewhere since you last saw it.', {
          current: toTranscript(held, actor.name),
        });
      if (held.body.trim() === '')
        throw new Refused(422, 'empty-transcript', 'There is nothing in this transcript yet.', {
          errors: [{ field: '/body', message: 'write down what the candidate said' }],
        });
      await tables
        .update(t.transcript)
        .set({ handedInAt: store.clock(), sessionId: await lastSession(tables, candidateId) })
        .where(own);
      await tables.insert(t.transcriptMark).values({ candidateId, questionId, openingId });
      const setting = await findSetting(tables, openingId);
      if (setting?.used)
        await tables.execute(sql`INSERT INTO viva.advisory_task (candidate_id, question_id, opening_id, state, queued_at)
          VALUES (${candidateId}::uuid, ${questionId}, ${openingId}::uuid, 'waiting', ${store.clock().toISOString()}::timestamptz)`);
      await appendAudit(store, tables, {
        action: 'transcript.handed-in',
        subject: `candidate/${candidateId}`,
        openingId,
        candidateId,
        sealed: true,
        detail: { question: questionId },
      });
      return { queued: setting?.used ?? false, transcripts: await view(context, tables, actor, candidateId) };
    })
    .catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
      if (cause instanceof DatabaseError && cause.code === '23505')
        throw conflict(
          'transcript-there',
          'A transcript of this answer is handed in already. An answer has one.',
        );
      throw error;
    });
  if (queued) advisory.nudge();
  return transcripts;
}
