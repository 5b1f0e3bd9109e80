/**
 * Steps a second of the lab `gan-vs-diffusion` on points: our kernels, @jax-js/jax (both on WebAssembly), TensorFlow.js on
 * its WebAssembly backend, and plain loops over typed arrays. The same networks, first weights, batches, losses and
 * Adam; every step reads its loss. The contestants take turns in short bouts, and what counts is processor time, so that a busy machine is
 * busy for all.
 * Then what share of the matrix product's peak a step reaches, and where its time goes. `npm run bench -- labs`
 */
import { cpus } from 'node:os';
import { jit, numpy as np } from '@jax-js/jax';
import { createRandom, distribution, startEngine, streamOf } from '@viva/labs';
import { EngineDenoiser, EngineGan } from '../packages/labs/src/gan-vs-diffusion/engine-compute.ts';
import { KernelDenoiser, KernelGan } from '../packages/labs/src/gan-vs-diffusion/kernel-compute.ts';
import {
  denoiserLayers,
  discriminatorLayers,
  generatorLayers,
  POINTS,
  TIME,
} from '../packages/labs/src/gan-vs-diffusion/networks.ts';
import { Arena } from '../packages/labs/src/kernels/arena.ts';
import { initLayers, layersCost } from '../packages/labs/src/nets/layers.ts';
import { PlainMlp } from './labs/plain-mlp.ts';
import { startTensorFlow, TensorGan, TensorMlp, tensorDenoise } from './labs/tensorflow.ts';

const [BATCH, LATENT] = [256, 2];
const [BOUTS, WARM] = [15, 20];
/** Seconds that each bout lasts. */
const BOUT = 0.25;

await startEngine('wasm');
const tensorflow = await startTensorFlow();
console.log(
  `Batch ${BATCH}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}; TensorFlow.js: ${tensorflow}\n`,
);

const ring = distribution('ring8');
type Step = () => number | Promise<number>;
interface Contest {
  name: string;
  step: Step;
}

interface Outcome {
  /** Steps a second of processor time, and of the clock: medians over bouts. */
  perSecond: number;
  byClock: number;
  /** After the same steps for all, from the same weights on the same batches. */
  loss: number;
}

async function race(contestants: readonly Contest[]): Promise<Map<string, Outcome>> {
  const bouts = new Map<string, { cpu: number[]; clock: number[] }>();
  const losses = new Map<string, number>();
  for (const { name, step } of contestants) {
    for (let n = 0; n < WARM; n++) losses.set(name, await step());
    bouts.set(name, { cpu: [], clock: [] });
  }
  for (let bout = 0; bout < BOUTS; bout++)
    for (const { name, step } of contestants) {
      const [began, used] = [performance.now(), process.cpuUsage()];
      let count = 0;
      do {
        await step();
        count++;
      } while (performance.now() - began < 1000 * BOUT);
      const { user, system } = process.cpuUsage(used);
      bouts.get(name)?.cpu.push((1e6 * count) / (user + system));
      bouts.get(name)?.clock.push((1000 * count) / (performance.now() - began));
    }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return new Map(
    [...bouts].map(([name, { cpu, clock }]) => [
      name,
      { perSecond: median(cpu), byClock: median(clock), loss: losses.get(name) ?? Number.NaN },
    ]),
  );
}

const softplus = (s: number): number => Math.log1p(Math.exp(-Math.abs(s))) + Math.max(0, s);
const sigmoid = (s: number): number => 1 / (1 + Math.exp(-s));

