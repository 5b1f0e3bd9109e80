/**
 * The orderings of VEEGAN's and PacGAN's tables under our own frozen set-up, over seeds: where a plain GAN collapses, packing
 * keeps modes and lowers the mode-frequency KL (`oracle.json`). `npm run test:long`
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { distribution } from '../data/distributions.ts';
import { startEngine } from '../engine/engine.ts';
import { streamOf } from '../engine/random.ts';
import { countModes, type ModeCount } from '../measures/modes.ts';
import { Gan } from './gan.ts';

const SEEDS = [1, 2, 3, 4, 5];
const ROUNDS = 3000;
/** Frozen: other figures come of another one. */
const SETTING = {
  loss: 'non-saturating',
  r1: 0,
  latent: 2,
  hidden: 64,
  batch: 128,
  rate: 1e-3,
  discriminatorPace: 0.1,
  discriminatorSteps: 1,
} as const;

interface Row {
  gridModes: number;
  gridKl: number;
  ringModes: number;
  ringKl: number;
}
const oracle = JSON.parse(readFileSync(new URL('./oracle.json', import.meta.url), 'utf8')) as {
  published: { id: string; rows: Record<string, Row> }[];
};
const pacgan = oracle.published.find(({ id }) => id === 'pacgan-table-1')!.rows;

beforeAll(async () => {
  await startEngine('wasm');
});

async function run(name: 'ring8' | 'grid25', pack: number, seed: number): Promise<ModeCount> {
  const data = distribution(name);
  const gan = new Gan({ ...SETTING, pack }, streamOf(seed, 'GAN'));
  const random = streamOf(seed, 'data of the GAN');
  for (let round = 0; round < ROUNDS; round++) await gan.step((n) => data.draw(n, random));
  const samples = await gan.sample(streamOf(seed, 'measure').normals(2500 * SETTING.latent));
  gan.dispose();
  return countModes(samples, data.modes!, data.sd);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.each(['ring8', 'grid25'] as const)('%s', (name) => {
  it('packing keeps modes that a plain GAN drops, as published', async () => {
    const found = new Map<number, { modes: number; kl: number }>();
    for (const pack of [1, 2, 4]) {
      const counts: ModeCount[] = [];
      for (const seed of SEEDS) counts.push(await run(name, pack, seed));
      const modes = mean(counts.map(({ captured }) => captured));
      const kl = mean(counts.map((one) => one.kl ?? Number.NaN));
      found.set(pack, { modes, kl });
      console.log(
        `${name}, ${pack} together: modes ${counts.map(({ captured }) => captured).join(' ')} (mean ${modes.toFixed(1)}), KL ${kl.toFixed(2)}, high quality ${mean(counts.map(({ highQuality }) => highQuality)).toFixed(2)}`,
      );
    }
    const [plain, packed] = [found.get(1)!, found.get(4)!];
    const [modes, kl] =
      name === 'ring8' ? (['ringModes', 'ringKl'] as const) : (['gridModes', 'gridKl'] as const);
    // What the paper found is the order that we assert, with a margin that our seeds have.
    expect(pacgan.PacGAN4![modes]).toBeGreaterThan(pacgan.GAN![modes]);
    expect(pacgan.PacGAN4![kl]).toBeLessThan(pacgan.GAN![kl]);
    expect(packed.modes).toBeGreaterThan(plain.modes + 1);
    expect(packed.kl).toBeLessThan(0.85 * plain.kl);
    // Two together save the ring; on the grid they change little, so nothing is asserted of them there.
    if (name === 'ring8') expect(found.get(2)!.kl).toBeLessThan(0.5 * plain.kl);
  });
});
