/** Acts an interview out on a recorded disk, cuts the power at random, and opens what is left. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyAudit } from '../../audit/verify.ts';
import { application, place } from '../../keys/sealed-columns.ts';
import type { Vault } from '../../keys/vault.ts';
import type { Driver } from '../../store/driver.ts';
import { migrate } from '../../store/migrate.ts';
import { openPglite } from '../../store/pglite.ts';
import { complete, evidence, openPanel, openWorld } from '../world.ts';
import { chance, readLog, VolatileDisk } from './cut-power.ts';
import type { Recording } from './recording-thread.ts';

/** What a caller was told is kept, and after how many operations of the disk it was told so. */
export type Promised = { at: number } & (
  | { kind: 'draft'; candidate: string; rater: string; question: string; revision: number; evidence: string }
  | { kind: 'submission'; candidate: string; rater: string; questions: number }
  | { kind: 'block'; block: number }
);

export interface Performance {
  log: string;
  /** Operations of the disk altogether, and how many of them made the empty database. */
  operations: number;
  made: number;
  promised: Promised[];
  /** Rows that every block transaction writes: all of them are there, or none. */
  blockRows: number;
  /** Opens what was sealed: the keys are not in the database. */
  vault: Vault;
  remove(): void;
}

const BLOCK_ROWS = 40;
/** A database on a disk that lied may run in circles: this long without an end is a fault too. Sound ones take seconds. */
const PATIENCE_MS = 60_000;

