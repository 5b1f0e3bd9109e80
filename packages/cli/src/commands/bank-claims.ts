/** `viva bank check --claims`: runs the experiments behind the bank's claims and says what holds. */
import { loadBank } from '@viva/bank';
import { type Measures, runLab, startEngine } from '@viva/labs';
import { CommandFailure } from '../failure.ts';
import { duration, Progress } from '../terminal/progress.ts';
import { type ClaimResult, judgeClaim, planClaims } from './claims/plan.ts';
import { LABS } from './lab/find-lab.ts';

/** @throws CommandFailure where a claim is refuted: exit code 1 */
export async function checkClaims(
  folder: string,
  { area, json }: { area?: string; json?: boolean },
): Promise<void> {
  const bank = await loadBank(folder);
  const questions = [...bank.questions.values()];
  const { claims, runs } = planClaims(
    questions.filter((question) => area === undefined || question.area === area),
    LABS,
  );
  if (claims.length === 0)
    throw new CommandFailure(
      `No claim ${area === undefined ? '' : `of the area ${area} `}has a check yet. Areas: ${[...new Set(questions.map((question) => question.area))].sort().join(', ')}.`,
    );
  const began = performance.now();
  await startEngine('wasm');
  const progress = new Progress({ label: 'Claims', total: runs.size });
  const measures = new Map<string, Measures>();
  for (const { key, lab, params, seed } of runs.values()) {
    const found = await runLab(lab, params, {
      seed,
      onProgress: ({ step, steps }) =>
        progress.update(measures.size + step / steps, `${lab.id} seed ${seed}`),
    });
    measures.set(key, found);
  }
  progress.done();
  const results = claims.map((claim) => judgeClaim(claim, measures));
  const seconds = (performance.now() - began) / 1000;
  if (json) console.log(JSON.stringify({ claims: results, runs: runs.size, seconds }, null, 2));
  else print(results, runs.size, seconds);
  const refuted = results.filter(({ verdict }) => verdict === 'refuted').length;
  if (refuted > 0) throw new CommandFailure(`${refuted} claim${refuted === 1 ? ' is' : 's are'} refuted.`);
}

function print(results: readonly ClaimResult[], runs: number, seconds: number): void {
  const figure = (value: number | null): string =>
    value === null ? '–' : String(Number(value.toPrecision(4)));
  for (const { question, claim, text, verdict, reason, assertions, seeds } of results) {
    console.log(`${verdict.padEnd(8)} ${question} · ${claim}: ${text}`);
    if (reason) console.log(`         ${reason}`);
    for (const { text: assertion, holds, left, right } of assertions)
      console.log(
        `         ${holds ? '✓' : '✗'} ${assertion}   (${figure(left)} against ${figure(right)}; seeds ${seeds.join(', ')})`,
      );
  }
  const count = (wanted: ClaimResult['verdict']): number =>
    results.filter(({ verdict }) => verdict === wanted).length;
  console.log(
    `\n${count('holds')} ${count('holds') === 1 ? 'holds' : 'hold'}, ${count('refuted')} refuted, ${count('not-run')} not run; ${runs} experiments in ${duration(seconds)}.`,
  );
}
