/** What of the assistant touched a candidate's data: read from the records that its features keep. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { HeldData } from '../contract/privacy.ts';
import type { PracticeRow } from '../practice/sealed-rounds.ts';
import type { Tables } from '../store/store.ts';

type AiUse = z.infer<typeof HeldData>['aiUse'];

/** Practice interviews of the candidate's own account; nothing of them enters an opening. */
const ofPractice = (practices: readonly PracticeRow[]): AiUse =>
  practices
    .filter(({ rounds }) => rounds.some(({ turns }) => turns.some(({ speaker }) => speaker === 'candidate')))
    .map(({ createdAt, kitTitle }) => ({
      feature: 'practice',
      model: null,
      server: null,
      at: createdAt.toISOString(),
      counted: false,
      detail: `${kitTitle['zh-CN']} · ${kitTitle.en}`,
    }));

/** Whether this database has such a table, and lets the keeper read it. */
export async function mayRead(tables: Tables, table: string): Promise<boolean> {
  const [row] = (await tables.execute(
    sql`SELECT has_table_privilege(current_user, to_regclass(${table})::oid, 'SELECT') AS readable`,
  )) as unknown as { readable: boolean | null }[];
  return row?.readable === true;
}

/** The log of what a model was used for. */
async function ofAdvisory(tables: Tables, candidateId: string): Promise<AiUse> {
  if (!(await mayRead(tables, 'viva.ai_use'))) return [];
  const rows = (await tables.execute(
    sql`SELECT purpose, model, server, at::text, counted, concat_ws(' ', prompt, prompt_hash, strategy) AS detail
        FROM viva.ai_use WHERE candidate_id = ${candidateId}::uuid ORDER BY at`,
  )) as unknown as {
    purpose: string;
    model: string;
    server: string | null;
    at: string;
    counted: boolean;
    detail: string;
  }[];
  return rows.map(({ purpose, at, ...row }) => ({
    feature: purpose,
    ...row,
    at: new Date(at).toISOString(),
  }));
}

export const readAiUse = async (
  tables: Tables,
  candidateId: string,
  practices: readonly PracticeRow[],
): Promise<AiUse> => [...ofPractice(practices), ...(await ofAdvisory(tables, candidateId))];
