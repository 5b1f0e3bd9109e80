/** Runs the experiment of a claim in the lab's own worker, seed by seed, and judges what it asserts. */
import { type AssertionVerdict, type ClaimCheck, judge, parseAssertion } from '@viva/bank/authoring';
import { LAB_DESCRIPTIONS, type Measures } from '@viva/labs/catalog';
import type { SeedsCommand, SeedsReport } from '../../../labs/protocol.ts';

/** Every lab's worker by its path: a new lab is found by its file's name. */
const WORKERS = import.meta.glob<new () => Worker>('../../../labs/*.worker.ts', {
  query: '?worker',
  import: 'default',
});

const pathOf = (lab: string): string => `../../../labs/${lab}.worker.ts`;

export const canRun = (lab: string): boolean =>
  pathOf(lab) in WORKERS && LAB_DESCRIPTIONS.some(({ id }) => id === lab);

export interface SeedRun {
  seed: number;
  metrics: Measures;
  engine: string;
}

export interface CheckRun {
  seeds: readonly SeedRun[];
  verdicts: readonly AssertionVerdict[];
}

/** The measures that the assertions speak of, in the order of their first mention. */
export const measuresOf = (check: ClaimCheck): string[] => [
  ...new Set(
    check.assert.flatMap((text) => {
      const { left, right } = parseAssertion(text);
      return [left, right].flatMap(({ of }) => (of ? [of.metric] : []));
    }),
  ),
];

/**
 * @param onProgress with the share done, 0 to 1
 * @throws AssertionError, ZodError, or what the worker failed with; AbortError where `signal` ended it
 */
export async function runCheck(
  check: ClaimCheck,
  { onProgress, signal }: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<CheckRun> {
  const assertions = check.assert.map(parseAssertion);
  const description = LAB_DESCRIPTIONS.find(({ id }) => id === check.lab);
  const open = WORKERS[pathOf(check.lab)];
  if (!description || !open) throw new Error(`no lab "${check.lab}"`);
  const params = description.params.parse(check.params);
  const seeds: SeedRun[] = [];
  const worker = new (await open())();
  try {
    for (const [index, seed] of check.seeds.entries()) {
      const metrics = await oneSeed(worker, params, seed, signal, (share) =>
        onProgress((index + share) / check.seeds.length),
      );
      seeds.push(metrics);
    }
  } finally {
    worker.terminate();
  }
  return {
    seeds,
    verdicts: assertions.map((one) =>
      judge(
        one,
        seeds.map(({ metrics }) => metrics),
      ),
    ),
  };
}

function oneSeed(
  worker: Worker,
  params: unknown,
  seed: number,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<SeedRun> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    let found: SeedRun | null = null;
    worker.onmessage = ({ data }: MessageEvent<SeedsReport>) => {
      if (data.kind === 'seed-progress') onProgress(data.share);
      else if (data.kind === 'seed-done')
        found = { seed: data.seed, metrics: data.metrics, engine: data.engine };
      else {
        signal.removeEventListener('abort', stop);
        if (data.kind === 'seeds-done' && found) resolve(found);
        else
          reject(new Error(data.kind === 'seeds-failed' ? data.message : 'the run ended without measures'));
      }
    };
    worker.onerror = ({ message }) => reject(new Error(message || 'the worker failed'));
    const command: SeedsCommand<unknown> = { kind: 'seeds', params, from: seed, count: 1 };
    worker.postMessage(command);
    return undefined;
  });
}
