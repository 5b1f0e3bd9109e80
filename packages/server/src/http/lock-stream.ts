/** The event stream of one candidate: who has locked, sent when it has changed for this reader and at no other time. */
import type { Context as HonoContext } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { LocksEvent } from '../contract/routes.ts';
import type { LockEvents } from '../interview/lock-events.ts';

const HEARTBEAT_MS = 20_000;
/** After a server that stops, its streams come back at about this time, spread so that they do not all come at once. */
const RETRY_MS = 1_000;
const RETRY_SPREAD_MS = 4_000;

/**
 * @param read what this reader may know now
 * @throws what the first reading throws, before the stream begins
 */
export async function streamLocks(
  c: HonoContext,
  events: LockEvents,
  candidateId: string,
  read: () => Promise<LocksEvent>,
): Promise<Response> {
  let pending = false;
  let wake: () => void = () => undefined;
  // Before the first reading: what happens in between must not be lost.
  const stop = events.listen(candidateId, () => {
    pending = true;
    wake();
  });
  let last: string;
  try {
    last = JSON.stringify(await read());
  } catch (error) {
    stop();
    throw error;
  }
  return streamSSE(c, async (stream) => {
    const end = (): void => {
      stop();
      wake();
    };
    stream.onAbort(end);
    events.closing.addEventListener('abort', end);
    const ended = (): boolean => stream.aborted || stream.closed || events.closing.aborted;
    try {
      await stream.writeSSE({ event: 'locks', data: last });
      while (!ended()) {
        if (!pending) {
          const timer = setTimeout(() => wake(), HEARTBEAT_MS);
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          clearTimeout(timer);
        }
        if (ended()) break;
        if (!pending) {
          await stream.write(': still here\n\n');
          continue;
        }
        pending = false;
        const now = JSON.stringify(await read());
        // A nudge that changes nothing for this reader is not sent: even its moment would tell something.
        if (now !== last) await stream.writeSSE({ event: 'locks', data: now });
        last = now;
      }
      if (events.closing.aborted && !stream.aborted)
        await stream.write(`retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS)}\n\n`);
    } catch {
      // The page asks again by itself; where the database failed, the stream ends and says nothing of why.
    } finally {
      stop();
      events.closing.removeEventListener('abort', end);
    }
  });
}
