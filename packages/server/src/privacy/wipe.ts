/** What erasing removes from the database. Texts that are sealed lose their key as well, here and in every backup. */
import { type SQL, sql } from 'drizzle-orm';
import { ERASED } from '../keys/vault.ts';
import { rewriteTables } from '../store/rewrite-tables.ts';
import type { Store, Tables } from '../store/store.ts';

/** Stands where a name was: enough to tell two rows apart, nothing to tell who. */
export const pseudonym = (id: string): string => `#${id.slice(0, 8)}`;

type Run = (statement: SQL) => Promise<unknown>;

/**
 * Takes everything that identifies out of an application. Scores stay with the pseudonym, for the statistics of the
 * panel and of the questions; the sealed texts beside them stay as bytes that nothing opens, because the seals commit
 * to them.
 */
export async function wipeApplication(tables: Tables, id: string, now: string): Promise<void> {
  const run: Run = (statement) => tables.execute(statement);
  await run(sql`UPDATE viva.candidate SET name = ${pseudonym(id)}, email = NULL, person_id = NULL, erased_at = ${now}::timestamptz,
    withdrawn_at = coalesce(withdrawn_at, ${now}::timestamptz), withdrawn_reason = ${ERASED} WHERE id = ${id}::uuid`);
  for (const table of ['draft', 'note', 'work_sample', 'group_answer', 'data_link'])
    await run(sql`DELETE FROM ${sql.raw(`viva.${table}`)} WHERE candidate_id = ${id}::uuid`);
  await run(sql`UPDATE viva.comment SET body = ${ERASED} WHERE candidate_id = ${id}::uuid`);
  await run(sql`UPDATE viva.decision SET reason = ${ERASED} WHERE candidate_id = ${id}::uuid`);
  await run(
    sql`UPDATE viva.reveal SET reason = ${ERASED} WHERE candidate_id = ${id}::uuid AND reason IS NOT NULL`,
  );
  await run(sql`UPDATE viva.interview_session SET place = '' WHERE candidate_id = ${id}::uuid`);
  await run(sql`UPDATE viva.privacy_request SET body = ${ERASED}, answer = CASE WHEN answer IS NULL THEN NULL ELSE ${ERASED} END,
    status = CASE WHEN status = 'open' THEN 'done' ELSE status END, decided_at = coalesce(decided_at, ${now}::timestamptz)
    WHERE candidate_id = ${id}::uuid`);
  // Entries of earlier versions hold the name, a reason or a place in plain text.
  await run(sql`UPDATE viva.audit SET detail = ${ERASED} || (detail::jsonb - 'name' - 'reason' - 'place')::text
    WHERE candidate_id = ${id}::uuid AND detail NOT LIKE 'erased.%' AND (detail::jsonb ?| ARRAY['name', 'reason', 'place'])`);
}

/** Removes an account with its sessions, chats and practice. */
export async function wipePerson(tables: Tables, id: string, now: string): Promise<void> {
  const run: Run = (statement) => tables.execute(statement);
  for (const table of ['chat_turn', 'chat', 'practice', 'invitation'])
    await run(sql`DELETE FROM ${sql.raw(`viva.${table}`)} WHERE person_id = ${id}::uuid`);
  const [person] = (await tables.execute(
    sql`SELECT user_id, email FROM viva.person WHERE id = ${id}::uuid`,
  )) as unknown as { user_id: string | null; email: string }[];
  await run(sql`UPDATE viva.person SET name = ${pseudonym(id)}, email = ${`${id}@erased.invalid`}, user_id = NULL,
    erased_at = ${now}::timestamptz, disabled_at = coalesce(disabled_at, ${now}::timestamptz) WHERE id = ${id}::uuid`);
  if (!person) return;
  await run(
    sql`DELETE FROM viva_auth.account_user WHERE id = ${person.user_id ?? ''} OR email = ${person.email}`,
  );
  await run(sql`DELETE FROM viva_auth.verification WHERE identifier LIKE ${`%${person.email}%`}`);
}

/** Rewrites the tables that held plain personal data, so that the files of an embedded database do not keep old rows. */
export const sweepErased = ({ driver }: Store): Promise<void> =>
  rewriteTables(driver, [
    'viva.candidate',
    'viva.person',
    'viva_auth.account_user',
    'viva.audit',
    'viva.group_answer',
  ]);
