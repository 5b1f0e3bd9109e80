/** A question as its authors see it: versions, who uses it, what happened to it. */
import type { z } from '@hono/zod-openapi';
import { questionFolder } from '@viva/bank';
import { and, asc, count, desc, eq } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Actor, Context } from '../context.ts';
import type {
  AuthoredQuestion,
  QuestionFolder,
  QuestionVersion,
  VersionContent,
  Vocabulary,
} from '../contract/authoring.ts';
import { MOST_EVENTS, MOST_USES } from '../contract/limits.ts';
import { notFound } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { currentBank } from './current-bank.ts';
import { liveProposal, takenIds } from './view-proposal.ts';

/** Versions newest first, the bank folder's last. */
async function listVersions(
  context: Context,
  tables: Tables,
  question: string,
  pinned: ReadonlyMap<string, number>,
): Promise<z.infer<typeof QuestionVersion>[]> {
  const author = alias(t.person, 'author');
  const publisher = alias(t.person, 'publisher');
  const rows = await tables
    .select({ version: t.questionVersion, author: author.name, publisher: publisher.name })
    .from(t.questionVersion)
    .innerJoin(author, eq(author.id, t.questionVersion.authorId))
    .innerJoin(publisher, eq(publisher.id, t.questionVersion.publishedBy))
    .where(eq(t.questionVersion.questionId, question))
    .orderBy(desc(t.questionVersion.version));
  const retirements = await tables
    .select({ row: t.questionRetirement, by: t.person.name })
    .from(t.questionRetirement)
    .innerJoin(t.person, eq(t.person.id, t.questionRetirement.decidedBy))
    .where(eq(t.questionRetirement.questionId, question))
    .orderBy(asc(t.questionRetirement.ordinal));
  // The last word on each version.
  const said = new Map(retirements.map((one) => [one.row.version, one]));
  const current = (await currentBank(context, tables)).questions.get(question)?.hash;
  const versions = rows.map(({ version: row, author: by, publisher: second }) => {
    const last = said.get(row.version);
    return {
      version: row.version,
      hash: row.hash,
      current: false,
      summary: row.summary,
      author: by,
      publishedBy: second,
      publishedAt: row.publishedAt.toISOString(),
      proposal: row.proposalId,
      retired: last?.row.retired
        ? { by: last.by, reason: last.row.reason, at: last.row.at.toISOString() }
        : null,
      openings: pinned.get(row.hash) ?? 0,
    };
  });
  const own = context.bank.questions.get(question);
  const all = [
    ...versions,
    ...(own
      ? [
          {
            version: 0,
            hash: own.hash,
            current: false,
            summary: '',
            author: null,
            publishedBy: null,
            publishedAt: null,
            proposal: null,
            retired: null,
            openings: pinned.get(own.hash) ?? 0,
          },
        ]
      : []),
  ];
  // The newest that is not retired, should two have the same hash.
  const taken = all.find(({ hash, retired }) => hash === current && !retired);
  return all.map((one) => ({ ...one, current: one === taken }));
}

