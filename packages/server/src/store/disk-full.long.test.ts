/**
 * The disk fills up under a running server: a real one where the system lets us mount it, and one that refuses from a
 * random write on. `VIVA_FULL_DISKS=200 VIVA_FULL_SEED=7 npm run test:long` refuses more often, and elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { ApiError } from '../client.ts';
import type { Actor } from '../context.ts';
import { POSTGRES } from '../testing/database.ts';
import { chance } from '../testing/disk/cut-power.ts';
import type { Recording } from '../testing/disk/recording-thread.ts';
import { complete, evidence, openPanel, openWorld, type World } from '../testing/world.ts';
import { openPglite } from './pglite.ts';

const DISKS = Number(process.env.VIVA_FULL_DISKS ?? 10);
const SEED = Number(process.env.VIVA_FULL_SEED ?? 1);
/** The disk is full after at most so many more writes; a save of ours takes one to three. */
const MOST_WRITES = 300;

const folder = mkdtempSync(join(tmpdir(), 'viva-full-'));
const undo: (() => void)[] = [];
afterAll(() => {
  for (const step of undo.reverse()) step();
  rmSync(folder, { recursive: true, force: true });
});

/** A file system of its own, 130 MB in memory; undefined where we may not mount one. */
function mountSmallDisk(): string | undefined {
  const path = join(folder, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=130m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  undo.push(() => execFileSync('umount', ['-l', path]));
  return path;
}

/** One draft as its rater knows it. */
interface Draft {
  rater: Actor;
  candidate: string;
  question: string;
  /** What was acknowledged last; 0 before anything was. */
  revision: number;
  mark: string;
  saves: number;
}

interface Play {
  world: World;
  lead: Actor;
  openingId: string;
  drafts: Draft[];
  /** Applications whose adding was acknowledged. */
  added: string[];
}

async function begin(world: World): Promise<Play> {
  const lead = await world.addPerson('Lead', 'lead');
  const raters = [];
  for (const name of ['Ann', 'Ben', 'Cai']) raters.push(await world.addPerson(name, 'interviewer'));
  const { openingId, questions } = await openPanel(world, lead, raters);
  const { id } = await world
    .as(lead)
    .addCandidate({ params: { id: openingId }, body: { name: 'Candidate' } });
  const drafts = raters.flatMap((rater) =>
    questions.map((question) => ({ rater, candidate: id, question, revision: 0, mark: '', saves: 0 })),
  );
  return { world, lead, openingId, drafts, added: [id] };
}

/** A refusal while the disk is full: 503, with the time after which to come again, and nothing of our insides. */
function expectUnavailable(error: unknown): void {
  const { status, code } = error as ApiError;
  expect({ status, code }).toEqual({
    status: 503,
    code: expect.stringMatching(/^(disk-full|database-unavailable)$/),
  });
}

async function save({ world }: Play, draft: Draft): Promise<void> {
  const mark = `save ${++draft.saves}`;
  const { revision } = await world.as(draft.rater).saveDraft({
    params: { id: draft.candidate, question: draft.question },
    body: { ...complete(3, mark), baseRevision: draft.revision },
  });
  Object.assign(draft, { revision, mark });
}

/** Everybody writes at once until the first is refused. @returns how many writes were acknowledged */
async function writeUntilRefused(play: Play): Promise<number> {
  let acknowledged = 0;
  let full = false;
  const until = async (write: () => Promise<unknown>): Promise<void> => {
    for (let n = 0; !full && n < 50_000; n++)
      try {
        await write();
        acknowledged++;
      } catch (error) {
        full = true;
        expectUnavailable(error);
      }
  };
  await Promise.all([
    ...play.drafts.map((draft) => until(() => save(play, draft))),
    until(async () => {
      const { id } = await play.world
        .as(play.lead)
        .addCandidate({ params: { id: play.openingId }, body: { name: `Number ${play.added.length}` } });
      play.added.push(id);
    }),
  ]);
  if (!full) throw new Error('the disk did not fill up');
  return acknowledged;
}

/** Waits until the server takes requests again. @returns after how many milliseconds */
async function recover({ world }: Play): Promise<number> {
  const began = performance.now();
  for (let attempt = 0; (await world.request(undefined, '/api/health')).status !== 200; attempt++) {
    expect(attempt).toBeLessThan(600);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - began;
}

/** Nothing acknowledged is gone, the log is whole, and everybody goes on from what they knew. */
async function inspect(play: Play): Promise<void> {
  const { world, drafts } = play;
  for (const draft of drafts) {
    const card = await world.as(draft.rater).scorecard({ params: { id: draft.candidate } });
    const held = card.drafts.find(({ question }) => question === draft.question);
    // A save that was refused may be there or not.
    expect([draft.revision, draft.revision + 1]).toContain(held?.revision ?? 0);
    if (held?.revision === draft.revision) expect(held.evidence).toBe(evidence(draft.mark));
    draft.revision = held?.revision ?? 0;
    await save(play, draft);
  }
  const held = await world.context.store.driver.transaction((run) =>
    run('SELECT id FROM viva.candidate WHERE id = ANY($1::uuid[])', [play.added]),
  );
  expect(held.rows.length).toBe(play.added.length);
  expect((await verifyAudit(world.context.store.driver)).faults).toEqual([]);
}

describe.skipIf(POSTGRES)('a full disk', () => {
  it('is told, loses nothing acknowledged, and is over when there is room', {
    timeout: 600_000,
  }, async (test) => {
    const disk = mountSmallDisk();
    if (!disk) return test.skip('mounting needs root');
    const world = await openWorld({ driver: await openPglite({ folder: join(disk, 'data') }) });
    const play = await begin(world);
    const ballast = join(disk, 'ballast');
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const fd = openSync(ballast, 'w');
      try {
        const { bavail, bsize } = statfsSync(disk);
        // A little is left, so that it fills up in the middle of something.
        for (let left = bavail * bsize - (3 - round) * 2 ** 19; left > 0; left -= 2 ** 20)
          writeSync(fd, Buffer.alloc(Math.min(left, 2 ** 20)));
      } finally {
        closeSync(fd);
      }
      let writing = true;
      const others = (async () => {
        // Others fill the log meanwhile.
        while (writing)
          await world.context.store.driver
            .script(`SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 200000))`)
            .catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
      })();
      await writeUntilRefused(play);
      const health = await world.request(undefined, '/api/health');
      expect(health.status).toBe(503);
      expect(health.headers.get('retry-after')).toMatch(/^\d+$/);
      writing = false;
      await others;
      rmSync(ballast);
      times.push(await recover(play));
      await inspect(play);
    }
    console.log(`full disk: recovery after there was room ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    await world.close();
    return undefined;
  });

  it(`that refuses from a random write on, ${DISKS} times, ends in recovery, not in a wrong answer`, {
    timeout: 3_600_000,
  }, async () => {
    const recording: Recording = {
      folder: join(folder, 'data'),
      log: '/dev/null',
      counter: new Int32Array(new SharedArrayBuffer(4)),
      left: new Int32Array(new SharedArrayBuffer(4)).fill(-1),
    };
    const driver = await openPglite({
      folder: recording.folder,
      thread: new URL('../testing/disk/recording-thread.ts', import.meta.url),
      extra: { recording },
    });
    const world = await openWorld({ driver });
    const play = await begin(world);
    const times: number[] = [];
    let acknowledged = 0;
    for (let round = 0; round < DISKS; round++) {
      Atomics.store(recording.left, 0, Math.floor(chance(SEED + round)() * MOST_WRITES));
      acknowledged += await writeUntilRefused(play);
      Atomics.store(recording.left, 0, -1);
      times.push(await recover(play));
      await inspect(play);
    }
    times.sort((a, b) => a - b);
    console.log(
      `full disk: ${DISKS} times, ${acknowledged} acknowledged writes, 0 lost; recovery ` +
        `${times[times.length >> 1]?.toFixed(0)} ms (median), ${times.at(-1)?.toFixed(0)} ms (longest)`,
    );
    await world.close();
  });
});