/** The four ways to take one round of the GAN; each draws its own numbers. @returns the discriminator's loss */
function ganRounds(hidden: number): Contest[] {
  const generator = generatorLayers(POINTS, LATENT, hidden);
  const discriminator = discriminatorLayers(POINTS, 1, hidden);
  const generatorWeights = initLayers(generator, createRandom(1));
  const discriminatorWeights = initLayers(discriminator, createRandom(2));
  const adam = { rate: 1e-3, beta1: 0.5, beta2: 0.99 };
  const setting = {
    ...{ generator, discriminator, generatorWeights, discriminatorWeights },
    ...{
      loss: 'non-saturating' as const,
      r1: 0,
      pack: 1,
      batch: BATCH,
      discriminatorRate: adam.rate,
      ...adam,
    },
  };
  const noMix = new Float32Array(BATCH);
  const ours = (gan: KernelGan | EngineGan): Step => {
    const random = streamOf(3, 'bench');
    return async () => {
      const loss = await gan.discriminatorStep(
        ring.draw(BATCH, random),
        random.normals(BATCH * LATENT),
        noMix,
      );
      await gan.generatorStep(random.normals(BATCH * LATENT));
      return loss;
    };
  };
  const gSizes = [LATENT, hidden, hidden, 2];
  const dSizes = [2, hidden, hidden, 1];
  const order = [adam.rate, adam.beta1, adam.beta2] as const;
  const tensors = new TensorGan(
    new TensorMlp(gSizes, 'relu', generatorWeights, order),
    new TensorMlp(dSizes, 'leaky-relu', discriminatorWeights, order),
    LATENT,
  );
  const forTensors = streamOf(3, 'bench');
  const g = new PlainMlp(gSizes, 'relu', generatorWeights, BATCH);
  const d = new PlainMlp(dSizes, 'leaky-relu', discriminatorWeights, 2 * BATCH);
  const forPlain = streamOf(3, 'bench');
  const plain: Step = () => {
    const both = new Float32Array(4 * BATCH);
    both.set(ring.draw(BATCH, forPlain));
    both.set(g.forward(forPlain.normals(BATCH * LATENT), BATCH).subarray(0, 2 * BATCH), 2 * BATCH);
    const scores = d.forward(both, 2 * BATCH);
    const slope = new Float32Array(2 * BATCH);
    let loss = 0;
    for (let row = 0; row < BATCH; row++) {
      const [real, fake] = [scores[row] ?? 0, scores[BATCH + row] ?? 0];
      loss += (softplus(-real) + softplus(fake)) / BATCH;
      slope[row] = -sigmoid(-real) / BATCH;
      slope[BATCH + row] = sigmoid(fake) / BATCH;
    }
    d.backward(slope, 2 * BATCH, true);
    d.adam(...order);
    const onFake = d.forward(
      g.forward(forPlain.normals(BATCH * LATENT), BATCH).subarray(0, 2 * BATCH),
      BATCH,
    );
    const pull = Float32Array.from({ length: BATCH }, (_, row) => -sigmoid(-(onFake[row] ?? 0)) / BATCH);
    g.backward(d.backward(pull, BATCH, false), BATCH, true);
    g.adam(...order);
    return loss;
  };
  return [
    { name: 'kernels', step: ours(new KernelGan(setting)) },
    { name: 'jax-js', step: ours(new EngineGan(setting)) },
    {
      name: 'TensorFlow.js',
      step: () =>
        tensors.round(
          ring.draw(BATCH, forTensors),
          forTensors.normals(BATCH * LATENT),
          forTensors.normals(BATCH * LATENT),
        )[0],
    },
    { name: 'plain loops', step: plain },
  ];
}

/** A batch of noised points: the same for all, drawn anew each step by each. */
function noised(random: ReturnType<typeof createRandom>): { input: Float32Array; target: Float32Array } {
  const points = ring.draw(BATCH, random);
  const input = new Float32Array(BATCH * (2 + TIME));
  const target = random.normals(BATCH * 2);
  for (let row = 0; row < BATCH; row++) {
    const level = random.next();
    for (let axis = 0; axis < 2; axis++)
      input[row * (2 + TIME) + axis] =
        Math.sqrt(1 - level) * (points[2 * row + axis] ?? 0) +
        Math.sqrt(level) * (target[2 * row + axis] ?? 0);
    for (let k = 0; k < TIME; k++) input[row * (2 + TIME) + 2 + k] = Math.sin(level * (k + 1));
  }
  return { input, target };
}

