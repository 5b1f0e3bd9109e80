/** `viva bank check --claims`: runs the experiments behind the bank's claims, in parallel, and says what holds. */
import { availableParallelism } from 'node:os';
import { type AssertionVerdict, type Bank, judge, loadBank, parseAssertion } from '@viva/bank';
import { CommandFailure } from '../../../failure.ts';
import { encodersFolder } from '../../../folders.ts';
import { language } from '../../../terminal/language.ts';
import { duration, Progress } from '../../../terminal/progress.ts';
import { writeOutput } from '../../../terminal/write-output.ts';
import { LABS } from '../../lab/find-lab.ts';
import { cacheFolder, installedLabs, labWorld, openCache, type RunCache, type RunResult } from './cache.ts';
import { type Plan, type PlannedClaim, planClaims, type Selection } from './plan.ts';
import { runAll } from './pool.ts';
import { claimsReport } from './report.ts';

export type ClaimVerdict = 'holds' | 'refuted' | 'failed' | 'not-run';

export interface ClaimResult {
  question: string;
  area: string;
  claim: string;
  text: { 'zh-CN': string; en: string };
  verdict: ClaimVerdict;
  /** Why it failed or was not run. */
  reason?: string;
  lab: string;
  params: Record<string, unknown>;
  vary?: Record<string, Record<string, unknown>>;
  seeds: number[];
  assertions: AssertionVerdict[];
  /** Of all its runs, whether they ran now or earlier. */
  seconds: number;
  /** How many different runs it rests on. */
  runs: number;
  /** How many of its runs came from the cache. */
  cached: number;
}

export interface ClaimsResult {
  claims: ClaimResult[];
  runs: { all: number; cached: number; run: number };
  /** Wall-clock time. */
  seconds: number;
  jobs: number;
  stopped: boolean;
}

export interface ClaimsOptions extends Selection {
  jobs?: number;
  cache: RunCache | undefined;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, note: string) => void;
}

type Outcome = (RunResult & { cached: boolean }) | { failed: string };

function judgeClaim(
  { question, area, claim, runs, bySeed, reason }: PlannedClaim,
  outcomes: ReadonlyMap<string, Outcome>,
): ClaimResult {
  const { check } = claim;
  const base = {
    question,
    area,
    claim: claim.id,
    text: claim.text,
    lab: check.lab,
    params: check.params,
    ...(check.vary ? { vary: check.vary } : {}),
    seeds: check.seeds,
    assertions: [],
    seconds: 0,
    cached: 0,
    runs: 0,
  };
  if (reason !== undefined) return { ...base, verdict: 'not-run', reason };
  const results = new Map<string, RunResult & { cached: boolean }>();
  for (const id of runs) {
    const one = outcomes.get(id);
    if (!one) return { ...base, verdict: 'not-run', reason: 'stopped before it was done' };
    if ('failed' in one) return { ...base, verdict: 'failed', reason: one.failed };
    results.set(id, one);
  }
  // Of several runs held against each other, each measure goes by its run's name and its own.
  const measures = bySeed.map((names) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([name, id]) =>
        Object.entries(results.get(id)?.measures ?? {}).map(([measure, value]) => [
          name ? `${name}.${measure}` : measure,
          value,
        ]),
      ),
    ),
  );
  const assertions = check.assert.map((text) => judge(parseAssertion(text), measures));
  return {
    ...base,
    verdict: assertions.every(({ holds }) => holds) ? 'holds' : 'refuted',
    assertions,
    seconds: [...results.values()].reduce((sum, { seconds }) => sum + seconds, 0),
    cached: [...results.values()].filter(({ cached }) => cached).length,
    runs: results.size,
  };
}

/** Runs what is not in the cache and judges every claim. Never throws for what a lab does. */
export async function runClaims(plan: Plan, options: ClaimsOptions): Promise<ClaimsResult> {
  const { cache, signal = new AbortController().signal, onProgress } = options;
  const began = performance.now();
  const outcomes = new Map<string, Outcome>();
  for (const run of plan.runs) {
    const known = await cache?.read(run);
    if (known) outcomes.set(run.id, { ...known, cached: true });
  }
  const missing = plan.runs.filter(({ id }) => !outcomes.has(id));
  const jobs = Math.max(1, Math.min(options.jobs ?? availableParallelism(), missing.length));
  if (missing.length > 0)
    await runAll(missing, {
      jobs,
      signal,
      onProgress: (done, note) => onProgress?.(done, missing.length, note),
      onResult: async (run, result) => {
        outcomes.set(run.id, 'failed' in result ? result : { ...result, cached: false });
        if (!('failed' in result)) await cache?.write(run, result);
      },
    });
  const cached = plan.runs.length - missing.length;
  return {
    claims: plan.claims.map((claim) => judgeClaim(claim, outcomes)),
    runs: { all: plan.runs.length, cached, run: outcomes.size - cached },
    seconds: (performance.now() - began) / 1000,
    jobs,
    stopped: signal.aborted,
  };
}

