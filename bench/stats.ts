/**
 * How long a many-facet Rasch fit takes: 24,000 ratings beside R's mfrmr on the same rows, then the growth of time and
 * memory over 1e4, 1e5 and 1e6 ratings. Every size runs in a process of its own, so that memory is its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ratingsToCsv, simulateRatings } from '@viva/stats';
import type { CaseFigures } from './stats/one-case.ts';

const here = (name: string): string => fileURLToPath(new URL(`./stats/${name}`, import.meta.url));

function runCase(file: string, method: 'jml' | 'mml', repeats: number): CaseFigures {
  const child = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions', 'source', here('one-case.ts'), file, method, String(repeats)],
    { encoding: 'utf8', maxBuffer: 1 << 24 },
  );
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as CaseFigures;
}

function write(file: string, persons: number, raters = 20): void {
  const { table } = simulateRatings({ persons, raters, ratersPerPerson: 3, items: 8, seed: 3 });
  writeFileSync(file, [...ratingsToCsv(table)].join(''));
}

const folder = mkdtempSync(join(tmpdir(), 'viva-bench-stats-'));
const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
try {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, Node ${process.version}, one thread`,
  );
  const file = join(folder, '24000.csv');
  write(file, 1000);
  const peer = spawnSync('Rscript', [here('mfrmr-time.R'), file], { encoding: 'utf8' });
  const theirs = peer.status === 0 ? (JSON.parse(peer.stdout) as Record<string, number | string>) : null;
  if (!theirs) console.log('mfrmr is not installed (Rscript, package mfrmr): the peer is left out.');
  console.log(
    '\n| 24,000 ratings, 1,000 persons × 3 of 20 raters × 8 items | first ms | warm ms | mfrmr ms | ratio, first |',
  );
  console.log('| --- | --- | --- | --- | --- |');
  for (const method of ['jml', 'mml'] as const) {
    const ours = runCase(file, method, 41);
    const other = theirs ? Number(theirs[method]) : null;
    console.log(
      `| ${method.toUpperCase()} | ${ms(ours.first)} | ${ms(ours.warm)} | ${other === null ? '–' : ms(other)} | ${other === null ? '–' : `1 : ${(other / ours.first).toFixed(0)}`} |`,
    );
  }
  if (theirs)
    console.log(`\nPeer: ${theirs.version}; its fit alone is timed, without diagnostics; ours has them.`);

  console.log(
    '\n| ratings | raters | reading CSV ms | JML first ms | JML warm ms | µs a rating | peak memory MiB |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const [persons, raters] of [
    [417, 20],
    [4167, 20],
    [41_667, 20],
    [41_667, 400],
  ] as const) {
    const sized = join(folder, `${persons}-${raters}.csv`);
    write(sized, persons, raters);
    const { ratings, read, first, warm, peak } = runCase(sized, 'jml', 9);
    console.log(
      `| ${ratings.toLocaleString('en')} | ${raters} | ${ms(read)} | ${ms(first)} | ${ms(warm)} | ${((1000 * warm) / ratings).toFixed(2)} | ${Math.round(peak)} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