function diffusionSteps(hidden: number): Contest[] {
  const layers = denoiserLayers(POINTS, hidden);
  const weights = initLayers(layers, createRandom(5));
  const setting = { layers, weights, batch: BATCH, rate: 2e-3 };
  const ours = (net: KernelDenoiser | EngineDenoiser): Step => {
    const random = streamOf(4, 'bench');
    return async () => {
      const { input, target } = noised(random);
      return net.step(input, null, target, 0.995);
    };
  };
  const sizes = [2 + TIME, hidden, hidden, 2];
  const tensor = new TensorMlp(sizes, 'silu', weights, [2e-3, 0.9, 0.999]);
  const forTensors = streamOf(4, 'bench');
  const net = new PlainMlp(sizes, 'silu', weights, BATCH);
  const forPlain = streamOf(4, 'bench');
  return [
    { name: 'kernels', step: ours(new KernelDenoiser(setting)) },
    { name: 'jax-js', step: ours(new EngineDenoiser(setting)) },
    {
      name: 'TensorFlow.js',
      step: () => {
        const { input, target } = noised(forTensors);
        return tensorDenoise(tensor, input, 2 + TIME, target);
      },
    },
    {
      name: 'plain loops',
      step: () => {
        const { input, target } = noised(forPlain);
        const out = net.forward(input, BATCH);
        const slope = new Float32Array(2 * BATCH);
        let loss = 0;
        for (let at = 0; at < slope.length; at++) {
          const off = (out[at] ?? 0) - (target[at] ?? 0);
          loss += off ** 2 / slope.length;
          slope[at] = (2 * off) / slope.length;
        }
        net.backward(slope, BATCH, true);
        net.adam(2e-3, 0.9, 0.999);
        return loss;
      },
    },
  ];
}

/** Milliseconds of `work`, the best of several. */
function best(work: () => void, times = 30): number {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    work();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

/** GFLOP/s of one product, by our kernel and by jax-js's own. */
async function peak(m: number, k: number, n: number): Promise<[number, number]> {
  const arena = new Arena();
  const [x, w, out] = [arena.floats(m * k), arena.floats(k * n), arena.floats(m * n)];
  const scratch = arena.floats((n + 16) * Math.max(m, k));
  const flop = 2 * m * k * n;
  const ours = flop / best(() => arena.kernels.dense(x, w, out, m, k, n, scratch), 200) / 1e6;
  const product = jit((a: np.Array, b: np.Array) => np.dot(a, b));
  const [a, b] = [np.ones([m, k]), np.ones([k, n])];
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 60; turn++) {
    const began = performance.now();
    const made = product(a.ref, b.ref);
    await made.blockUntilReady();
    least = Math.min(least, performance.now() - began);
    made.dispose();
  }
  product.dispose();
  arena.dispose();
  return [ours, flop / least / 1e6];
}

