/** The bank as new openings take it: the folder's questions, and over them the newest published versions. */
import { type Bank, contentHash, type Kit, type Question, type QuestionContent } from '@viva/bank';
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
const kept = { team: new WeakMap<Bank, Kept>(), practice: new WeakMap<Bank, Kept>() };

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

type Contents = (wanted: readonly Overlay[]) => Promise<{ hash: string; content: QuestionContent }[]>;

/** The same object for as long as nothing is published or retired, so that search indexes stay. */
async function overlaidBy(
  base: Bank,
  overlay: readonly Overlay[],
  cache: WeakMap<Bank, Kept>,
  contents: Contents,
): Promise<Bank> {
  if (overlay.length === 0) return base;
  const key = overlay.map(({ questionId, version, hash }) => `${questionId}/${version}/${hash}`).join(' ');
  const before = cache.get(base);
  if (before?.key === key) return before.bank;
  const versions = before?.versions ?? new Map<string, Question>();
  const unknown = overlay.filter(({ hash }) => !versions.has(hash));
  if (unknown.length > 0)
    for (const { hash, content } of await contents(unknown)) versions.set(hash, { ...content, hash });
  const questions = overlay.flatMap(({ hash }) => versions.get(hash) ?? []);
  const bank = await overlaid(base, questions);
  cache.set(base, { key, bank, versions });
  return bank;
}

/**
 * The bank for this moment and this person. Calibration sets stay with the folder's questions, against which experts
 * scored them.
 */
export async function currentBank({ bank: base }: Pick<Context, 'bank'>, tables: Tables): Promise<Bank> {
  return overlaidBy(base, await publishedOverlay(tables), kept.team, (wanted) =>
    tables
      .select({ hash: t.questionVersion.hash, content: t.questionVersion.content })
      .from(t.questionVersion)
      .where(
        or(
          ...wanted.map(({ questionId, version }) =>
            and(eq(t.questionVersion.questionId, questionId), eq(t.questionVersion.version, version)),
          ),
        ),
      ),
  );
}

/**
 * The bank to practise from, for candidates too: the database hands out no version of a question that this person will
 * be asked for real.
 */
export async function practiceBank({ bank: base }: Pick<Context, 'bank'>, tables: Tables): Promise<Bank> {
  const rows = (await tables.execute(
    sql`SELECT question_id, version, hash FROM viva.practisable_versions()`,
  )) as unknown as { question_id: string; version: number; hash: string }[];
  const overlay = rows.map(({ question_id: questionId, version, hash }) => ({ questionId, version, hash }));
  return overlaidBy(
    base,
    overlay,
    kept.practice,
    async (wanted) =>
      (await tables.execute(
        sql`SELECT hash, content FROM viva.practisable_versions() WHERE ${inArray(
          sql`hash`,
          wanted.map(({ hash }) => hash),
        )}`,
      )) as unknown as { hash: string; content: QuestionContent }[],
  );
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
