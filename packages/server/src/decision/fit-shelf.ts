import { eq } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import { DatabaseError } from '../store/driver.ts';
import * as t from '../store/schema.ts';
import type { OpeningFit } from './fit-opening.ts';
import type { FitShelf } from './remember.ts';

/** Keeps an opening's latest fit in the database: for every process, and after a restart. */
export const fitShelf = ({ store }: Pick<Context, 'store'>, actor: Actor, openingId: string): FitShelf => ({
  find: (hash) =>
    store.as(actor.id, async (tables) => {
      const [row] = await tables.select().from(t.openingFit).where(eq(t.openingFit.openingId, openingId));
      return row?.inputHash === hash ? (JSON.parse(row.fit) as OpeningFit) : undefined;
    }),
  keep: async (hash, fit) => {
    const row = { inputHash: hash, fit: JSON.stringify(fit), madeAt: store.clock() };
    try {
      await store.as(actor.id, (tables) =>
        tables
          .insert(t.openingFit)
          .values({ openingId, ...row })
          .onConflictDoUpdate({ target: t.openingFit.openingId, set: row }),
      );
    } catch (error) {
      // The page does not need it: on a full disk, it is made again by the next process that is asked.
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      if (!(cause instanceof DatabaseError)) throw error;
    }
  },
});