export async function authoredQuestion(
  context: Context,
  tables: Tables,
  question: string,
): Promise<z.infer<typeof AuthoredQuestion>> {
  const uses = await tables
    .select({
      id: t.opening.id,
      title: t.opening.title,
      status: t.opening.status,
      hash: t.openingItem.questionHash,
    })
    .from(t.openingItem)
    .innerJoin(t.opening, eq(t.opening.id, t.openingItem.openingId))
    .where(eq(t.openingItem.questionId, question))
    .orderBy(desc(t.opening.createdAt), desc(t.opening.id))
    .limit(MOST_USES);
  const pinned = new Map(
    (
      await tables
        .select({ hash: t.openingItem.questionHash, n: count() })
        .from(t.openingItem)
        .innerJoin(t.opening, eq(t.opening.id, t.openingItem.openingId))
        .where(eq(t.openingItem.questionId, question))
        .groupBy(t.openingItem.questionHash)
    ).map(({ hash, n }) => [hash, n]),
  );
  const versions = await listVersions(context, tables, question, pinned);
  if (versions.length === 0) throw notFound('question');
  const [newest] = versions;
  const bank = await currentBank(context, tables);
  const text =
    bank.questions.get(question)?.text ??
    (await findVersion(context, tables, question, newest?.version ?? 0)).content.text;
  const number = new Map(versions.map(({ hash, version }) => [hash, version]));
  const history = await tables
    .select({
      at: t.audit.at,
      actor: t.person.name,
      action: t.audit.action,
      subject: t.audit.subject,
      detail: t.audit.detail,
    })
    .from(t.audit)
    .leftJoin(t.person, eq(t.person.id, t.audit.actorId))
    .where(eq(t.audit.subject, `question/${question}`))
    .orderBy(desc(t.audit.seq))
    .limit(MOST_EVENTS);
  return {
    question,
    title: { 'zh-CN': text['zh-CN'].title, en: text.en.title },
    versions,
    live: await liveProposal(tables, question),
    openings: uses.map((use) => ({ ...use, version: number.get(use.hash) ?? null })),
    kits: [...bank.kits.values()].flatMap(({ id, text: kit, items }) => {
      const item = items.find((one) => one.question === question);
      return item
        ? [{ id, title: { 'zh-CN': kit['zh-CN'].title, en: kit.en.title }, weight: item.weight }]
        : [];
    }),
    history: history.map(({ at, detail, ...row }) => ({
      ...row,
      at: at.toISOString(),
      detail: JSON.parse(detail) as Record<string, unknown>,
    })),
  };
}

async function findVersion(
  { bank }: Context,
  tables: Tables,
  question: string,
  version: number,
): Promise<z.infer<typeof VersionContent>> {
  if (version === 0) {
    const own = bank.questions.get(question);
    if (!own) throw notFound('version');
    const { hash, ...content } = own;
    return { version, hash, content };
  }
  const [row] = Number.isInteger(version)
    ? await tables
        .select({ hash: t.questionVersion.hash, content: t.questionVersion.content })
        .from(t.questionVersion)
        .where(and(eq(t.questionVersion.questionId, question), eq(t.questionVersion.version, version)))
    : [];
  if (!row) throw notFound('version');
  return { version, ...row };
}

/** A version's number as an address has it; anything else is one that there is not. */
export const readVersion = (text: string): number => (/^\d{1,6}$/.test(text) ? Number(text) : Number.NaN);

export async function viewQuestion(context: Context, actor: Actor, question: string) {
  requireLead(actor);
  return context.store.as(actor.id, (tables) => authoredQuestion(context, tables, question));
}

export async function viewVersion(context: Context, actor: Actor, question: string, version: string) {
  requireLead(actor);
  return context.store.as(actor.id, (tables) => findVersion(context, tables, question, readVersion(version)));
}

export async function versionFolder(
  context: Context,
  actor: Actor,
  question: string,
  version: string,
): Promise<z.infer<typeof QuestionFolder>> {
  const { hash, content } = await viewVersion(context, actor, question, version);
  return { hash, files: questionFolder(content as Parameters<typeof questionFolder>[0]) };
}

/** What forms offer. */
export async function vocabulary(context: Context, actor: Actor): Promise<z.infer<typeof Vocabulary>> {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const { questions, competencies } = await currentBank(context, tables);
    const sorted = (values: Iterable<string>) => [...new Set(values)].sort();
    const all = [...questions.values()];
    return {
      areas: sorted(all.map(({ area }) => area)),
      competencies: [...competencies.values()].map(({ id, text }) => {
        const both = (of: 'title' | 'description' | 'boundary') => ({
          'zh-CN': text['zh-CN'][of],
          en: text.en[of],
        });
        return { id, title: both('title'), description: both('description'), boundary: both('boundary') };
      }),
      tags: sorted(all.flatMap(({ tags }) => tags)),
      ids: sorted(await takenIds(context, tables)),
    };
  });
}
