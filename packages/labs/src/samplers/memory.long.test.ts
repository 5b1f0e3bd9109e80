/** Memory stays flat over ten thousand rounds of training and sampling. */
import { expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { samplers } from './lab.ts';

it('holds no more after ten thousand rounds than after one thousand', async () => {
  await startEngine();
  const params = samplers.params.parse({ steps: 4000, hidden: 64, samples: 250, upTo: 1000 });
  const session = await samplers.begin(params, 1);
  const megabytes: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    await session.advance(1000);
    await session.frame({ steps: 10 });
    globalThis.gc?.();
    megabytes.push(process.memoryUsage().rss / 2 ** 20);
  }
  expect(session.at).toBe(10_000);
  console.log(
    `megabytes after each thousand rounds: ${megabytes.map((value) => value.toFixed(0)).join(' ')}`,
  );
  expect(Math.max(...megabytes.slice(1))).toBeLessThan((megabytes[0] ?? 0) + 60);
  session.dispose();
});
