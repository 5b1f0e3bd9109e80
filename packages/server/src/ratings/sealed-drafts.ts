/** Drafts and notes as the database holds them, opened and sealed. */
import { findCandidate } from '../interview/view-candidate.ts';
import { application, place } from '../keys/sealed-columns.ts';
import type { Keys, Vault } from '../keys/vault.ts';
import type * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

export type DraftRow = typeof t.draft.$inferSelect;
export type NoteRow = typeof t.note.$inferSelect;

/** A draft with its texts readable. */
export function openDraft(keys: Keys, row: DraftRow): DraftRow {
  const open = (column: string, text: string): string =>
    keys.open(
      application(row.candidateId),
      place('draft', column, row.candidateId, row.raterId, row.questionId),
      text,
    );
  return {
    ...row,
    evidence: open('evidence', row.evidence),
    notAsked: row.notAsked === null ? null : open('not_asked', row.notAsked),
  };
}

export const openNote = (keys: Keys, { candidateId, raterId, body }: NoteRow): string =>
  keys.open(application(candidateId), place('note', 'body', candidateId, raterId), body);

/**
 * Sees that there is a key for this candidate. Where it has to be made, the candidate is looked up first, so that no
 * request makes keys for candidates that do not exist.
 * @throws Refusal 404
 */
export async function needKey(vault: Vault, tables: Tables, candidateId: string): Promise<void> {
  if (vault.holds(application(candidateId))) return;
  await findCandidate(tables, candidateId);
  await vault.prepare(application(candidateId));
}
