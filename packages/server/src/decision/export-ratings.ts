/** An opening's readable ratings as CSV, one row a rating, in the long form that statistics packages read. */
import { eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { requireTeam } from '../interview/permissions.ts';
import { findOpening } from '../interview/view-opening.ts';
import { readRatings } from '../ratings/list-ratings.ts';
import * as t from '../store/schema.ts';
import { asRatings, readAdvisory } from './advisory-report.ts';

const COLUMNS = [
  'candidate',
  'candidate_id',
  'rater',
  'rater_id',
  'question',
  'score',
  'not_asked',
  'evidence',
  'kind',
  'reason',
  'created_at',
  'counted',
];

/** RFC 4180 quoting; a leading = + - @ is defused, so that a spreadsheet does not run it as a formula. */
export function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What the actor may read: own ratings, and everyone's of revealed candidates. */
export async function exportRatings({ store }: Context, actor: Actor, openingId: string): Promise<string> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    await findOpening(tables, openingId);
    const names = new Map(
      (
        await tables
          .select({ id: t.candidate.id, name: t.candidate.name })
          .from(t.candidate)
          .where(eq(t.candidate.openingId, openingId))
      ).map(({ id, name }) => [id, name]),
    );
    const ratings = await readRatings(store.vault, tables, eq(t.rating.openingId, openingId));
    const given = await readAdvisory(store.vault, tables, openingId, [], [...names.keys()]);
    const counted = given?.setting.counted ?? false;
    const all = [
      ...ratings.map((rating) => ({ ...rating, counted: rating.kind === 'first' ? 'yes' : 'no' })),
      // Marked, so that a file read by a program does not take a model for a member of the panel.
      ...(given ? asRatings(given) : []).map((rating) => ({
        ...rating,
        kind: counted ? 'first' : 'advisory',
        counted: counted ? 'yes' : 'no',
      })),
    ];
    const lines = all.map((rating) =>
      [
        names.get(rating.candidateId) ?? '',
        rating.candidateId,
        rating.raterName,
        rating.raterId,
        rating.question,
        rating.score,
        rating.notAsked,
        rating.evidence,
        rating.kind,
        rating.reason,
        rating.createdAt,
        rating.counted,
      ]
        .map(csvCell)
        .join(','),
    );
    return `\uFEFF${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
  });
}
