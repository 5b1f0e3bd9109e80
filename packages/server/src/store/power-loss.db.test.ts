/** Cuts the power at random moments: what was acknowledged is there, nothing is half-done, and it opens by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES } from '../testing/database.ts';
import { seeds } from '../testing/disk/cut-power.ts';
import { cutPower, type Finding, type Performance, perform } from '../testing/disk/power-loss.ts';
import { openPglite } from './pglite.ts';

const CUTS = Number(process.env.VIVA_POWER_CUTS ?? 10);
const SEED = Number(process.env.VIVA_POWER_SEED ?? 20_260_924);

const faults = (findings: Finding[]) =>
  findings
    .filter((finding) => finding.faults.length > 0)
    .map(({ seed, cut, faults }) => ({ seed, cut, faults }));

// PostgreSQL's own durability is not ours to prove.
describe.skipIf(POSTGRES)('a power cut', () => {
  let performance: Performance;
  beforeAll(async () => {
    performance = await perform();
  });
  afterAll(() => performance.remove());

  it(`loses nothing acknowledged over ${CUTS} cuts`, { timeout: 3_600_000 }, async () => {
    const findings = await cutPower(performance, seeds(CUTS, SEED), { duringMaking: Math.ceil(CUTS / 20) });
    const times = findings
      .slice(Math.ceil(CUTS / 20))
      .map(({ recovery }) => recovery)
      .sort((a, b) => a - b);
    console.log(
      `power: ${CUTS} cuts in ${performance.operations} operations of the disk, up to ${performance.promised.length} promises, ` +
        `recovery ${times[times.length >> 1]?.toFixed(0)} ms (median), ${times.at(-1)?.toFixed(0)} ms (longest)`,
    );
    expect(faults(findings)).toEqual([]);
    expect(findings.at(-1)?.promised).toBeGreaterThan(20);
  });

  it('would find a disk that only says it has flushed the log', { timeout: 900_000 }, async () => {
    const findings = await cutPower(performance, seeds(2, SEED + 1), { deaf: /pg_wal/ });
    expect(faults(findings).length).toBeGreaterThan(0);
  });

  it('has a way to end a database that runs in circles', async () => {
    const ending = new AbortController();
    const driver = await openPglite({ signal: ending.signal });
    const circling = driver.script('DO $$ BEGIN LOOP END LOOP; END $$');
    ending.abort();
    await expect(circling).rejects.toThrow('The database is closed.');
    await driver.close();
    await expect(openPglite({ signal: ending.signal })).rejects.toThrow(/abort/i);
  });
});
