/** Everything that is held about one application, for the candidate. */
import type { z } from '@hono/zod-openapi';
import { asc, eq, sql } from 'drizzle-orm';
import type { HeldData } from '../contract/privacy.ts';
import { notFound } from '../errors.ts';
import { application, personal, place } from '../keys/sealed-columns.ts';
import { openPractice } from '../practice/sealed-rounds.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { readAiUse } from './ai-use.ts';
import { readTranscripts } from './read-transcripts.ts';
import { dueDate, readRules } from './retention-rules.ts';

type Held = z.infer<typeof HeldData>;

interface DisclosedRow {
  id: string;
  rater_id: string;
  question_id: string;
  score: number | null;
  not_asked: string | null;
  evidence: string;
  kind: 'first' | 'amendment';
  reason: string | null;
  created_at: string;
}

/** A, B, … Z, AA: in the order of random identifiers, which says nothing of who rated first. */
export function letters(ids: Iterable<string>): Map<string, string> {
  const name = (n: number): string =>
    (n < 26 ? '' : name(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + (n % 26));
  return new Map([...new Set(ids)].sort().map((id, n) => [id, name(n)]));
}

const titleOf = (question: typeof t.openingItem.$inferSelect.question): string =>
  `${question.text['zh-CN'].title} · ${question.text.en.title}`;

async function readRatings(store: Store, tables: Tables, candidateId: string): Promise<Held['ratings']> {
  const subject = application(candidateId);
  const keys = await store.vault.load([subject]);
  const rows = (await tables.execute(
    sql`SELECT id, rater_id, question_id, score, not_asked, evidence, kind, reason, created_at::text FROM viva.disclosed_ratings(${candidateId}::uuid)`,
  )) as unknown as DisclosedRow[];
  const [open] = (await tables.execute(
    sql`SELECT viva.disclosed(${candidateId}::uuid) AS open`,
  )) as unknown as { open: boolean }[];
  if (!open?.open) return { state: 'sealed', items: [], notes: [], comments: [] };
  const titles = new Map(
    (
      (await tables.execute(
        sql`SELECT i.question_id, i.question FROM viva.opening_item i JOIN viva.candidate c ON c.opening_id = i.opening_id WHERE c.id = ${candidateId}::uuid`,
      )) as unknown as { question_id: string; question: typeof t.openingItem.$inferSelect.question }[]
    ).map(({ question_id, question }) => [question_id, titleOf(question)]),
  );
  const notes = await tables.select().from(t.note).where(eq(t.note.candidateId, candidateId));
  const comments = await tables
    .select()
    .from(t.comment)
    .where(eq(t.comment.candidateId, candidateId))
    .orderBy(asc(t.comment.createdAt), asc(t.comment.id));
  const raters = letters([...rows.map(({ rater_id }) => rater_id), ...notes.map(({ raterId }) => raterId)]);
  const text = (column: string, id: string, value: string | null): string | null =>
    value === null ? null : keys.open(subject, place('rating', column, id), value);
  return {
    state: 'available',
    items: rows.map((row) => ({
      question: titles.get(row.question_id) ?? row.question_id,
      rater: raters.get(row.rater_id) ?? '',
      score: row.score,
      notAsked: text('not_asked', row.id, row.not_asked),
      evidence: text('evidence', row.id, row.evidence) ?? '',
      kind: row.kind,
      reason: text('reason', row.id, row.reason),
      at: new Date(row.created_at).toISOString(),
    })),
    notes: notes
      .map(({ raterId, body }) => ({
        rater: raters.get(raterId) ?? '',
        body: keys.open(subject, place('note', 'body', candidateId, raterId), body),
      }))
      .filter(({ body }) => body !== ''),
    comments: comments.map(({ id, body, createdAt }) => ({
      body: keys.open(subject, place('comment', 'body', id), body),
      at: createdAt.toISOString(),
    })),
  };
}

/** What belongs to the account, as the person: nobody else reads it, the keeper included. */
async function readOwn(store: Store, personId: string, candidateId: string) {
  const keys = await store.vault.load([personal(personId)]);
  return store.as(personId, async (tables) => {
    const answers = await tables
      .select({ attribute: t.groupAnswer.attribute, value: t.groupAnswer.value })
      .from(t.groupAnswer)
      .where(eq(t.groupAnswer.candidateId, candidateId));
    const practices = await tables.select().from(t.practice).orderBy(asc(t.practice.createdAt));
    return {
      answers,
      practices: practices.map((row) => openPractice(keys, row)),
    };
  });
}

/**
 * @param personId the candidate's account, where the candidate asks by it: practice and answers about oneself are shown
 *   to that account alone, not to a link that a lead has issued
 * @throws Refusal 404
 */
export async function heldData(store: Store, candidateId: string, personId: string | null): Promise<Held> {
  const own = personId ? await readOwn(store, personId, candidateId) : { answers: [], practices: [] };
  return store.asKeeper(async (tables) => {
    const [row] = await tables
      .select({ candidate: t.candidate, opening: t.opening, person: t.person })
      .from(t.candidate)
      .innerJoin(t.opening, eq(t.opening.id, t.candidate.openingId))
      .leftJoin(t.person, eq(t.person.id, t.candidate.personId))
      .where(eq(t.candidate.id, candidateId));
    if (!row || row.candidate.erasedAt) throw notFound('application');
    const { candidate, opening, person } = row;
    const subject = application(candidateId);
    const keys = await store.vault.load([subject]);
    const sessions = await tables
      .select()
      .from(t.interviewSession)
      .where(eq(t.interviewSession.candidateId, candidateId))
      .orderBy(asc(t.interviewSession.scheduledAt));
    const samples = await tables
      .select()
      .from(t.workSample)
      .where(eq(t.workSample.candidateId, candidateId))
      .orderBy(asc(t.workSample.attachedAt));
    const decisions = await tables
      .select()
      .from(t.decision)
      .where(eq(t.decision.candidateId, candidateId))
      .orderBy(asc(t.decision.decidedAt));
    const requests = await tables
      .select()
      .from(t.privacyRequest)
      .where(eq(t.privacyRequest.candidateId, candidateId))
      .orderBy(asc(t.privacyRequest.askedAt));
    const log = (await tables.execute(
      sql`SELECT action, at::text FROM viva.audit WHERE candidate_id = ${candidateId}::uuid AND NOT sealed ORDER BY seq`,
    )) as unknown as { action: string; at: string }[];
    const [hold] = await tables.select().from(t.legalHold).where(eq(t.legalHold.candidateId, candidateId));
    const rules = await readRules(tables);
    return {
      format: 'viva-held-data/1',
      generatedAt: store.clock().toISOString(),
      candidate: {
        id: candidate.id,
        name: candidate.name,
        email: candidate.email,
        addedAt: candidate.createdAt.toISOString(),
        withdrawnAt: candidate.withdrawnAt?.toISOString() ?? null,
        withdrawnReason:
          candidate.withdrawnReason === null
            ? null
            : keys.open(
                subject,
                place('candidate', 'withdrawn_reason', candidateId),
                candidate.withdrawnReason,
              ),
      },
      account: person
        ? { email: person.email, locale: person.locale, createdAt: person.createdAt.toISOString() }
        : null,
      opening: { title: opening.title, status: opening.status },
      sessions: sessions.map(({ scheduledAt, minutes, place: where, status }) => ({
        scheduledAt: scheduledAt.toISOString(),
        minutes,
        place: where,
        status,
      })),
      workSamples: samples.map(({ id, lab, params, seed, metrics, conclusion, attachedAt }) => ({
        lab,
        params,
        seed,
        metrics,
        conclusion: keys.open(subject, place('work_sample', 'conclusion', id), conclusion),
        attachedAt: attachedAt.toISOString(),
      })),
      transcripts: await readTranscripts(tables, keys, candidateId),
      ratings: await readRatings(store, tables, candidateId),
      decisions: decisions.map(({ id, outcome, reason, decidedAt }) => ({
        outcome,
        reason: keys.open(subject, place('decision', 'reason', id), reason),
        at: decidedAt.toISOString(),
      })),
      groupAnswers: own.answers,
      practice: own.practices.map(({ kitTitle, createdAt, rounds }) => ({
        kit: kitTitle,
        createdAt: createdAt.toISOString(),
        text: rounds.flatMap(({ turns }) => turns.map(({ speaker, text }) => `${speaker}: ${text}`)),
      })),
      aiUse: await readAiUse(tables, candidateId, own.practices),
      requests: requests.map(({ id, kind, status, body, answer, askedAt, decidedAt }) => ({
        id,
        kind,
        status,
        body: keys.open(subject, place('privacy_request', 'body', id), body),
        answer: answer === null ? null : keys.open(subject, place('privacy_request', 'answer', id), answer),
        askedAt: askedAt.toISOString(),
        decidedAt: decidedAt?.toISOString() ?? null,
      })),
      log: log.map(({ action, at }) => ({ action, at: new Date(at).toISOString() })),
      retention: {
        eraseAfterDays: rules.applications,
        erasedOn:
          dueDate(candidate.withdrawnAt ?? opening.closedAt, rules.applications)?.toISOString() ?? null,
        held: hold !== undefined,
      },
    };
  });
}
