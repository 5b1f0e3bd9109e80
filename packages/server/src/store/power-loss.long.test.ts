/** Thousands of power cuts: `VIVA_POWER_CUTS=5000 VIVA_POWER_SEED=7 npm run test:long`. */
import { expect, it } from 'vitest';
import { seeds } from '../testing/disk/cut-power.ts';
import { cutPower, perform } from '../testing/disk/power-loss.ts';

const CUTS = Number(process.env.VIVA_POWER_CUTS ?? 2_000);
const SEED = Number(process.env.VIVA_POWER_SEED ?? 1);
/** One play serves this many cuts; the next play is another one. */
const CUTS_OF_A_PLAY = 100;

it(`loses nothing acknowledged over ${CUTS} power cuts`, async () => {
  const times: number[] = [];
  let promised = 0;
  for (let first = 0; first < CUTS; first += CUTS_OF_A_PLAY) {
    const play = await perform({ candidates: 3 + ((first / CUTS_OF_A_PLAY) % 6) });
    const findings = await cutPower(play, seeds(Math.min(CUTS_OF_A_PLAY, CUTS - first), SEED + first), {
      duringMaking: 5,
      onDisk: first === 0,
    });
    play.remove();
    expect(
      findings
        .filter(({ faults }) => faults.length > 0)
        .map(({ seed, cut, faults }) => ({ seed, cut, faults })),
    ).toEqual([]);
    if (first === 0) times.push(...findings.slice(5).map(({ recovery }) => recovery));
    promised += findings.reduce((sum, { promised: stood }) => sum + stood, 0);
    times.sort((a, b) => a - b);
    console.log(
      `power: ${first + findings.length} cuts, ${promised} promises kept, 0 lost; recovery on this disk ` +
        `${times[times.length >> 1]?.toFixed(0)} ms (median), ${times.at(-1)?.toFixed(0)} ms (longest)`,
    );
  }
});