export interface ClaimsCommand {
  area?: string;
  question?: string[];
  json?: boolean;
  html?: string;
  lang?: string;
  jobs?: string;
  /** `--no-cache` makes it false, `--cache <folder>` a path. */
  cache?: boolean | string;
}

function refuseUnknown(bank: Bank, { area, question = [] }: ClaimsCommand): void {
  const areas = [...new Set([...bank.questions.values()].map((one) => one.area))].sort();
  if (area !== undefined && !areas.includes(area))
    throw new CommandFailure(`There is no area ${area}. There are: ${areas.join(', ')}.`, 2);
  const unknown = question.find((id) => !bank.questions.has(id));
  if (unknown !== undefined) throw new CommandFailure(`There is no question ${unknown}.`, 2);
}

/** @throws CommandFailure where a claim is refuted or fails: exit code 1; what was stopped ends with 130 */
export async function checkClaims(folder: string, command: ClaimsCommand): Promise<void> {
  const locale = language(command.lang);
  const jobs = command.jobs === undefined ? undefined : Number(command.jobs);
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs >= 1))
    throw new CommandFailure(`--jobs ${command.jobs}: a whole number of at least 1 is needed.`, 2);
  const bank = await loadBank(folder);
  refuseUnknown(bank, command);
  const { area, question = [] } = command;
  const selection = {
    ...(area === undefined ? {} : { area }),
    ...(question.length === 0 ? {} : { questions: question }),
  };
  const plan = planClaims(bank, LABS, selection);
  if (plan.claims.length === 0) throw new CommandFailure('No claim among these questions has a check.', 2);
  const where = typeof command.cache === 'string' ? command.cache : cacheFolder();
  const cache =
    command.cache === false
      ? undefined
      : openCache(where, await installedLabs(await labWorld(folder, encodersFolder())));
  const controller = new AbortController();
  const stop = () => controller.abort(new Error('stopped'));
  process.once('SIGINT', stop);
  let progress: Progress | undefined;
  const result = await runClaims(plan, {
    cache,
    signal: controller.signal,
    ...(jobs === undefined ? {} : { jobs }),
    onProgress: (done, total, note) => {
      progress ??= new Progress({ label: 'Claims', total, format: (runs) => runs.toFixed(1) });
      progress.update(done, note);
    },
  }).finally(() => {
    progress?.done();
    process.off('SIGINT', stop);
  });
  if (command.html !== undefined) {
    await writeOutput(command.html, [claimsReport(bank, result, locale)]);
    console.error(locale === 'zh-CN' ? `已写入：${command.html}` : `Written: ${command.html}`);
  }
  if (command.json) console.log(JSON.stringify(result, null, 2));
  else print(result);
  const bad = result.claims.filter(({ verdict }) => verdict === 'refuted' || verdict === 'failed').length;
  if (result.stopped) process.exitCode = 130;
  else if (bad > 0)
    throw new CommandFailure(
      `${bad} claim${bad === 1 ? ' is' : 's are'} refuted or could not be run to the end.`,
    );
}

const figure = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toPrecision(4)));

function print({ claims, runs, seconds, jobs, stopped }: ClaimsResult): void {
  for (const { question, claim, text, verdict, reason, assertions, seeds } of claims) {
    console.log(`${verdict.padEnd(8)} ${question} · ${claim}: ${text.en}`);
    if (reason) console.log(`         ${reason}`);
    for (const { text: assertion, holds, left, right } of assertions)
      console.log(
        `         ${holds ? '✓' : '✗'} ${assertion}   (${figure(left)} against ${figure(right)}; seeds ${seeds.join(', ')})`,
      );
  }
  const count = (wanted: ClaimVerdict): number => claims.filter(({ verdict }) => verdict === wanted).length;
  console.log(
    `\n${claims.length} claim${claims.length === 1 ? '' : 's'}: ${count('holds')} hold, ${count('refuted')} refuted, ${count('failed')} failed, ${count('not-run')} not run. ${runs.all} runs, ${runs.cached} of them kept from before, ${jobs} at a time, in ${duration(seconds)}.`,
  );
  if (stopped) console.log('Stopped. The runs that are done are kept; the same command goes on from there.');
}
