/**
 * Looks for words in what is sealed. The database cannot, so the latest readable texts are opened and looked through
 * here; an index of words beside sealed texts would tell what is in them.
 */
import { desc, eq } from 'drizzle-orm';
import { application, place } from '../keys/sealed-columns.ts';
import type { Vault } from '../keys/vault.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

/** How many of the latest ratings, and of the latest notes, are looked through: some 30 ms of opening. */
export const LOOKED_THROUGH = 4_000;

export async function searchSealed(vault: Vault, tables: Tables, query: string, limit: number) {
  const wanted = query.toLowerCase();
  const matches = (text: string): boolean => text.toLowerCase().includes(wanted);
  const ratingRows = await tables
    .select({ rating: t.rating, rater: t.person.name, candidate: t.candidate.name })
    .from(t.rating)
    .innerJoin(t.person, eq(t.person.id, t.rating.raterId))
    .innerJoin(t.candidate, eq(t.candidate.id, t.rating.candidateId))
    .orderBy(desc(t.rating.createdAt), t.rating.id)
    .limit(LOOKED_THROUGH);
  const noteRows = await tables
    .select({ note: t.note, rater: t.person.name, candidate: t.candidate.name })
    .from(t.note)
    .innerJoin(t.person, eq(t.person.id, t.note.raterId))
    .innerJoin(t.candidate, eq(t.candidate.id, t.note.candidateId))
    .orderBy(desc(t.note.savedAt), t.note.candidateId)
    .limit(LOOKED_THROUGH);
  const keys = await vault.load([
    ...ratingRows.map(({ rating }) => application(rating.candidateId)),
    ...noteRows.map(({ note }) => application(note.candidateId)),
  ]);
  const ratings: typeof ratingRows = [];
  for (const row of ratingRows) {
    if (ratings.length === limit) break;
    const { candidateId, id, evidence: sealed } = row.rating;
    const evidence = keys.open(application(candidateId), place('rating', 'evidence', id), sealed);
    if (matches(evidence)) ratings.push({ ...row, rating: { ...row.rating, evidence } });
  }
  const notes: typeof noteRows = [];
  for (const row of noteRows) {
    if (notes.length === limit) break;
    const { candidateId, raterId, body: sealed } = row.note;
    const body = keys.open(application(candidateId), place('note', 'body', candidateId, raterId), sealed);
    if (matches(body)) notes.push({ ...row, note: { ...row.note, body } });
  }
  return { ratings, notes };
}
