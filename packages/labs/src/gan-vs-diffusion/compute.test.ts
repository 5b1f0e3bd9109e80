/** The gradients of every loss, on the kernels and on the engine alike, against finite differences in double precision. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../engine/engine.ts';
import { createRandom } from '../engine/random.ts';
import { initLayers, type Layer } from '../nets/layers.ts';
import { type Plain, plainForward, plainSlope, toPlain, worstGradient } from '../testing/plain-net.ts';
import type { GanLoss, GanSetting } from './compute.ts';
import { EngineDenoiser, EngineGan } from './engine-compute.ts';
import { KernelDenoiser, KernelGan } from './kernel-compute.ts';
import {
  denoiserLayers,
  discriminatorLayers,
  generatorLayers,
  POINTS,
  packSamples,
  type Space,
  TIME,
  unpackSamples,
  widthOf,
} from './networks.ts';

beforeAll(async () => {
  await startEngine('wasm');
});

const softplus = (s: number): number => Math.log1p(Math.exp(-Math.abs(s))) + Math.max(0, s);
const IMAGES: Space = { kind: 'images', side: 4 };

interface Case {
  space: Space;
  loss: GanLoss;
  r1: number;
  pack: number;
}
const CASES: (Case & { name: string })[] = (
  [
    [POINTS, 'non-saturating', 0, 1],
    [POINTS, 'minimax', 0, 1],
    [POINTS, 'wgan-gp', 0, 1],
    [POINTS, 'non-saturating', 1.5, 1],
    [POINTS, 'wgan-gp', 0.5, 2],
    [POINTS, 'non-saturating', 0, 4],
    [IMAGES, 'non-saturating', 0.7, 1],
    [IMAGES, 'wgan-gp', 0, 1],
    [IMAGES, 'minimax', 0, 2],
  ] as const
).map(([space, loss, r1, pack]) => ({
  space,
  loss,
  r1,
  pack,
  name: `${space.kind}, ${loss}, R1 ${r1}, ${pack} together`,
}));

function setting({ space, loss, r1, pack }: Case): GanSetting {
  const random = createRandom(3);
  const hidden = space.kind === 'points' ? 8 : 32;
  const generator = generatorLayers(space, 3, hidden);
  const discriminator = discriminatorLayers(space, pack, hidden);
  return {
    generator,
    discriminator,
    generatorWeights: initLayers(generator, random),
    discriminatorWeights: initLayers(discriminator, random),
    loss,
    r1,
    pack,
    batch: 4 * pack,
    rate: 1e-3,
    discriminatorRate: 2e-3,
    beta1: 0.5,
    beta2: 0.99,
  };
}

/** As `packSamples`, in double precision and written another way. */
const rowsOf = (samples: ArrayLike<number>, pack: number, width: number): number[][] =>
  Array.from({ length: samples.length / (pack * width) }, (_, row) => {
    const own = Array.from({ length: pack }, (_one, k) =>
      Array.from({ length: width }, (_two, at) => samples[(row * pack + k) * width + at]!),
    );
    return width === 2 ? own.flat() : own[0]!.flatMap((_one, at) => own.map((image) => image[at]!));
  });

function discriminatorLoss(
  { loss, r1 }: Case,
  layers: readonly Layer[],
  weights: Plain,
  real: number[][],
  fake: number[][],
  mix: Float32Array,
): number {
  const score = (x: number[]): number => plainForward(layers, weights, x)[0]!;
  const length = (x: number[]): number => Math.hypot(...plainSlope(layers, weights, x));
  let sum = 0;
  for (const [at, x] of real.entries()) {
    if (loss === 'wgan-gp') {
      const between = x.map((value, n) => value * mix[at]! + fake[at]![n]! * (1 - mix[at]!));
      sum += score(fake[at]!) - score(x) + 10 * (length(between) - 1) ** 2;
    } else sum += softplus(-score(x)) + softplus(score(fake[at]!));
    if (r1 > 0) sum += (r1 / 2) * length(x) ** 2;
  }
  return sum / real.length;
}

