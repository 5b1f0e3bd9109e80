/** Memory over thousands of steps of the three labs that train transformers, and after runs that were cancelled. `npm run test:long` */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { knowledgeInjection } from '../knowledge-injection/lab.ts';
import { type Lab, runLab, type Session } from '../lab.ts';
import { promptGeneralization } from '../prompt-generalization/lab.ts';
import { reasoning } from '../reasoning/lab.ts';

const MB = 2 ** 20;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Every lab goes through all of its stages: training, every tuning, generation and the measures between. */
const RUNS: readonly [string, Lab<never, Session>, Record<string, unknown>][] = [
  ['knowledge-injection', knowledgeInjection as never, { pretrainSteps: 800, askSteps: 200, newSteps: 200 }],
  ['prompt-generalization', promptGeneralization as never, { steps: 600, tuneSteps: 600 }],
  ['reasoning', reasoning as never, { task: 'addition', steps: 5000, width: 64 }],
];

describe('memory of the language-model labs', () => {
  it.each(RUNS)('%s: flat over thousands of steps', async (name, lab, settings) => {
    const session = await lab.begin(lab.params.parse(settings), 1);
    const slices = 24;
    const resident: number[] = [];
    for (let slice = 0; slice < slices; slice++) {
      await session.advance(Math.ceil(session.steps / slices));
      await session.measure();
      await wait(0);
      resident.push(process.memoryUsage.rss() / MB);
    }
    expect(session.at).toBe(session.steps);
    console.log(
      `${name}, ${session.steps} steps, MB: ${resident.map((value) => value.toFixed(0)).join(' ')}`,
    );
    session.dispose();
    // The first third warms up; after it nothing may grow by more than a garbage collector's whims.
    const settled = resident.slice(slices / 3);
    const half = settled.length >> 1;
    expect(mean(settled.slice(half)) - mean(settled.slice(0, half))).toBeLessThan(40);
  });

  it.each(RUNS)('%s: given back by runs that are cancelled midway', async (name, lab, settings) => {
    const resident: number[] = [];
    for (let run = 0; run < 16; run++) {
      const controller = new AbortController();
      const ended = runLab(lab, lab.params.parse(settings), {
        seed: run,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('enough')),
      });
      await expect(ended).rejects.toThrow('enough');
      await wait(20);
      resident.push(process.memoryUsage.rss() / MB);
    }
    console.log(
      `${name}, MB after each cancelled run: ${resident.map((value) => value.toFixed(0)).join(' ')}`,
    );
    expect(Math.max(...resident.slice(10)) - Math.max(...resident.slice(2, 8))).toBeLessThan(80);
  });
});