/** A panel of three scores candidates at once, over the API; blocks of rows and checkpoints come in between. */
export async function perform({ candidates = 4 }: { candidates?: number } = {}): Promise<Performance> {
  const folder = mkdtempSync(join(tmpdir(), 'viva-power-'));
  const data = join(folder, 'data');
  const recording: Recording = {
    folder: data,
    log: join(folder, 'log'),
    counter: new Int32Array(new SharedArrayBuffer(4)),
    left: new Int32Array(new SharedArrayBuffer(4)).fill(-1),
  };
  const done = (): number => Atomics.load(recording.counter, 0);
  const driver = await openPglite({
    folder: data,
    thread: new URL('./recording-thread.ts', import.meta.url),
    extra: { recording },
  });
  const made = done();
  const world = await openWorld({ driver });
  const promised: Promised[] = [];
  await driver.script('CREATE TABLE public.block (block integer, part integer, filler text)');
  const lead = await world.addPerson('Lead', 'lead');
  const raters = await Promise.all(['Ann', 'Ben', 'Cao'].map((name) => world.addPerson(name, 'interviewer')));
  const { openingId, questions } = await openPanel(world, lead, raters, 3);
  let blocks = 0;
  const writeBlock = async (): Promise<void> => {
    const block = ++blocks;
    await driver.transaction(async (run) => {
      for (const half of [0, 1])
        await run(
          `INSERT INTO public.block SELECT $1, $2 * ${BLOCK_ROWS / 2} + part, repeat(md5(part::text), 30) FROM generate_series(1, ${BLOCK_ROWS / 2}) part`,
          [block, half],
        );
    });
    promised.push({ at: done(), kind: 'block', block });
  };
  for (let round = 0; round < candidates; round++) {
    const { id: candidate } = await world
      .as(lead)
      .addCandidate({ params: { id: openingId }, body: { name: `Candidate ${round}` } });
    await Promise.all(
      raters.map(async (rater) => {
        const api = world.as(rater);
        for (const [index, question] of questions.entries()) {
          const { revision } = await api.saveDraft({
            params: { id: candidate, question },
            body: complete(3, `round ${round}`),
          });
          const told = {
            candidate,
            rater: rater.id,
            question,
            revision,
            evidence: evidence(`round ${round}`),
          };
          promised.push({ at: done(), kind: 'draft', ...told });
          if (index === 1) await writeBlock();
        }
        await api.submitScorecard({ params: { id: candidate } });
        promised.push({
          at: done(),
          kind: 'submission',
          candidate,
          rater: rater.id,
          questions: questions.length,
        });
      }),
    );
    if (round % 2 === 1) await driver.script('CHECKPOINT');
    // Old blocks change, so that pages written before the checkpoint are torn after it.
    await driver.transaction((run) =>
      run(`UPDATE public.block SET filler = filler || 'x' WHERE part % 3 = $1`, [round % 3]),
    );
  }
  if (world.faults.length > 0) throw world.faults[0];
  await driver.close();
  return {
    log: recording.log,
    operations: done(),
    made,
    promised,
    blockRows: BLOCK_ROWS,
    vault: world.context.store.vault,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Finding {
  seed: number;
  /** Operations before the cut, of all. */
  cut: number;
  /** Promises that stood when the power went. */
  promised: number;
  /** From opening the folder to the first answer, milliseconds. */
  recovery: number;
  /** What is wrong; empty when all is well. */
  faults: string[];
}

/** Everything promised before the cut is there, nothing half-done shows, the audit log is whole, writing goes on. */
async function inspect(
  driver: Driver,
  promised: readonly Promised[],
  { blockRows, vault }: Performance,
): Promise<string[]> {
  const faults: string[] = [];
  const ask = async (sql: string): Promise<unknown[][]> => (await driver.transaction((run) => run(sql))).rows;
  await migrate(driver);
  const hasBlocks = (await ask(`SELECT to_regclass('public.block') IS NOT NULL`))[0]?.[0] === true;
  if (hasBlocks) {
    const blocks = new Map(
      (await ask('SELECT block, count(*)::int FROM public.block GROUP BY block')).map(([block, rows]) => [
        block,
        rows,
      ]),
    );
    for (const [block, rows] of blocks)
      if (rows !== blockRows) faults.push(`block ${block} is half there: ${rows} of ${blockRows} rows`);
    for (const promise of promised)
      if (promise.kind === 'block' && !blocks.has(promise.block))
        faults.push(`block ${promise.block} is lost`);
  } else if (promised.some(({ kind }) => kind === 'block')) faults.push('the table of blocks is lost');
  const drafts = new Map(
    (await ask('SELECT candidate_id, rater_id, question_id, revision, evidence FROM viva.draft')).map(
      ([candidate, rater, question, revision, text]) => [
        `${candidate} ${rater} ${question}`,
        { revision, text },
      ],
    ),
  );
  const ratings = new Map(
    (await ask('SELECT candidate_id, rater_id, count(*)::int FROM viva.rating GROUP BY 1, 2')).map(
      ([candidate, rater, rows]) => [`${candidate} ${rater}`, rows],
    ),
  );
  const submissions = new Set(
    (await ask('SELECT candidate_id, rater_id FROM viva.submission')).map(
      ([candidate, rater]) => `${candidate} ${rater}`,
    ),
  );
  for (const promise of promised) {
    if (promise.kind === 'block') continue;
    const scorecard = `${promise.candidate} ${promise.rater}`;
    if (promise.kind === 'submission') {
      if (!submissions.has(scorecard)) faults.push(`the submission ${scorecard} is lost`);
      continue;
    }
    // A submission turns drafts into ratings.
    if (submissions.has(scorecard)) continue;
    const held = drafts.get(`${scorecard} ${promise.question}`);
    if (!held || Number(held.revision) < promise.revision) {
      faults.push(`the draft ${scorecard} ${promise.question} is lost`);
      continue;
    }
    const { candidate, rater, question } = promise;
    const where = place('draft', 'evidence', candidate, rater, question);
    const text = await vault.open(application(candidate), where, String(held.text));
    if (text !== promise.evidence) faults.push(`the draft ${scorecard} ${question} says something else`);
  }
  const questions = promised.find((promise) => promise.kind === 'submission')?.questions;
  for (const scorecard of submissions)
    if (questions !== undefined && ratings.get(scorecard) !== questions)
      faults.push(`the submission ${scorecard} has ${ratings.get(scorecard)} of ${questions} ratings`);
  for (const scorecard of ratings.keys())
    if (!submissions.has(scorecard)) faults.push(`ratings of ${scorecard} without a submission`);
  for (const { seq, what } of (await verifyAudit(driver)).faults) faults.push(`audit ${seq}: ${what}`);
  await driver.transaction((run) => run('CREATE TABLE public.after_the_cut (n integer)'));
  return faults;
}

export interface CutOptions {
  /** Flushes that the disk only pretends to do. */
  deaf?: RegExp;
  /** How many of the cuts come while the empty database is made. */
  duringMaking?: number;
  /** Opens the copies on the disk, to time recovery; else in memory, where the system has such a folder. */
  onDisk?: boolean;
}

/** Cuts the power once for every seed, at a random operation, and inspects what is left. */
export async function cutPower(
  play: Performance,
  seeds: readonly number[],
  { deaf, duringMaking = 0, onDisk = false }: CutOptions = {},
): Promise<Finding[]> {
  const { log, operations, made, promised } = play;
  const cuts = seeds
    .map((seed, index) => {
      const random = chance(seed);
      const [from, to] = index < duringMaking ? [0, made] : [made, operations];
      return { seed, random, cut: from + Math.floor(random() * (to - from + 1)) };
    })
    .sort((a, b) => a.cut - b.cut);
  const disk = new VolatileDisk(deaf ? { deaf } : {});
  const findings: Finding[] = [];
  const inMemory = !onDisk && existsSync('/dev/shm');
  const left = mkdtempSync(join(inMemory ? '/dev/shm' : tmpdir(), 'viva-cut-'));
  try {
    const entries = readLog(log);
    let applied = 0;
    for (const { seed, random, cut } of cuts) {
      for (; applied < cut; applied++) {
        const entry = entries.next();
        if (entry.done) break;
        disk.apply(entry.value);
      }
      const folder = join(left, String(seed));
      disk.write(folder, random);
      // What the disk held after a cut is on the disk.
      if (!inMemory) execFileSync('sync', ['-f', folder]);
      const stood = promised.filter(({ at }) => at <= cut);
      const finding: Finding = { seed, cut, promised: stood.length, recovery: 0, faults: [] };
      findings.push(finding);
      try {
        const began = performance.now();
        const driver = await openPglite({ folder, signal: AbortSignal.timeout(PATIENCE_MS) });
        finding.recovery = performance.now() - began;
        try {
          finding.faults = await inspect(driver, stood, play);
        } finally {
          await driver.close();
        }
      } catch (error) {
        finding.faults.push(`it does not open or answer: ${(error as Error).message}`);
      }
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    rmSync(left, { recursive: true, force: true });
  }
  return findings;
}
