/** Every sealed column, whose key seals it, and how a place in it is named: one list for writing, migrating and erasing. */
import type { Place, Subject } from './seal.ts';

export const application = (candidateId: string): Subject => `application/${candidateId}`;
export const personal = (personId: string): Subject => `person/${personId}`;

/** A place in a sealed column; `key` are the values of the primary key, in the order of the list below. */
export const place = (table: string, column: string, ...key: (string | number)[]): Place => ({
  table,
  column,
  row: key.join('/'),
});

interface SealedTable {
  table: string;
  /** The columns that name a row. */
  key: string[];
  subject: { of: (id: string) => Subject; column: string };
  columns: string[];
  /** Columns of type jsonb: a sealed value is a JSON text. */
  json?: string[];
}

const ofCandidate = { of: application, column: 'candidate_id' };
const ofPerson = { of: personal, column: 'person_id' };

export const SEALED_TABLES: readonly SealedTable[] = [
  { table: 'rating', key: ['id'], subject: ofCandidate, columns: ['evidence', 'not_asked', 'reason'] },
  {
    table: 'draft',
    key: ['candidate_id', 'rater_id', 'question_id'],
    subject: ofCandidate,
    columns: ['evidence', 'not_asked'],
  },
  { table: 'note', key: ['candidate_id', 'rater_id'], subject: ofCandidate, columns: ['body'] },
  { table: 'comment', key: ['id'], subject: ofCandidate, columns: ['body'] },
  { table: 'decision', key: ['id'], subject: ofCandidate, columns: ['reason'] },
  { table: 'reveal', key: ['candidate_id'], subject: ofCandidate, columns: ['reason'] },
  {
    table: 'candidate',
    key: ['id'],
    subject: { of: application, column: 'id' },
    columns: ['withdrawn_reason'],
  },
  { table: 'work_sample', key: ['id'], subject: ofCandidate, columns: ['conclusion'] },
  { table: 'privacy_request', key: ['id'], subject: ofCandidate, columns: ['body', 'answer'] },
  { table: 'legal_hold', key: ['candidate_id'], subject: ofCandidate, columns: ['reason'] },
  { table: 'chat', key: ['id'], subject: ofPerson, columns: ['title'] },
  {
    table: 'chat_turn',
    key: ['chat_id', 'ordinal'],
    subject: ofPerson,
    columns: ['question', 'answer'],
    json: ['answer'],
  },
  { table: 'practice', key: ['id'], subject: ofPerson, columns: ['rounds'], json: ['rounds'] },
];
