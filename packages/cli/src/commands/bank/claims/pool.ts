/** Runs labs in processes of their own, as many at a time as there are cores. A lab that crashes takes only its own run along. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunResult } from './cache.ts';
import type { PlannedRun } from './plan.ts';
import type { RunReply } from './run-process.ts';

export interface PoolOptions {
  jobs: number;
  /** Called with the runs that are done, as a sum of shares. */
  onProgress?: (done: number, note: string) => void;
  /** What a run gave, or why it failed. Called once for each run that ended. */
  onResult: (run: PlannedRun, result: RunResult | { failed: string }) => Promise<void> | void;
  signal: AbortSignal;
}

/** From the build, or, in tests, from the source by way of tsx. */
function startProcess(): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  return fork(fileURLToPath(new URL(source ? './run-process.ts' : './run-process.js', import.meta.url)), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: source ? ['--conditions=source', '--import', 'tsx'] : [],
  });
}

/** Runs all; ends early, without error, when the signal is aborted. No process is left behind. */
export async function runAll(
  runs: readonly PlannedRun[],
  { jobs, onProgress, onResult, signal }: PoolOptions,
): Promise<void> {
  const waiting = [...runs];
  const shares = new Map<string, number>();
  const tell = (run: PlannedRun, share: number) => {
    shares.set(run.id, share);
    let done = 0;
    for (const one of shares.values()) done += one;
    onProgress?.(done, `${run.lab} seed ${run.seed}`);
  };
  const one = (child: ChildProcess, run: PlannedRun): Promise<RunResult | { failed: string }> =>
    new Promise((resolve) => {
      const finish = (result: RunResult | { failed: string }) => {
        child.off('message', hear).off('exit', died);
        resolve(result);
      };
      const hear = (message: unknown) => {
        const reply = message as RunReply;
        if (reply.kind === 'progress') tell(run, reply.share);
        else if (reply.kind === 'failed') finish({ failed: reply.message });
        else finish({ measures: reply.measures, seconds: reply.seconds });
      };
      const died = (code: number | null, cause: string | null) =>
        finish({ failed: `its process ended with ${cause ?? `code ${code}`}` });
      child.on('message', hear).on('exit', died);
      child.send(run);
    });
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    const end = () => void child?.kill('SIGKILL');
    signal.addEventListener('abort', end);
    try {
      for (let run = waiting.shift(); run && !signal.aborted; run = waiting.shift()) {
        if (child?.exitCode !== null || child.signalCode !== null) child = startProcess();
        const result = await one(child, run);
        if (signal.aborted) return;
        tell(run, 1);
        await onResult(run, result);
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, runs.length)) }, work));
}
