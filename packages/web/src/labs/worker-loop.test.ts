import { describe, expect, it } from 'vitest';
import type { Command, Report, TrainingSession } from './protocol.ts';
import { buffersOf, driveTraining } from './worker-loop.ts';

interface Frame {
  xy: Float32Array;
  asked: string;
}

/** A worker without a worker: sessions that count, a page that answers when told to. */
function bench(steps = 100, draws = true) {
  const reports: Report<Frame>[] = [];
  const alive = new Set<object>();
  let hear: (command: Command<{ fail?: boolean }, string>) => void = () => undefined;
  let overlapping = 0;
  let busy = false;
  driveTraining<{ fail?: boolean }, string, Frame>(
    {
      post: (report) => {
        reports.push(report);
        if (draws && report.kind === 'frame') setTimeout(() => hear({ kind: 'drawn' }));
      },
      listen: (listener) => {
        hear = listener;
      },
    },
    async ({ fail }) => {
      let at = 0;
      const session: TrainingSession<string, Frame> = {
        steps,
        get at() {
          return at;
        },
        advance: async (count) => {
          if (busy) overlapping++;
          busy = true;
          await new Promise((done) => setTimeout(done, 1));
          if (fail) throw new Error('The device was lost.');
          at = Math.min(steps, at + count);
          busy = false;
        },
        frame: async (view) => ({ xy: new Float32Array(2).fill(at), asked: view }),
        measure: async () => ({ at }),
        dispose: () => alive.delete(session),
      };
      alive.add(session);
      return session;
    },
  );
  const frames = () => reports.filter((one) => one.kind === 'frame');
  return {
    send: (command: Parameters<typeof hear>[0]) => hear(command),
    reports,
    frames,
    alive,
    overlaps: () => overlapping,
  };
}

const until = (holds: () => boolean) => expect.poll(holds, { timeout: 4000, interval: 5 }).toBe(true);

describe('the training loop', () => {
  it('shows the start, trains to the end when played, and says that it has stopped', async () => {
    const page = bench();
    page.send({ kind: 'start', request: {}, view: 'all' });
    await until(() => page.frames().length === 1);
    expect(page.frames()[0]).toMatchObject({ step: 0, running: false });
    page.send({ kind: 'play', speed: 0 });
    await until(() => page.frames().at(-1)?.step === 100 && page.frames().at(-1)?.running === false);
  });

  it('pauses, steps one by one, and answers a new view without training', async () => {
    const page = bench(1000);
    page.send({ kind: 'start', request: {}, view: 'a' });
    page.send({ kind: 'play', speed: 1 });
    await until(() => (page.frames().at(-1)?.step ?? 0) >= 3);
    page.send({ kind: 'pause' });
    await until(() => page.frames().at(-1)?.running === false);
    const { step = 0 } = page.frames().at(-1) ?? {};
    page.send({ kind: 'step' });
    await until(() => page.frames().at(-1)?.step === step + 1);
    page.send({ kind: 'view', view: 'b' });
    await until(() => page.frames().at(-1)?.frame.asked === 'b');
    expect(page.frames().at(-1)?.step).toBe(step + 1);
  });

  it('measures where it stands, and stops for it', async () => {
    const page = bench(1000);
    page.send({ kind: 'start', request: {}, view: 'a' });
    page.send({ kind: 'play', speed: 1 });
    await until(() => (page.frames().at(-1)?.step ?? 0) >= 2);
    page.send({ kind: 'measure' });
    await until(() => page.reports.some((one) => one.kind === 'measures'));
    const found = page.reports.find((one) => one.kind === 'measures');
    expect(found).toMatchObject({ measures: { at: found?.kind === 'measures' ? found.step : -1 } });
    await until(() => page.frames().at(-1)?.running === false);
  });

  it('never sends a frame before the last one is drawn', async () => {
    const page = bench(1000, false);
    page.send({ kind: 'start', request: {}, view: 'a' });
    page.send({ kind: 'play', speed: 0 });
    await new Promise((done) => setTimeout(done, 120));
    expect(page.frames()).toHaveLength(1);
    page.send({ kind: 'drawn' });
    await until(() => page.frames().length === 2);
  });

  it('frees the former run when another starts, and the last when it stops; steps never overlap', async () => {
    const page = bench(100_000);
    for (let n = 0; n < 5; n++) {
      page.send({ kind: 'start', request: {}, view: 'a' });
      page.send({ kind: 'play', speed: 0 });
      await new Promise((done) => setTimeout(done, 20));
    }
    await until(() => page.alive.size === 1);
    page.send({ kind: 'stop' });
    await until(() => page.alive.size === 0);
    expect(page.overlaps()).toBe(0);
  });

  it('says what failed, and can start again', async () => {
    const page = bench();
    page.send({ kind: 'start', request: { fail: true }, view: 'a' });
    page.send({ kind: 'play', speed: 0 });
    await until(() =>
      page.reports.some((one) => one.kind === 'failed' && one.message === 'The device was lost.'),
    );
  });

  it('hands over every buffer once', () => {
    const shared = new Float32Array(4);
    const found = buffersOf({ a: shared, b: [shared.subarray(1), new Uint8Array(2)], c: 3, d: null });
    expect(found.size).toBe(2);
  });
});
