/**
 * What it costs to survive a power cut: commits a second of the embedded database with and without waiting for the
 * disk, one writer and fifty, beside what the disk itself does (fdatasync of one page), in the same run; and how long
 * recovery takes.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPglite, type PgliteDriver } from '../packages/server/src/store/pglite.ts';

const COMMITS = Number(process.argv[2] ?? 1_000);
const PAGE = 8192;
const folder = mkdtempSync(join(process.env.VIVA_BENCH_FOLDER ?? tmpdir(), 'viva-durability-'));

/** Writes a page in place and waits for the disk, over one segment's length. */
function rawSyncs(count: number): number {
  const path = join(folder, 'raw');
  const fd = openSync(path, 'w');
  for (let page = 0; page < 256; page++) writeSync(fd, Buffer.alloc(PAGE), 0, PAGE, page * PAGE);
  fdatasyncSync(fd);
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    writeSync(fd, Buffer.alloc(PAGE, n), 0, PAGE, (n % 256) * PAGE);
    fdatasyncSync(fd);
  }
  const seconds = (performance.now() - began) / 1000;
  closeSync(fd);
  return count / seconds;
}

async function commits(driver: PgliteDriver, writers: number): Promise<number> {
  const each = Math.ceil(COMMITS / writers);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let n = 0; n < each; n++)
        await driver.transaction((run) =>
          run(
            'INSERT INTO bench VALUES ($1, $2, $3) ON CONFLICT (writer) DO UPDATE SET n = excluded.n, body = excluded.body',
            [
              writer,
              n,
              `evidence of save ${n}, long enough to count as evidence, and about as long as people write`,
            ],
          ),
        );
    }),
  );
  return (writers * each) / ((performance.now() - began) / 1000);
}

const figures: Record<string, number[]> = { 'disk: write a page, fdatasync': [] };
for (const durable of [false, true]) {
  const driver = await openPglite({ folder: join(folder, String(durable)), durable });
  await driver.script('CREATE TABLE bench (writer integer PRIMARY KEY, n integer, body text)');
  await commits(driver, 1);
  for (let round = 0; round < 3; round++) {
    figures['disk: write a page, fdatasync']?.push(rawSyncs(Math.min(COMMITS, 500)));
    for (const writers of [1, 50]) {
      const name = `${durable ? 'waiting for the disk' : 'not waiting (PGlite’s own way)'}, ${writers} ${writers === 1 ? 'writer' : 'writers'}`;
      figures[name] = [...(figures[name] ?? []), await commits(driver, writers)];
    }
  }
  await driver.close();
}
console.log(`${COMMITS} commits each, three rounds, median; per second:`);
for (const [name, values] of Object.entries(figures)) {
  const sorted = [...values].sort((a, b) => a - b);
  console.log(
    `  ${name.padEnd(48)} ${(sorted[sorted.length >> 1] ?? 0).toFixed(0).padStart(7)}   (${sorted.map((value) => value.toFixed(0)).join(', ')})`,
  );
}
rmSync(folder, { recursive: true, force: true });
