/** The statistics in a browser's worker: the same figures as here, and nothing that only Node has. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  fitRatings,
  gStudy,
  krippendorffAlpha,
  simulateRatings,
  toFitJson,
} from '../packages/stats/src/index.ts';
import { openBrowser, visit } from './browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

it('fits, studies and compares in a worker as it does in Node', async () => {
  const bundled = await build({
    stdin: {
      contents: `
        import { fitRatings, gStudy, krippendorffAlpha, simulateRatings, toFitJson } from './index.ts';
        onmessage = ({ data }) => {
          const { table } = simulateRatings(data);
          postMessage(JSON.stringify({
            fit: toFitJson(fitRatings(table, { method: 'mml' })),
            study: gStudy(table).components,
            alpha: krippendorffAlpha([[1, 2], [3, 3], [2, 2], [5, 4]], { draws: 200 }),
          }));
        };`,
      resolveDir: fileURLToPath(new URL('../packages/stats/src', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  });
  const visitor = await visit(browser);
  await visitor.page.goto('about:blank');
  const options = { persons: 50, raters: 4, items: 5, missing: 0.1, seed: 2 };
  const answer = await visitor.page.evaluate(
    ([source, asked]) =>
      new Promise<string>((done, fail) => {
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = ({ message }) => fail(new Error(message));
        worker.postMessage(asked);
      }),
    [bundled.outputFiles[0]?.text ?? '', options] as const,
  );
  const { table } = simulateRatings(options);
  // Browsers differ in the last digit of exp and log.
  const near = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value;
  expect(JSON.parse(answer, near)).toEqual(
    JSON.parse(
      JSON.stringify({
        fit: toFitJson(fitRatings(table, { method: 'mml' })),
        study: gStudy(table).components,
        alpha: krippendorffAlpha(
          [
            [1, 2],
            [3, 3],
            [2, 2],
            [5, 4],
          ],
          { draws: 200 },
        ),
      }),
      near,
    ),
  );
  await visitor.close();
});
