/** Candidates as the API shows them: before reveal nothing but who has locked. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm';
import type { Actor } from '../context.ts';
import type { Candidate, SeatLock } from '../contract/interview.ts';
import { notFound } from '../errors.ts';
import { application, place } from '../keys/sealed-columns.ts';
import type { Vault } from '../keys/vault.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { readCursor, toPage } from './paging.ts';

type Row = typeof t.candidate.$inferSelect;
type Lock = z.infer<typeof SeatLock>;

/** @throws Refusal 404 where there is none, or row-level security hides it. */
export async function findCandidate(tables: Tables, id: string): Promise<Row> {
  const [row] = await tables.select().from(t.candidate).where(eq(t.candidate.id, id));
  if (!row) throw notFound('candidate');
  return row;
}

/** Who has locked, for several candidates at once. */
export async function listLocks(
  tables: Tables,
  candidateIds: readonly string[],
): Promise<Map<string, Lock[]>> {
  const locks = new Map<string, Lock[]>(candidateIds.map((id) => [id, []]));
  if (candidateIds.length === 0) return locks;
  const rows = (await tables.execute(
    sql`SELECT l.candidate_id AS candidate, l.seat_id, l.person_id, p.name, l.locked
        FROM viva.locks_of(${`{${candidateIds.join(',')}}`}::uuid[]) l JOIN viva.person p ON p.id = l.person_id
        ORDER BY l.candidate_id, l.ordinal`,
  )) as unknown as { candidate: string; seat_id: string; person_id: string; name: string; locked: boolean }[];
  for (const row of rows)
    locks
      .get(row.candidate)
      ?.push({ seatId: row.seat_id, personId: row.person_id, name: row.name, locked: row.locked });
  return locks;
}

/** What the actor still owes each candidate. */
export function owed(
  locks: readonly Lock[],
  actor: Actor,
  scorable: boolean,
): 'none' | 'to-score' | 'locked' {
  const own = locks.find(({ personId }) => personId === actor.id);
  if (!own) return 'none';
  if (own.locked) return 'locked';
  return scorable ? 'to-score' : 'none';
}

export async function toCandidates(
  vault: Vault,
  tables: Tables,
  rows: readonly Row[],
  actor: Actor,
): Promise<z.infer<typeof Candidate>[]> {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const locks = await listLocks(tables, ids);
  const reveals = new Map(
    (await tables.select().from(t.reveal).where(inArray(t.reveal.candidateId, ids))).map((reveal) => [
      reveal.candidateId,
      reveal,
    ]),
  );
  const decided = await tables
    .select({
      id: t.decision.id,
      candidateId: t.decision.candidateId,
      outcome: t.decision.outcome,
      reason: t.decision.reason,
      by: t.person.name,
      at: t.decision.decidedAt,
    })
    .from(t.decision)
    .innerJoin(t.person, eq(t.person.id, t.decision.decidedBy))
    .where(inArray(t.decision.candidateId, ids))
    .orderBy(asc(t.decision.decidedAt));
  // A key is a file until it has been read once: most candidates of a list have no text to open.
  const keys = await vault.load(
    [...decided, ...[...reveals.values()].filter(({ reason }) => reason !== null)].map(({ candidateId }) =>
      application(candidateId),
    ),
  );
  const decisions = new Map(
    decided.map(({ id, candidateId, at, reason, ...decision }) => [
      candidateId,
      {
        ...decision,
        reason: keys.open(application(candidateId), place('decision', 'reason', id), reason),
        at: at.toISOString(),
      },
    ]),
  );
  const open = new Set(
    (
      await tables
        .select({ id: t.opening.id })
        .from(t.opening)
        .where(
          and(
            inArray(t.opening.id, [...new Set(rows.map(({ openingId }) => openingId))]),
            eq(t.opening.status, 'open'),
          ),
        )
    ).map(({ id }) => id),
  );
  return rows.map((row) => {
    const reveal = reveals.get(row.id);
    const own = locks.get(row.id) ?? [];
    return {
      id: row.id,
      openingId: row.openingId,
      name: row.name,
      email: row.email,
      status: row.withdrawnAt ? 'withdrawn' : 'active',
      createdAt: row.createdAt.toISOString(),
      locks: own,
      revealed: reveal !== undefined,
      reveal: reveal
        ? {
            cause: reveal.cause,
            reason:
              reveal.reason &&
              keys.open(application(row.id), place('reveal', 'reason', row.id), reveal.reason),
            at: reveal.revealedAt.toISOString(),
          }
        : null,
      decision: decisions.get(row.id) ?? null,
      mine: owed(own, actor, open.has(row.openingId) && !row.withdrawnAt && !reveal),
    };
  });
}

export async function viewCandidate(
  vault: Vault,
  tables: Tables,
  id: string,
  actor: Actor,
): Promise<z.infer<typeof Candidate>> {
  const [candidate] = await toCandidates(vault, tables, [await findCandidate(tables, id)], actor);
  if (!candidate) throw notFound('candidate');
  return candidate;
}

export async function listCandidates(
  vault: Vault,
  tables: Tables,
  openingId: string,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const after = readCursor(cursor);
  const rows = await tables
    .select()
    .from(t.candidate)
    .where(
      and(
        eq(t.candidate.openingId, openingId),
        after
          ? or(
              gt(t.candidate.createdAt, new Date(after[0])),
              and(eq(t.candidate.createdAt, new Date(after[0])), gt(t.candidate.id, after[1])),
            )
          : undefined,
      ),
    )
    .orderBy(asc(t.candidate.createdAt), asc(t.candidate.id))
    .limit(limit + 1);
  const { items, nextCursor } = toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
  return { items: await toCandidates(vault, tables, items, actor), nextCursor };
}
