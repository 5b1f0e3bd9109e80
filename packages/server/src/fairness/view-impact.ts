/** Adverse impact of a closed opening's decisions, from the counts that were taken when it closed. */
import type { z } from '@hono/zod-openapi';
import { adverseImpact } from '@viva/stats';
import { eq } from 'drizzle-orm';
import type { Actor } from '../context.ts';
import { GROUP_ATTRIBUTES, type GroupAttribute, type Impact } from '../contract/fairness.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

/** Null for those who do not lead: the counts are theirs alone. */
export async function viewImpact(
  tables: Tables,
  actor: Actor,
  opening: { id: string; status: string; askGroups: readonly GroupAttribute[] },
): Promise<z.infer<typeof Impact> | null> {
  if (actor.role !== 'owner' && actor.role !== 'lead') return null;
  if (opening.askGroups.length === 0) return { state: 'not-asked', attributes: [] };
  if (opening.status !== 'closed') return { state: 'open', attributes: [] };
  const rows = await tables.select().from(t.groupOutcome).where(eq(t.groupOutcome.openingId, opening.id));
  const attributes = opening.askGroups.flatMap((attribute) => {
    const order: readonly string[] = GROUP_ATTRIBUTES[attribute];
    const outcomes = rows
      .filter((row) => row.attribute === attribute)
      .sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
      .map(({ value, selected, total }) => ({ group: value, selected, total }));
    const { reference, groups } = adverseImpact(outcomes);
    if (reference === null) return [];
    return [
      {
        attribute,
        reference,
        groups: groups.map(({ group, selected, total, rate, ratio, belowFourFifths, test, fragile }) => ({
          group,
          selected,
          total,
          rate,
          ratio,
          below: belowFourFifths,
          p: test?.p ?? null,
          midP: test?.midP ?? null,
          fragile,
        })),
      },
    ];
  });
  return { state: attributes.length > 0 ? 'counted' : 'too-few', attributes };
}
