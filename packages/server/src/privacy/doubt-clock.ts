/** Whether the clock may be believed with what cannot be taken back: one that is years ahead would make everything due. */
import { desc } from 'drizzle-orm';
import * as t from '../store/schema.ts';
import type { Store } from '../store/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Runs are daily. A server that stood still for longer looks the same as a clock that is wrong. */
const LONGEST_PAUSE_DAYS = 30;
/** Once it has gone as time does for so long, somebody would have noticed. A little less than a day, for daily runs. */
const STEADY_MS = 20 * HOUR_MS;

/**
 * Watches the clock beside one that only counts.
 * @param steady milliseconds since some moment, whatever is done to the clock
 * @returns a function that says why the clock is in doubt; undefined where it is not
 */
export function doubtClock(
  store: Store,
  steady: () => number = () => performance.now(),
): () => Promise<string | undefined> {
  let since = { wall: store.clock().getTime(), steady: steady() };
  return async () => {
    const now = { wall: store.clock().getTime(), steady: steady() };
    const elapsed = now.steady - since.steady;
    const jump = now.wall - since.wall - elapsed;
    if (Math.abs(jump) > HOUR_MS) {
      since = now;
      return `it jumped by ${(jump / HOUR_MS).toFixed(1)} hours while the server ran`;
    }
    if (elapsed >= STEADY_MS) return undefined;
    const [last] = await store.asKeeper((tables) =>
      tables.select({ at: t.retentionRun.at }).from(t.retentionRun).orderBy(desc(t.retentionRun.at)).limit(1),
    );
    const days = last ? (now.wall - last.at.getTime()) / DAY_MS : 0;
    return days > LONGEST_PAUSE_DAYS
      ? `the last run was ${Math.floor(days)} days ago by it, on ${last?.at.toISOString().slice(0, 10)}`
      : undefined;
  };
}
