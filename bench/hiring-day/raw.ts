/** What the database alone takes: the row of a draft, by our driver and by pgbench, in the same run. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Driver } from '../../packages/server/src/store/driver.ts';
import { findPostgres } from '../../packages/server/src/testing/cluster.ts';

const CONNECTIONS = 10;
const TEXT =
  'Gave the bound on the error and an example of it, unasked: word word word word word word word word word.';

export async function prepareRaw(driver: Driver): Promise<void> {
  await driver.script(`CREATE TABLE IF NOT EXISTS bench_draft (candidate int, rater int, question int, score smallint, evidence text, revision int,
    saved_at timestamptz, PRIMARY KEY (candidate, rater, question))`);
}

const statement = (candidate: string, rater: string, question: string, score: string) =>
  `INSERT INTO bench_draft VALUES (${candidate}, ${rater}, ${question}, ${score}, '${TEXT}', 1, now()) ON CONFLICT (candidate, rater, question)
   DO UPDATE SET score = excluded.score, evidence = excluded.evidence, revision = bench_draft.revision + 1, saved_at = excluded.saved_at`;

/** One row a transaction, BEGIN and COMMIT, over the connections of the pool. @returns transactions a second */
export async function rawByDriver(driver: Driver, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const began = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, rater) => {
      for (let round = 0; performance.now() < until; round++) {
        await driver.transaction((run) =>
          run(statement('$1', '$2', '$3', '$4'), [round % 100, rater, round % 13, 1 + (round % 5)]),
        );
        done++;
      }
    }),
  );
  return done / ((performance.now() - began) / 1000);
}

/** The same by PostgreSQL's own pgbench. @returns transactions a second; null where it is not installed */
export async function rawByPgbench(url: string, seconds: number): Promise<number | null> {
  const bin = findPostgres();
  if (!bin) return null;
  const folder = mkdtempSync(join(tmpdir(), 'viva-pgbench-'));
  const script = join(folder, 'draft.sql');
  writeFileSync(
    script,
    `\\set c random(0, 99)\n\\set q random(0, 12)\nBEGIN;\n${statement(':c', '100 + :client_id', ':q', '3')};\nCOMMIT;\n`,
  );
  try {
    const { stdout } = await promisify(execFile)(
      join(bin, 'pgbench'),
      [
        '-n',
        '-M',
        'prepared',
        '-f',
        script,
        '-c',
        String(CONNECTIONS),
        '-j',
        '2',
        '-T',
        String(seconds),
        url,
      ],
      { cwd: '/' },
    );
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN);
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
