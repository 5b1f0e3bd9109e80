/** Comments on a candidate: open only at reveal. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { PageQuery } from '../contract/common.ts';
import type { AddComment, Comment } from '../contract/interview.ts';
import { conflict } from '../errors.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { after, toPage } from './paging.ts';
import { requireTeam } from './permissions.ts';
import { findCandidate } from './view-candidate.ts';

const OLDEST_FIRST = {
  columns: [t.comment.createdAt, t.comment.id],
  from: sql`${t.comment}`,
  id: t.comment.id,
};

async function requireRevealed(tables: Tables, candidateId: string) {
  const row = await findCandidate(tables, candidateId);
  const [reveal] = await tables.select().from(t.reveal).where(eq(t.reveal.candidateId, candidateId));
  if (!reveal)
    throw conflict(
      'sealed',
      'Comments open when the whole panel has locked: until then, opinions stay with those who hold them.',
    );
  return row;
}

export async function listComments(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { limit, cursor }: z.output<typeof PageQuery>,
): Promise<{ items: z.infer<typeof Comment>[]; nextCursor: string | null }> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    await requireRevealed(tables, candidateId);
    const rows = await tables
      .select({
        id: t.comment.id,
        author: t.person.name,
        authorId: t.comment.authorId,
        body: t.comment.body,
        question: t.comment.questionId,
        createdAt: t.comment.createdAt,
      })
      .from(t.comment)
      .innerJoin(t.person, eq(t.person.id, t.comment.authorId))
      .where(and(eq(t.comment.candidateId, candidateId), after(cursor, OLDEST_FIRST)))
      .orderBy(asc(t.comment.createdAt), asc(t.comment.id))
      .limit(limit + 1);
    const keys = await store.vault.load([application(candidateId)]);
    const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
    return {
      items: items.map((row) => ({
        ...row,
        body: keys.open(application(candidateId), place('comment', 'body', row.id), row.body),
        createdAt: row.createdAt.toISOString(),
      })),
      nextCursor,
    };
  });
}

export async function addComment(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  { body, question }: z.output<typeof AddComment>,
): Promise<z.infer<typeof Comment>> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const { openingId } = await requireRevealed(tables, candidateId);
    const id = store.newId();
    const createdAt = store.clock();
    await tables.insert(t.comment).values({
      id,
      openingId,
      candidateId,
      authorId: actor.id,
      questionId: question,
      body: await store.vault.seal(application(candidateId), place('comment', 'body', id), body),
      createdAt,
    });
    await appendAudit(store, tables, {
      action: 'comment.added',
      subject: `comment/${id}`,
      openingId,
      candidateId,
    });
    return { id, author: actor.name, authorId: actor.id, body, question, createdAt: createdAt.toISOString() };
  });
}
