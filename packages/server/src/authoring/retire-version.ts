import { and, desc, eq } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import { conflict, notFound } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { lockQuestion } from './view-proposal.ts';
import { authoredQuestion, readVersion } from './view-question.ts';

/**
 * Keeps a published version out of new openings, or lets it in again. Those that have pinned it keep it. With every
 * version retired the bank folder's counts again; a question that the folder does not have is then no longer offered.
 */
export async function retireVersion(
  context: Context,
  actor: Actor,
  question: string,
  number: string,
  { retired, reason }: { retired: boolean; reason: string },
) {
  requireLead(actor);
  const { store } = context;
  const version = readVersion(number);
  return store.as(actor.id, async (tables) => {
    if (version === 0 && context.bank.questions.has(question))
      throw conflict(
        'folder-version',
        'The bank folder’s version is what is left when all others are retired.',
      );
    await lockQuestion(tables, question);
    const of = and(eq(t.questionVersion.questionId, question), eq(t.questionVersion.version, version));
    const [row] = Number.isInteger(version)
      ? await tables.select({ hash: t.questionVersion.hash }).from(t.questionVersion).where(of)
      : [];
    if (!row) throw notFound('version');
    const [last] = await tables
      .select({ ordinal: t.questionRetirement.ordinal, retired: t.questionRetirement.retired })
      .from(t.questionRetirement)
      .where(and(eq(t.questionRetirement.questionId, question), eq(t.questionRetirement.version, version)))
      .orderBy(desc(t.questionRetirement.ordinal))
      .limit(1);
    if ((last?.retired ?? false) === retired)
      throw conflict(
        'retired-already',
        retired ? 'This version is retired already.' : 'This version is not retired.',
      );
    await tables.insert(t.questionRetirement).values({
      questionId: question,
      version,
      ordinal: (last?.ordinal ?? 0) + 1,
      retired,
      reason,
      decidedBy: actor.id,
      at: store.clock(),
    });
    await appendAudit(store, tables, {
      action: retired ? 'question.retired' : 'question.restored',
      subject: `question/${question}`,
      detail: { version, hash: row.hash, reason },
    });
    return authoredQuestion(context, tables, question);
  });
}