describe.each(CASES)('$name', (the) => {
  const { space, pack, loss } = the;
  const width = widthOf(space);
  const random = createRandom(8);
  const batch = 4 * pack;
  const real = random.normals(batch * width);
  const fake = random.normals(batch * width);
  const latents = random.normals(batch * 3);
  const mix = Float32Array.from({ length: 4 }, () => random.next());
  const made = { kernels: () => new KernelGan(setting(the)), engine: () => new EngineGan(setting(the)) };

  it.each(['kernels', 'engine'] as const)('discriminator on the %s', async (on) => {
    const gan = made[on]();
    const { discriminator, discriminatorWeights } = setting(the);
    const { loss: found, gradients } = await gan.discriminatorGradients(real, fake, mix);
    const plain = toPlain(discriminatorWeights);
    const [reals, fakes] = [rowsOf(real, pack, width), rowsOf(fake, pack, width)];
    const value = (): number => discriminatorLoss(the, discriminator, plain, reals, fakes, mix);
    expect(found).toBeCloseTo(value(), 3);
    const every = space.kind === 'points' ? 3 : 97;
    expect(worstGradient(plain, gradients, value, { every })).toBeLessThan(2e-3);
    gan.dispose();
  });

  it.each(['kernels', 'engine'] as const)('generator, and the pull on its samples, on the %s', async (on) => {
    const gan = made[on]();
    const { generator, generatorWeights, discriminator, discriminatorWeights } = setting(the);
    const { loss: found, gradients } = await gan.generatorGradients(latents);
    const judge = toPlain(discriminatorWeights);
    const onRows = (rows: number[][]): number => {
      const scores = rows.map((row) => plainForward(discriminator, judge, row)[0]!);
      const each = scores.map((s) =>
        loss === 'wgan-gp' ? -s : loss === 'minimax' ? -softplus(s) : softplus(-s),
      );
      return each.reduce((a, b) => a + b, 0) / each.length;
    };
    const plain = toPlain(generatorWeights);
    const value = (): number => {
      const samples: number[] = [];
      for (let n = 0; n < batch; n++)
        samples.push(...plainForward(generator, plain, [...latents.subarray(3 * n, 3 * n + 3)]));
      return onRows(rowsOf(samples, pack, width));
    };
    expect(found).toBeCloseTo(value(), 3);
    const every = space.kind === 'points' ? 3 : 53;
    expect(worstGradient(plain, gradients, value, { every })).toBeLessThan(2e-3);

    const pulls = [...(await gan.pull(fake))];
    const moved = [...fake];
    const loss0 = (): number => onRows(rowsOf(moved, pack, width));
    const off = pulls.map((value) => (-value / batch) * pack);
    expect(worstGradient([moved], [Float32Array.from(off)], loss0)).toBeLessThan(2e-3);
    gan.dispose();
  });

  it('the two agree, gradients and steps', async () => {
    const [kernels, engine] = [made.kernels(), made.engine()];
    for (let step = 0; step < 3; step++) {
      const a = await kernels.discriminatorStep(real, latents, mix);
      const b = await engine.discriminatorStep(real, latents, mix);
      expect(a).toBeCloseTo(b, 2);
      expect(await kernels.generatorStep(latents)).toBeCloseTo(await engine.generatorStep(latents), 2);
    }
    const [a, b] = [await kernels.sample(latents), await engine.sample(latents)];
    for (const [at, value] of a.entries()) expect(value).toBeCloseTo(b[at]!, 2);
    kernels.dispose();
    engine.dispose();
  });
});

describe.each([POINTS, IMAGES])('the denoiser of $kind', (space) => {
  const layers = denoiserLayers(space, space.kind === 'points' ? 16 : 32);
  const timed = space.kind === 'images';
  const width = widthOf(space);
  const random = createRandom(2);
  const weights = initLayers(layers, random);
  const rows = 3;
  const input = random.normals(rows * (timed ? width : width + TIME));
  const time = timed ? random.normals(rows * TIME) : null;
  const target = random.normals(rows * width);
  const options = { layers, weights, batch: rows, rate: 1e-3 };

  it.each(['kernels', 'engine'] as const)('on the %s', async (on) => {
    const net = on === 'kernels' ? new KernelDenoiser(options) : new EngineDenoiser(options);
    const { loss, gradients } = await net.gradients(input, time, target);
    const plain = toPlain(weights);
    const size = input.length / rows;
    const value = (): number => {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const out = plainForward(
          layers,
          plain,
          [...input.subarray(row * size, (row + 1) * size)],
          time ? [...time.subarray(row * TIME, (row + 1) * TIME)] : [],
        );
        for (const [at, one] of out.entries()) sum += (one - target[row * width + at]!) ** 2;
      }
      return sum / target.length;
    };
    expect(loss).toBeCloseTo(value(), 4);
    expect(worstGradient(plain, gradients, value, { every: 11 })).toBeLessThan(1e-3);
    net.dispose();
  });

  it('the two agree after steps, averaged weights too', async () => {
    const [kernels, engine] = [new KernelDenoiser(options), new EngineDenoiser(options)];
    for (let step = 0; step < 4; step++)
      expect(await kernels.step(input, time, target, 0.5)).toBeCloseTo(
        await engine.step(input, time, target, 0.5),
        4,
      );
    const [a, b] = [await kernels.predict(input, time), await engine.predict(input, time)];
    for (const [at, value] of a.entries()) expect(value).toBeCloseTo(b[at]!, 4);
    kernels.dispose();
    engine.dispose();
  });
});

describe('packing', () => {
  it('puts images together as channels, and takes them apart again', () => {
    const samples = Float32Array.from({ length: 2 * 3 * 9 }, (_, at) => at);
    const rows = new Float32Array(samples.length);
    packSamples(samples, 3, 9, rows);
    // The first pixel of the first row: that of its three images.
    expect([...rows.subarray(0, 3)]).toEqual([0, 9, 18]);
    const back = new Float32Array(samples.length);
    unpackSamples(rows, 3, 9, back);
    expect(back).toEqual(samples);
  });
});
