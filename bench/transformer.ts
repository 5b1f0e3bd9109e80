/**
 * The labs' transformer: training and cached generation on our kernels and on jax-js, beside TensorFlow.js (WebAssembly)
 * and, where a Python with torch is found (VIVA_PYTHON), beside PyTorch on CPU with two threads; the same sizes in one
 * run, median and best. Then what each part of our step costs. `npm run bench -- transformer`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { startEngine } from '../packages/labs/src/engine/engine.ts';
import { createRandom } from '../packages/labs/src/engine/random.ts';
import { initWeights, type TransformerConfig } from '../packages/labs/src/transformer/config.ts';
import { generate } from '../packages/labs/src/transformer/decoder.ts';
import { JaxEngine } from '../packages/labs/src/transformer/jax-engine.ts';
import { KernelEngine } from '../packages/labs/src/transformer/kernel-engine.ts';
import type { Arena } from '../packages/labs/src/transformer/kernels.ts';
import { Learner } from '../packages/labs/src/transformer/learner.ts';
import { fullTuning } from '../packages/labs/src/transformer/tuning.ts';
import type { tfjsModel as TfjsModel } from './transformer/tfjs.ts';

const SIZES: { name: string; config: TransformerConfig; batch: number }[] = [
  {
    name: 'd 64, 2 layers',
    config: { vocabulary: 64, width: 64, layers: 2, heads: 4, hidden: 172, context: 64 },
    batch: 16,
  },
  {
    name: 'd 128, 4 layers',
    config: { vocabulary: 256, width: 128, layers: 4, heads: 4, hidden: 344, context: 64 },
    batch: 16,
  },
];
const NEW = 48;

async function timed(work: () => Promise<unknown> | unknown, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b);
}
const median = (times: readonly number[]): number => times[Math.floor(times.length / 2)] as number;
const best = (times: readonly number[]): number => times[0] as number;

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'viva-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
await build({
  entryPoints: [new URL('./transformer/tfjs.ts', import.meta.url).pathname],
  outfile: join(folder, 'tfjs.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  logLevel: 'error',
});
const { tfjsModel } = require(join(folder, 'tfjs.cjs')) as { tfjsModel: typeof TfjsModel };
const wasm = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;

await startEngine('wasm');
console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, Node ${process.version}`);
// A width as an argument measures that size alone.
const wanted = SIZES.filter(({ config }) => !process.argv[2] || config.width === Number(process.argv[2]));
for (const { name, config, batch } of wanted) {
  const random = createRandom(1);
  const count = batch * config.context;
  const draw = () => {
    const tokens = Int32Array.from({ length: count }, () => random.below(config.vocabulary));
    return { rows: batch, length: config.context, tokens, targets: tokens.slice().copyWithin(0, 1) };
  };
  const prompts = (rows: number) =>
    Array.from({ length: rows }, () =>
      Array.from({ length: config.context - NEW }, () => random.below(config.vocabulary)),
    );
  type Result = { train: number[]; many?: number[]; one?: number[] };
  const results: Record<string, Result> = {};
  const steps = 15;

  const weights = initWeights(config, random);
  const ours = async (engine: KernelEngine | JaxEngine, runs: number): Promise<number[]> => {
    const learner = new Learner(engine, fullTuning(config, weights.slice()), { rate: 1e-3 });
    for (let warm = 0; warm < 5; warm++) await learner.step(draw());
    const times = await timed(() => learner.step(draw()), runs);
    engine.dispose();
    return times;
  };
  const write = (rows: number) => generate(config, { weights }, prompts(rows), { tokens: NEW });
  // Between the peers, so that a neighbour's load falls on all of them.
  results['Viva, kernels'] = { train: await ours(new KernelEngine(config), steps) };
  const tfjs = await tfjsModel(config, wasm);
  const tfStep = () => {
    const { tokens, targets, rows, length } = draw();
    return tfjs.step(tokens, targets, rows, length);
  };
  for (let warm = 0; warm < 5; warm++) await tfStep();
  results['TensorFlow.js'] = { train: await timed(tfStep, steps) };
  results['Viva, jax-js'] = { train: await ours(new JaxEngine(config), steps) };
  write(16);
  const tfWrite = (rows: number) =>
    tfjs.generate(Int32Array.from(prompts(rows).flat()), rows, config.context - NEW, NEW);
  await tfWrite(16);
  (results['Viva, kernels'] as Result).many = await timed(() => write(16), 7);
  (results['Viva, kernels'] as Result).one = await timed(() => write(1), 7);
  (results['TensorFlow.js'] as Result).many = await timed(() => tfWrite(16), 5);
  (results['TensorFlow.js'] as Result).one = await timed(() => tfWrite(1), 5);
  const { vocabulary, width, layers, heads, hidden, context } = config;
  const run = spawnSync(
    process.env.VIVA_PYTHON ?? 'python3',
    [
      new URL('./transformer/pytorch_peer.py', import.meta.url).pathname,
      ...[vocabulary, width, layers, heads, hidden, context, batch, steps, NEW].map(String),
    ],
    { encoding: 'utf8' },
  );
  if (run.status === 0)
    results['PyTorch, 2 threads'] = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as Result;
  else console.log('No Python with torch: set VIVA_PYTHON to one for the peer.');
  // Once more at the end: the first and the last are the measure of how steady the machine was.
  results['Viva, kernels again'] = { train: await ours(new KernelEngine(config), steps) };

  console.log(
    `\n### ${name}: vocabulary ${vocabulary}, heads ${heads}, hidden ${hidden}, ${batch} × ${context} tokens a step\n`,
  );
  console.log(
    '| | step ms (median) | best | tokens/s training (best) | generation tokens/s, 16 rows | 1 row |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const [who, { train, many, one }] of Object.entries(results)) {
    const rate = (times: number[] | undefined, rows: number): string =>
      times ? Math.round((rows * NEW) / (best(times) / 1000)).toLocaleString('en') : '';
    console.log(
      `| ${who} | ${median(train).toFixed(1)} | ${best(train).toFixed(1)} | ${Math.round(count / (best(train) / 1000)).toLocaleString('en')} | ${rate(many, 16)} | ${rate(one, 1)} |`,
    );
  }
  await profile(config, batch);
}

/** Time inside each kernel over ten steps. */
async function profile(config: TransformerConfig, batch: number): Promise<void> {
  const spent = new Map<string, number>();
  const engine = new KernelEngine(config);
  const arena = (engine as unknown as { arena: Arena }).arena;
  const kernels = arena.kernels as unknown as Record<string, (...args: number[]) => number>;
  const wrapped = Object.fromEntries(
    Object.entries(kernels)
      .filter(([, kernel]) => typeof kernel === 'function')
      .map(([name, kernel]) => [
        name,
        (...args: number[]) => {
          const began = performance.now();
          const out = kernel(...args);
          spent.set(name, (spent.get(name) ?? 0) + performance.now() - began);
          return out;
        },
      ]),
  );
  Object.assign(arena, { kernels: wrapped });
  const random = createRandom(2);
  const learner = new Learner(engine, fullTuning(config, initWeights(config, random)), { rate: 1e-3 });
  const count = batch * config.context;
  const one = () => {
    const tokens = Int32Array.from({ length: count }, () => random.below(config.vocabulary));
    return learner.step({ rows: batch, length: config.context, tokens, targets: tokens.slice() });
  };
  await one();
  spent.clear();
  const began = performance.now();
  for (let step = 0; step < 10; step++) await one();
  const whole = performance.now() - began;
  const parts = [...spent].sort((a, b) => b[1] - a[1]);
  const rest = whole - parts.reduce((sum, [, ms]) => sum + ms, 0);
  console.log(
    `\nShare of our step: ${[
      ...parts.filter(([, ms]) => ms > whole / 200),
      ['AdamW and the rest', rest] as const,
    ]
      .map(([part, ms]) => `${part} ${((100 * ms) / whole).toFixed(0)} %`)
      .join(', ')}`,
  );
}
