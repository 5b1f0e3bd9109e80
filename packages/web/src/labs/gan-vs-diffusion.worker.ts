/** Trains the lab `gan-vs-diffusion` off the page's thread. */
import {
  type GanVsDiffusionFrame,
  type GanVsDiffusionParams,
  type GanVsDiffusionView,
  ganVsDiffusion,
  startEngine,
} from '@viva/labs';
import type { Command, Report } from './protocol.ts';
import { driveTraining } from './worker-loop.ts';

export interface LabRequest {
  params: GanVsDiffusionParams;
  seed: number;
}
export type LabFrame = GanVsDiffusionFrame & { engine: string };

driveTraining<LabRequest, GanVsDiffusionView, LabFrame>(
  {
    post: (report: Report<LabFrame>, transfer) => self.postMessage(report, { transfer }),
    listen: (hear) => {
      self.onmessage = ({ data }: MessageEvent<Command<LabRequest, GanVsDiffusionView>>) => hear(data);
    },
  },
  async ({ params, seed }) => {
    // Small networks lose more to a GPU's round trips than they win; WebAssembly is the faster one here.
    const engine = await startEngine('wasm');
    const session = await ganVsDiffusion.begin(params, seed);
    return {
      steps: session.steps,
      get at() {
        return session.at;
      },
      advance: (steps) => session.advance(steps),
      frame: async (view) => ({ ...(await session.frame(view)), engine }),
      measure: () => session.measure(),
      dispose: () => session.dispose(),
    };
  },
);
