/** One search over everything that the actor may see: row-level security leaves out the rest. */

import type { z } from '@hono/zod-openapi';
import { findQuestions } from '@viva/assistant';
import { desc, eq, ilike } from 'drizzle-orm';
import { currentBank } from '../authoring/current-bank.ts';
import type { Actor, Context } from '../context.ts';
import type { SearchHit } from '../contract/decision.ts';
import { MOST_HITS } from '../contract/limits.ts';
import { requireTeam } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import { searchSealed } from './search-sealed.ts';

type Hit = z.infer<typeof SearchHit>;
/** Of each kind. */
const EACH = MOST_HITS / 5;

/** The words around the first match. */
export function excerpt(text: string, query: string, radius = 60): string {
  const at = Math.max(0, text.toLowerCase().indexOf(query.toLowerCase()));
  const from = Math.max(0, at - radius);
  const to = Math.min(text.length, at + query.length + radius);
  return `${from > 0 ? '…' : ''}${text.slice(from, to).replace(/\s+/g, ' ')}${to < text.length ? '…' : ''}`;
}

export async function search(context: Context, actor: Actor, query: string): Promise<Hit[]> {
  requireTeam(actor);
  const pattern = `%${query.replace(/[\\%_]/g, '\\$&')}%`;
  const locale = /\p{Script=Han}/u.test(query) ? 'zh-CN' : 'en';
  return context.store.as(actor.id, async (tables) => {
    const found = await findQuestions(await currentBank(context, tables), query, { locale, limit: EACH });
    const questions: Hit[] = found.map(({ question: { id, text }, snippet }) => ({
      kind: 'question',
      id,
      title: text[locale].title,
      snippet,
      href: `/bank/questions/${id}`,
    }));
    const openings = await tables
      .select()
      .from(t.opening)
      .where(ilike(t.opening.title, pattern))
      .orderBy(desc(t.opening.createdAt), desc(t.opening.id))
      .limit(EACH);
    const candidates = await tables
      .select({ id: t.candidate.id, name: t.candidate.name, opening: t.opening.title })
      .from(t.candidate)
      .innerJoin(t.opening, eq(t.opening.id, t.candidate.openingId))
      .where(ilike(t.candidate.name, pattern))
      .orderBy(t.candidate.name, t.candidate.id)
      .limit(EACH);
    const { ratings, notes } = await searchSealed(context.store.vault, tables, query, EACH);
    const hits: Hit[] = [
      ...questions,
      ...openings.map(
        (row): Hit => ({
          kind: 'opening',
          id: row.id,
          title: row.title,
          snippet: excerpt(row.description, query),
          href: `/openings/${row.id}`,
        }),
      ),
      ...candidates.map(
        (row): Hit => ({
          kind: 'candidate',
          id: row.id,
          title: row.name,
          snippet: row.opening,
          href: `/candidates/${row.id}`,
        }),
      ),
      ...ratings.map(
        ({ rating, rater, candidate }): Hit => ({
          kind: 'rating',
          id: rating.id,
          title: `${candidate} · ${rater}`,
          snippet: excerpt(rating.evidence, query),
          href: `/candidates/${rating.candidateId}`,
        }),
      ),
      ...notes.map(
        ({ note, rater, candidate }): Hit => ({
          kind: 'note',
          id: `${note.candidateId}/${note.raterId}`,
          title: `${candidate} · ${rater}`,
          snippet: excerpt(note.body, query),
          href: `/candidates/${note.candidateId}`,
        }),
      ),
    ];
    return hits;
  });
}