/** Where a round of both models goes on the kernels: each kind of work alone, at the sizes of the round. */
function profile(hidden: number): [string, number][] {
  const arena = new Arena();
  const room = arena.floats(4 * BATCH * hidden + hidden * hidden);
  const [a, b, c] = [room, arena.floats(4 * BATCH * hidden), arena.floats(4 * BATCH * hidden)];
  const scratch = arena.floats((hidden + 32) * (2 * BATCH + hidden));
  const random = createRandom(1);
  const { kernels } = arena;
  const nets = {
    generator: [LATENT, hidden, hidden, 2],
    discriminator: [2, hidden, hidden, 1],
    denoiser: [2 + TIME, hidden, hidden, 2],
  };
  const products = (sizes: readonly number[], rows: number, parts: readonly ('f' | 'w' | 'x')[]): void => {
    for (let layer = 1; layer < sizes.length; layer++) {
      const [from, to] = [sizes[layer - 1] ?? 1, sizes[layer] ?? 1];
      for (const part of parts) {
        if (part === 'f') kernels.dense(a, b, c, rows, from, to, scratch);
        else if (part === 'w') kernels.denseWeights(a, c, b, rows, from, to, scratch);
        else kernels.denseInput(c, b, a, rows, from, to, scratch);
      }
    }
  };
  const parameters = Object.values(nets).map((sizes) =>
    sizes.slice(1).reduce((sum, to, at) => sum + to * ((sizes[at] ?? 0) + 1), 0),
  );
  return [
    [
      'matrix products',
      best(() => {
        products(nets.generator, BATCH, ['f']);
        products(nets.discriminator, 2 * BATCH, ['f', 'w', 'x']);
        products(nets.generator, BATCH, ['f', 'w', 'x']);
        products(nets.discriminator, BATCH, ['f', 'x']);
        products(nets.denoiser, BATCH, ['f', 'w', 'x']);
      }),
    ],
    [
      'random numbers and batches',
      best(() => {
        ring.draw(BATCH, random);
        random.normals(2 * BATCH * LATENT);
        noised(random);
      }),
    ],
    [
      'activations, slopes, biases',
      best(() => {
        for (const [kind, rows] of [
          [1, BATCH],
          [1, BATCH],
          [2, 2 * BATCH],
          [2, BATCH],
          [3, BATCH],
        ] as const)
          for (let layer = 0; layer < 2; layer++) {
            kernels.addBias(a, b, rows, hidden);
            kernels.activate(kind, a, b, rows * hidden);
            kernels.slope(kind, a, b, c, rows * hidden);
            kernels.columnSums(c, rows, hidden, b);
          }
      }),
    ],
    [
      'Adam and the average',
      best(() => {
        for (const count of parameters) kernels.adam(a, b, c, room, count, 0.9, 0.99, 1e-3, 1e-8);
        kernels.average(a, b, parameters[2] ?? 0, 0.99);
      }),
    ],
  ];
}

for (const hidden of [64, 128]) {
  const costs = {
    'GAN, a round':
      BATCH *
      (4 * layersCost(generatorLayers(POINTS, LATENT, hidden)) +
        9 * layersCost(discriminatorLayers(POINTS, 1, hidden))),
    'diffusion, a step': BATCH * 3 * layersCost(denoiserLayers(POINTS, hidden)),
  };
  console.log(
    `| hidden ${hidden} | steps a CPU second | by the clock | loss at step ${WARM} | × kernels' time | GFLOP/s |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  let whole = 0;
  for (const [title, contest] of [
    ['GAN, a round', ganRounds(hidden)],
    ['diffusion, a step', diffusionSteps(hidden)],
  ] as const) {
    const found = await race(contest);
    const ours = found.get('kernels')?.perSecond ?? 1;
    whole += 1000 / ours;
    for (const [name, { perSecond, byClock, loss }] of found)
      console.log(
        `| ${title}: ${name} | ${perSecond.toFixed(0)} | ${byClock.toFixed(0)} | ${loss.toFixed(4)} | ${(ours / perSecond).toFixed(2)} | ${((2 * costs[title] * perSecond) / 1e9).toFixed(1)} |`,
      );
  }
  console.log(
    `\n| a round of both, hidden ${hidden}: ${whole.toFixed(2)} CPU ms; each kind of work alone, at best | ms |`,
  );
  console.log('| --- | --- |');
  for (const [what, ms] of profile(hidden)) console.log(`| ${what} | ${ms.toFixed(3)} |`);
  console.log('');
}
console.log('| matrix product | our kernel, GFLOP/s | jax-js, GFLOP/s |');
console.log('| --- | --- | --- |');
for (const size of [
  [256, 64, 64],
  [256, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
] as const) {
  const [ours, theirs] = await peak(...size);
  console.log(`| ${size.join(' × ')} | ${ours.toFixed(1)} | ${theirs.toFixed(1)} |`);
}
