/** What was said in practice interviews, sealed with the key of the person who practises. */
import type { Practice as Round } from '@viva/assistant';
import { personal, place } from '../keys/sealed-columns.ts';
import type { Keys, Vault } from '../keys/vault.ts';
import type * as t from '../store/schema.ts';

type StoredRow = typeof t.practice.$inferSelect;
export type PracticeRow = Omit<StoredRow, 'rounds'> & { rounds: Round[] };

/** A row with its rounds readable; none where the person was erased. */
export function openPractice(keys: Keys, row: StoredRow): PracticeRow {
  if (typeof row.rounds !== 'string') return { ...row, rounds: row.rounds };
  const text = keys.open(personal(row.personId), place('practice', 'rounds', row.id), row.rounds);
  return { ...row, rounds: text === '' ? [] : (JSON.parse(text) as Round[]) };
}

export const sealRounds = (vault: Vault, personId: string, id: string, rounds: readonly Round[]) =>
  vault.seal(personal(personId), place('practice', 'rounds', id), JSON.stringify(rounds));
