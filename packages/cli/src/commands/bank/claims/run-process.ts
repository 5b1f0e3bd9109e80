/** A process that runs labs, one run after another, as its parent tells it. */
import { runLab, startEngine } from '@viva/labs';
import { findLab } from '../../lab/find-lab.ts';
import type { PlannedRun } from './plan.ts';

export type RunReply =
  | { kind: 'progress'; share: number }
  | { kind: 'done'; measures: Record<string, number | null>; seconds: number }
  | { kind: 'failed'; message: string };

const send = (reply: RunReply): void => void process.send?.(reply);
// Ctrl-C reaches every process of the terminal; the parent decides what becomes of this one.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());

let engine: Promise<unknown> | undefined;

async function run({ lab: id, params, seed }: PlannedRun): Promise<void> {
  const began = performance.now();
  let told = 0;
  engine ??= startEngine('wasm');
  await engine;
  const measures = await runLab(findLab(id), params, {
    seed,
    onProgress: ({ step, steps }) => {
      const now = performance.now();
      if (now - told < 100) return;
      told = now;
      send({ kind: 'progress', share: step / steps });
    },
  });
  send({ kind: 'done', measures: { ...measures }, seconds: (performance.now() - began) / 1000 });
}

process.on('message', (planned: PlannedRun) => {
  run(planned).catch((error: unknown) =>
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
