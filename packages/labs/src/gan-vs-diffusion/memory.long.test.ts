/** Memory over ten thousand rounds, and what is left after a run that was cancelled. `npm run test:long` */
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { Arena } from '../kernels/arena.ts';
import { runLab } from '../lab.ts';
import { ganVsDiffusion } from './lab.ts';

const MB = 2 ** 20;
beforeAll(async () => {
  await startEngine('wasm');
});

describe('memory', () => {
  it('is flat over 10,000 rounds, frames and measures included', async () => {
    const params = ganVsDiffusion.params.parse({ steps: 10_000, hidden: 64, batch: 256 });
    const session = await ganVsDiffusion.begin(params, 1);
    const resident: number[] = [];
    for (let slice = 0; slice < 20; slice++) {
      await session.advance(500);
      await session.frame({ scoreAt: 0.3, mesh: true, pull: true });
      await session.measure();
      await wait(0);
      resident.push(process.memoryUsage.rss() / MB);
    }
    session.dispose();
    console.log('MB after each 500 rounds:', resident.map((value) => value.toFixed(0)).join(' '));
    // The first quarter warms up; after it nothing may grow by more than a garbage collector's whims.
    const settled = resident.slice(5);
    const half = settled.length >> 1;
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(settled.slice(half)) - mean(settled.slice(0, half))).toBeLessThan(25);
  });

  it('is given back by runs that are cancelled midway, one after another', async () => {
    const params = ganVsDiffusion.params.parse({ data: 'digits', steps: 1000, batch: 64, latent: 16 });
    const before = Arena.live;
    const resident: number[] = [];
    for (let run = 0; run < 12; run++) {
      const controller = new AbortController();
      const ended = runLab(ganVsDiffusion, params, {
        seed: run,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('enough')),
      });
      await expect(ended).rejects.toThrow('enough');
      await wait(20);
      resident.push(process.memoryUsage.rss() / MB);
    }
    console.log('MB after each cancelled run:', resident.map((value) => value.toFixed(0)).join(' '));
    // The judge of digits stays; every session's arenas are gone.
    expect(Arena.live - before).toBeLessThanOrEqual(1);
    expect(Math.max(...resident.slice(8)) - Math.max(...resident.slice(2, 6))).toBeLessThan(60);
  });
});
