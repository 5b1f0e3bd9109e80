/** The worker's side of a lab: one call, and the page can train it, draw it, measure it and run it over seeds. */
import { type DrawnSession, type EngineName, type Lab, runLab, startEngine } from '@viva/labs';
import type { Command, LabRequest, Report, SeedsCommand, SeedsReport } from './protocol.ts';
import { driveTraining } from './worker-loop.ts';

/**
 * @param prefer the engine that suits these parameters. Small networks lose more to a GPU's round trips than they win,
 *   so WebAssembly unless the lab says otherwise.
 */
export function serveLab<P, View, Frame>(
  lab: Lab<P, DrawnSession<View, Frame>>,
  prefer: (params: P) => EngineName | 'auto' = () => 'wasm',
): void {
  let hear: (command: Command<LabRequest<P>, View>) => void = () => undefined;
  self.onmessage = ({ data }: MessageEvent<Command<LabRequest<P>, View> | SeedsCommand<P>>) => {
    if (data.kind === 'seeds') void runSeeds(lab, prefer, data);
    else hear(data);
  };
  driveTraining<LabRequest<P>, View, Frame & { engine: string }>(
    {
      post: (report: Report<Frame & { engine: string }>, transfer) => self.postMessage(report, { transfer }),
      listen: (listener) => {
        hear = listener;
      },
    },
    async ({ params, seed }) => {
      const engine = await startEngine(prefer(params));
      const session = await lab.begin(params, seed);
      return {
        get steps() {
          return session.steps;
        },
        get at() {
          return session.at;
        },
        advance: (steps, part) => session.advance(steps, part),
        frame: async (view) => ({ ...(await session.frame(view)), engine }),
        measure: () => session.measure(),
        dispose: () => session.dispose(),
      };
    },
  );
}

/** One seed after another; stopped by ending the worker, which frees everything. */
async function runSeeds<P, View, Frame>(
  lab: Lab<P, DrawnSession<View, Frame>>,
  prefer: (params: P) => EngineName | 'auto',
  { params, from, count }: SeedsCommand<P>,
): Promise<void> {
  const post = (report: SeedsReport): void => self.postMessage(report);
  try {
    const engine = await startEngine(prefer(params));
    for (let seed = from; seed < from + count; seed++) {
      let said = 0;
      const metrics = await runLab(lab, params, {
        seed,
        onProgress: ({ step, steps }) => {
          const now = performance.now();
          if (now - said < 100 && step < steps) return;
          said = now;
          post({ kind: 'seed-progress', seed, share: step / steps });
        },
      });
      post({ kind: 'seed-done', seed, metrics, engine });
    }
    post({ kind: 'seeds-done' });
  } catch (error) {
    post({ kind: 'seeds-failed', message: error instanceof Error ? error.message : String(error) });
  }
}
