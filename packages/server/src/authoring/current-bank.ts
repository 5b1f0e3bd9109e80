/** The bank as new openings take it: the folder's questions, and over them the newest published versions. */
import { type Bank, contentHash, type Kit, type Question } from '@viva/bank';
import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

interface Overlay {
  questionId: string;
  version: number;
  hash: string;
}

/** One folder's bank, the overlay last asked for, and the content of versions by hash: they never change. */
interface Kept {
  key: string;
  bank: Bank;
  versions: Map<string, Question>;
}
const kept = new WeakMap<Bank, Kept>();

/** The newest version of each question that is not retired; questions without one are as the folder has them. */
export async function publishedOverlay(tables: Tables): Promise<Overlay[]> {
  const rows = (await tables.execute(sql`
    SELECT DISTINCT ON (v.question_id) v.question_id, v.version, v.hash FROM viva.question_version v
    WHERE NOT coalesce((SELECT r.retired FROM viva.question_retirement r
      WHERE r.question_id = v.question_id AND r.version = v.version ORDER BY r.ordinal DESC LIMIT 1), false)
    ORDER BY v.question_id, v.version DESC`)) as unknown as {
    question_id: string;
    version: number;
    hash: string;
  }[];
  return rows.map(({ question_id: questionId, version, hash }) => ({ questionId, version, hash }));
}

/** A kit's net time follows from its questions. */
const timed = (kit: Kit, questions: ReadonlyMap<string, Question>): Kit => ({
  ...kit,
  minutes: kit.items.reduce((sum, { question }) => sum + (questions.get(question)?.minutes ?? 0), 0),
});

/** A bank with these questions in place of, or beside, its own. */
export async function overlaid(base: Bank, questions: readonly Question[]): Promise<Bank> {
  const merged = new Map(base.questions);
  for (const question of questions) merged.set(question.id, question);
  const touched = new Set(questions.map(({ id }) => id));
  const kits = new Map(
    [...base.kits].map(([id, kit]) => [
      id,
      kit.items.some(({ question }) => touched.has(question)) ? timed(kit, merged) : kit,
    ]),
  );
  const hash = await contentHash([base.hash, ...questions.map((question) => question.hash).sort()]);
  return { ...base, questions: merged, kits, hash };
}

/**
 * The bank for this moment and this person; the same object for as long as nothing is published or retired, so that
 * search indexes stay. Calibration sets stay with the folder's questions, against which experts scored them.
 */
export async function currentBank({ bank: base }: Pick<Context, 'bank'>, tables: Tables): Promise<Bank> {
  const overlay = await publishedOverlay(tables);
  if (overlay.length === 0) return base;
  const key = overlay.map(({ questionId, version, hash }) => `${questionId}/${version}/${hash}`).join(' ');
  const before = kept.get(base);
  if (before?.key === key) return before.bank;
  const versions = before?.versions ?? new Map<string, Question>();
  const unknown = overlay.filter(({ hash }) => !versions.has(hash));
  if (unknown.length > 0) {
    const rows = await tables
      .select()
      .from(t.questionVersion)
      .where(
        or(
          ...unknown.map(({ questionId, version }) =>
            and(eq(t.questionVersion.questionId, questionId), eq(t.questionVersion.version, version)),
          ),
        ),
      );
    for (const { hash, content } of rows) versions.set(hash, { ...content, hash });
  }
  const questions = overlay.flatMap(({ hash }) => versions.get(hash) ?? []);
  const bank = await overlaid(base, questions);
  kept.set(base, { key, bank, versions });
  return bank;
}

/** Which version a question's hash is: 0 the folder's, null one that is nowhere any more. */
export async function versionNumbers(
  { bank }: Pick<Context, 'bank'>,
  tables: Tables,
  question: string,
  hashes: readonly string[],
): Promise<Map<string, number | null>> {
  const rows =
    hashes.length === 0
      ? []
      : await tables
          .select({ hash: t.questionVersion.hash, version: t.questionVersion.version })
          .from(t.questionVersion)
          .where(
            and(eq(t.questionVersion.questionId, question), inArray(t.questionVersion.hash, [...hashes])),
          );
  const known = new Map(rows.map(({ hash, version }) => [hash, version]));
  const own = bank.questions.get(question)?.hash;
  return new Map(hashes.map((hash) => [hash, known.get(hash) ?? (hash === own ? 0 : null)]));
}
