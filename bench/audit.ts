/**
 * `viva audit verify` over a log of a million rows: on PostgreSQL where it is installed, and on PGlite. How long it
 * takes, what of that this process computes, and how far memory grows, at each tenth of the log.
 *
 *     npm run bench -- audit [ROWS]
 */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyAudit } from '../packages/server/src/audit/verify.ts';
import { GENESIS } from '../packages/server/src/audit/verify-chain.ts';
import type { Driver } from '../packages/server/src/store/driver.ts';
import { migrate } from '../packages/server/src/store/migrate.ts';
import { openPglite } from '../packages/server/src/store/pglite.ts';
import { openPostgres } from '../packages/server/src/store/postgres.ts';
import { findPostgres, startCluster } from '../packages/server/src/testing/cluster.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 10_000;
const RUNS = Number(process.env.VIVA_BENCH_RUNS ?? 2);

/** A log as the server would have written it: sessions that began and ended, a row a second. */
async function fill(driver: Driver): Promise<void> {
  await migrate(driver);
  let previous = GENESIS;
  for (let first = 1; first <= ROWS; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, ROWS - first + 1) }, (_, index) => {
      const seq = first + index;
      const id = (letter: string, n: number) =>
        `${letter}0000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
      const fields = [
        String(seq),
        new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
        id('a', seq % 500),
        seq % 2 ? 'session.started' : 'session.ended',
        `session/${id('b', seq)}`,
        id('c', seq % 50),
        id('d', seq % 5_000),
        'f',
        JSON.stringify({ place: 'Room 4', panel: seq % 7 }),
        previous,
      ];
      previous = hash('sha256', fields.join('\x1f'), 'hex');
      return [...fields, previous];
    });
    await driver.transaction((run) =>
      run(
        `INSERT INTO viva.audit SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::uuid[],
           $7::uuid[], $8::boolean[], $9::text[], $10::text[], $11::text[])`,
        rows[0]?.map((_, column) => rows.map((row) => row[column])),
      ),
    );
  }
  await driver.transaction((run) => run('UPDATE viva.audit_head SET seq = $1, hash = $2', [ROWS, previous]));
  await driver.script('VACUUM ANALYZE viva.audit');
}

async function measure(name: string, driver: Driver): Promise<void> {
  await fill(driver);
  for (let run = 1; run <= RUNS; run++) {
    const memory: number[] = [];
    const cpu = process.cpuUsage();
    const began = performance.now();
    const { faultCount, rows } = await verifyAudit(driver, {
      onProgress: (done) => {
        if (done % (ROWS / 10) < BATCH) memory.push(process.memoryUsage().rss);
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${name}: ${rows} rows, ${faultCount} faults, ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of this process), ` +
        `resident ${Math.round(Math.min(...memory) / 2 ** 20)} to ${Math.round(Math.max(...memory) / 2 ** 20)} MiB`,
    );
  }
  await driver.close();
}

const only = process.argv[3];
if (findPostgres() && only !== 'pglite') {
  const cluster = await startCluster();
  await measure('PostgreSQL', await openPostgres({ url: cluster.url('postgres') }));
  await cluster.stop();
}
if (only !== 'postgres') {
  const folder = mkdtempSync(join(tmpdir(), 'viva-audit-'));
  await measure('PGlite', await openPglite({ folder }));
  rmSync(folder, { recursive: true });
}
