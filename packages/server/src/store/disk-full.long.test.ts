/** The disk fills up under a running server: a real one where the system lets us mount it, else one that refuses. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { ApiError } from '../client.ts';
import { POSTGRES } from '../testing/database.ts';
import type { Recording } from '../testing/disk/recording-thread.ts';
import { complete, openPanel, openWorld, type World } from '../testing/world.ts';
import { openPglite } from './pglite.ts';

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

/** Saves one draft again and again until it is refused. @returns the last revision acknowledged, and the refusal */
async function saveUntilRefused(
  world: World,
  save: (revision: number, mark: string) => Promise<{ revision: number }>,
) {
  let revision = 0;
  for (let n = 0; n < 20_000; n++)
    try {
      // Others fill the log meanwhile.
      await world.context.store.driver
        .script(`SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 200000))`)
        .catch(() => undefined);
      revision = (await save(revision, `save ${n} and more to say`)).revision;
    } catch (error) {
      return { revision, error: error as ApiError };
    }
  throw new Error(`the disk did not fill up; faults: ${world.faults.join()}`);
}

async function play(world: World, fill: () => void, free: () => void): Promise<void> {
  const lead = await world.addPerson('Lead', 'lead');
  const ann = await world.addPerson('Ann', 'interviewer');
  const { openingId, questions } = await openPanel(world, lead, [ann]);
  const { id } = await world
    .as(lead)
    .addCandidate({ params: { id: openingId }, body: { name: 'Candidate' } });
  const params = { id, question: questions[0] ?? '' };
  const save = (baseRevision: number, mark: string) =>
    world.as(ann).saveDraft({ params, body: { ...complete(3, mark), baseRevision } });
  fill();
  const { revision, error } = await saveUntilRefused(world, save);
  expect(error).toMatchObject({ status: 503, code: 'disk-full' });
  const health = await world.request(undefined, '/api/health');
  expect(health.status).toBe(503);
  expect(health.headers.get('retry-after')).toMatch(/^\d+$/);
  free();
  // By itself, without a restart.
  for (let attempt = 0; (await world.request(undefined, '/api/health')).status !== 200; attempt++) {
    expect(attempt).toBeLessThan(300);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const [draft] = (await world.as(ann).scorecard({ params: { id } })).drafts;
  // The refused save may be there or not; nothing acknowledged may be gone.
  expect([revision, revision + 1]).toContain(draft?.revision ?? 0);
  const next = await save(draft?.revision ?? 0, 'after');
  expect(next.revision).toBe((draft?.revision ?? 0) + 1);
  expect((await verifyAudit(world.context.store.driver)).faults).toEqual([]);
}

describe.skipIf(POSTGRES)('a full disk', () => {
  it('is told, loses nothing acknowledged, and is over when there is room', {
    timeout: 300_000,
  }, async (test) => {
    const disk = mountSmallDisk();
    if (!disk) return test.skip('mounting needs root');
    const world = await openWorld({ driver: await openPglite({ folder: join(disk, 'data') }) });
    const ballast = join(disk, 'ballast');
    await play(
      world,
      () => {
        const fd = openSync(ballast, 'w');
        try {
          const { bavail, bsize } = statfsSync(disk);
          // A little is left, so that it fills up in the middle of something.
          for (let left = bavail * bsize - 3 * 2 ** 20; left > 0; left -= 2 ** 20)
            writeSync(fd, Buffer.alloc(Math.min(left, 2 ** 20)));
        } finally {
          closeSync(fd);
        }
      },
      () => rmSync(ballast),
    );
    await world.close();
    return undefined;
  });

  it('that refuses the log itself ends in recovery, not in a wrong answer', {
    timeout: 300_000,
  }, async () => {
    const recording: Recording = {
      folder: join(folder, 'data'),
      log: join(folder, 'log'),
      counter: new Int32Array(new SharedArrayBuffer(4)),
      left: new Int32Array(new SharedArrayBuffer(4)).fill(-1),
    };
    const driver = await openPglite({
      folder: recording.folder,
      thread: new URL('../testing/disk/recording-thread.ts', import.meta.url),
      extra: { recording },
    });
    const world = await openWorld({ driver });
    await play(
      world,
      () => Atomics.store(recording.left, 0, 25),
      () => Atomics.store(recording.left, 0, -1),
    );
    await world.close();
    writeFileSync(recording.log, '');
  });
});
