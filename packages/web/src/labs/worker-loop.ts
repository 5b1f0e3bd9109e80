/**
 * Drives a training session in a worker: trains in slices short enough to hear the page in between, sends a frame when
 * the page has drawn the last one, measures the rate, and frees whatever it stops.
 */
import type { Command, Report, TrainingSession } from './protocol.ts';

/** Milliseconds of training between two looks at the mailbox. */
const SLICE = 24;
/** Pictures may take this share of the time that goes into training, so that drawing does not make it slow. */
const PICTURES = 0.3;
/** Milliseconds between two frames at least: thirty a second look smooth, and leave the page's thread its time. */
const BETWEEN = 30;

interface Port<Request, View, Frame> {
  post: (report: Report<Frame>, transfer: Transferable[]) => void;
  listen: (hear: (command: Command<Request, View>) => void) => void;
  now?: () => number;
  /** Lets messages in. */
  breathe?: () => Promise<void>;
}

const breatheOnce = (): Promise<void> =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });

/** Every buffer of typed arrays in a value, to hand over instead of copying. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (Array.isArray(value)) for (const one of value) buffersOf(one, found);
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) buffersOf(one, found);
  return found;
}

export function driveTraining<Request, View, Frame>(
  { post, listen, now = () => performance.now(), breathe = breatheOnce }: Port<Request, View, Frame>,
  begin: (request: Request) => Promise<TrainingSession<View, Frame>>,
): void {
  let session: TrainingSession<View, Frame> | null = null;
  let view: View | null = null;
  let running = false;
  let speed = 0;
  /** The page is still drawing: what it did not ask for would pile up. */
  let awaited = false;
  let stale = false;
  let rate: number | null = null;
  /** Commands that touch the session queue behind each other. */
  let queue: Promise<void> = Promise.resolve();
  let generation = 0;

  let drawn = { at: Number.NEGATIVE_INFINITY, cost: 0 };

  const send = async (): Promise<void> => {
    if (!session || view === null) return;
    if (awaited) {
      stale = true;
      return;
    }
    awaited = true;
    stale = false;
    const began = now();
    const frame = await session.frame(view);
    drawn = { at: now(), cost: now() - began };
    post({ kind: 'frame', step: session.at, steps: session.steps, rate, running, frame }, [
      ...buffersOf(frame),
    ]);
  };
  const later = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch((error: unknown) => {
      running = false;
      post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }, []);
    });
  };

  const train = async (mine: number): Promise<void> => {
    let since = now();
    let done = 0;
    while (running && session && mine === generation && session.at < session.steps) {
      const slice = now();
      if (speed > 0) {
        if (!awaited) {
          await session.advance(speed);
          done += speed;
          await send();
        }
      } else {
        // Grows to fill the slice, so that fast models are not held up by the mailbox.
        let batch = 1;
        do {
          await session.advance(Math.min(batch, session.steps - session.at));
          done += batch;
          batch *= 2;
        } while (running && session.at < session.steps && now() - slice < SLICE / 2);
        if (now() - drawn.at >= Math.max(BETWEEN, drawn.cost / PICTURES)) await send();
      }
      const elapsed = now() - since;
      if (elapsed > 500) {
        rate = (1000 * done) / elapsed;
        since = now();
        done = 0;
      }
      await breathe();
    }
    if (mine === generation && session && session.at >= session.steps) running = false;
    stale = true;
    if (!awaited) await send();
  };

  listen((command) => {
    if (command.kind === 'drawn') {
      awaited = false;
      if (stale && !running) later(send);
    } else if (command.kind === 'pause') running = false;
    else if (command.kind === 'play') {
      speed = command.speed;
      if (running) return;
      running = true;
      const mine = generation;
      later(() => train(mine));
    } else if (command.kind === 'view') {
      view = command.view;
      if (!running) later(send);
    } else if (command.kind === 'measure') {
      running = false;
      later(async () => {
        if (session) post({ kind: 'measures', step: session.at, measures: await session.measure() }, []);
        await send();
      });
    } else if (command.kind === 'step') {
      running = false;
      later(async () => {
        if (session && session.at < session.steps) await session.advance(1, command.part);
        await send();
      });
    } else {
      running = false;
      generation++;
      later(async () => {
        session?.dispose();
        session = null;
        if (command.kind === 'stop') return;
        view = command.view;
        rate = null;
        awaited = false;
        session = await begin(command.request);
        await send();
      });
    }
  });
}
