/** What the candidate said, as it was handed in: the candidate's own words, shown to the candidate at any time. */
import { sql } from 'drizzle-orm';
import { application, place } from '../keys/sealed-columns.ts';
import type { Keys } from '../keys/vault.ts';
import type { Tables } from '../store/store.ts';
import { mayRead } from './ai-use.ts';

interface TranscriptRow {
  question_id: string;
  author_id: string;
  body: string;
  at: string;
}

export async function readTranscripts(tables: Tables, keys: Keys, candidateId: string) {
  if (!(await mayRead(tables, 'viva.transcript'))) return [];
  const rows = (await tables.execute(
    sql`SELECT question_id, author_id, body, handed_in_at::text AS at FROM viva.transcript
        WHERE candidate_id = ${candidateId}::uuid AND handed_in_at IS NOT NULL ORDER BY handed_in_at, question_id`,
  )) as unknown as TranscriptRow[];
  return rows.map(({ question_id, author_id, body, at }) => ({
    question: question_id,
    body: keys.open(
      application(candidateId),
      place('transcript', 'body', candidateId, question_id, author_id),
      body,
    ),
    at: new Date(at).toISOString(),
  }));
}
