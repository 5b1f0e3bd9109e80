/** `viva bank check --claims`: runs the experiments behind the bank's claims and says what holds. */
import { type AssertionVerdict, type Claim, judge, loadBank, parseAssertion } from '@viva/bank';
import { type Measures, runLab, startEngine } from '@viva/labs';
import { CommandFailure } from '../failure.ts';
import { duration, Progress } from '../terminal/progress.ts';
import { LABS } from './lab/find-lab.ts';

export interface ClaimResult {
  question: string;
  area: string;
  claim: string;
  text: string;
  verdict: 'holds' | 'refuted' | 'not-run';
  /** Why it was not run. */
  reason?: string;
  lab: string;
  params: Record<string, unknown>;
  seeds: number[];
  assertions: AssertionVerdict[];
}

type Checked = { question: string; area: string; claim: Claim & Required<Pick<Claim, 'check'>> };

/** @throws CommandFailure where a claim is refuted: exit code 1 */
export async function checkClaims(
  folder: string,
  { area, json }: { area?: string; json?: boolean },
): Promise<void> {
  const bank = await loadBank(folder);
  const claims = [...bank.questions.values()]
    .filter((question) => area === undefined || question.area === area)
    .flatMap(({ id, area: own, claims: list }) =>
      list.flatMap((claim): Checked[] =>
        claim.check ? [{ question: id, area: own, claim: { ...claim, check: claim.check } }] : [],
      ),
    );
  if (claims.length === 0)
    throw new CommandFailure(
      `No claim ${area === undefined ? '' : `of the area ${area} `}has a check yet. Areas: ${[...new Set([...bank.questions.values()].map((question) => question.area))].sort().join(', ')}.`,
    );
  const began = performance.now();
  await startEngine('wasm');
  // The same experiment serves every claim that names it.
  const done = new Map<string, Promise<Measures>>();
  const runs = new Set(
    claims.flatMap(({ claim: { check } }) => check.seeds.map((seed) => keyOf(check.lab, check.params, seed))),
  );
  const progress = new Progress({ label: 'Claims', total: runs.size });
  let finished = 0;
  const results: ClaimResult[] = [];
  for (const { question, area: own, claim } of claims) {
    const { check } = claim;
    const base = {
      question,
      area: own,
      claim: claim.id,
      text: claim.text.en,
      lab: check.lab,
      params: check.params,
      seeds: check.seeds,
    };
    const lab = LABS.find(({ id }) => id === check.lab);
    const parsed = lab?.params.safeParse(check.params);
    if (!lab || !parsed?.success) {
      const reason = lab
        ? `its settings do not fit: ${parsed?.error?.issues[0]?.message ?? ''}`
        : `there is no lab ${check.lab} yet`;
      results.push({ ...base, verdict: 'not-run', reason, assertions: [] });
      continue;
    }
    const measures: Measures[] = [];
    for (const seed of check.seeds) {
      const key = keyOf(check.lab, check.params, seed);
      let run = done.get(key);
      if (!run) {
        run = runLab(lab, parsed.data, {
          seed,
          onProgress: ({ step, steps }) =>
            progress.update(finished + step / steps, `${question} seed ${seed}`),
        });
        done.set(key, run);
        await run;
        finished++;
      }
      measures.push(await run);
    }
    const assertions = check.assert.map((text) => judge(parseAssertion(text), measures));
    results.push({
      ...base,
      verdict: assertions.every(({ holds }) => holds) ? 'holds' : 'refuted',
      assertions,
    });
  }
  progress.done();
  if (json)
    console.log(JSON.stringify({ claims: results, seconds: (performance.now() - began) / 1000 }, null, 2));
  else print(results, (performance.now() - began) / 1000);
  const refuted = results.filter(({ verdict }) => verdict === 'refuted').length;
  if (refuted > 0) throw new CommandFailure(`${refuted} claim${refuted === 1 ? ' is' : 's are'} refuted.`);
}

const keyOf = (lab: string, params: object, seed: number): string => JSON.stringify([lab, params, seed]);

function print(results: readonly ClaimResult[], seconds: number): void {
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
    `\n${count('holds')} ${count('holds') === 1 ? 'holds' : 'hold'}, ${count('refuted')} refuted, ${count('not-run')} not run, in ${duration(seconds)}.`,
  );
}
