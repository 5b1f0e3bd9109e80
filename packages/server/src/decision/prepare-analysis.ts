/** Makes an opening's analysis ahead of whoever looks first: a reveal brings ratings that no earlier one has seen. */
import type { Actor, Context } from '../context.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import type { Store } from '../store/store.ts';
import { decisionReport } from './report.ts';

/** Reveals come together, e.g. when the last of a panel hands in the afternoon's scorecards. */
const WAIT_MS = 500;
const queues = new WeakMap<Store, Map<string, Actor>>();

/**
 * Soon, in the background, and once for all that were asked for meanwhile.
 * @param actor sees the opening; nothing is read but what this person may read
 * @param candidateId who was revealed, or withdrawn
 */
export function prepareAnalysis(context: Context, actor: Actor, candidateId: string): void {
  const queue = queues.get(context.store);
  if (queue) {
    queue.set(candidateId, actor);
    return;
  }
  const fresh = new Map([[candidateId, actor]]);
  queues.set(context.store, fresh);
  setTimeout(() => void work(context, fresh), WAIT_MS).unref();
}

async function work(context: Context, queue: Map<string, Actor>): Promise<void> {
  const { store } = context;
  // What fails here is made again for the first who looks, who is told what is wrong.
  try {
    while (queue.size > 0) {
      const asked = [...queue];
      queue.clear();
      const openings = new Map<string, Actor>();
      for (const [candidateId, actor] of asked)
        openings.set(
          (await store.as(actor.id, (tables) => findCandidate(tables, candidateId))).openingId,
          actor,
        );
      for (const [openingId, actor] of openings) await decisionReport(context, actor, openingId, { top: 1 });
    }
  } catch {
  } finally {
    queues.delete(store);
  }
}
