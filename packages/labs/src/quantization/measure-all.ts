/** The measures of the lab: the chosen setting, and the comparisons that claims are about, on samples never trained on. */
import { hessian, outputError } from '@viva/checkpoint/browser';
import type { Batch } from '../data/labelled.ts';
import type { Random } from '../engine/random.ts';
import type { Measures } from '../lab.ts';
import { forward } from '../nets/dense.ts';
import type { Weights } from '../nets/mlp.ts';
import {
  cacheBytes,
  countParameters,
  FOUR_BIT_NAMES,
  fourBitScheme,
  LLAMA_2_70B,
  MISTRAL_7B,
  onNormal,
  quantileError,
} from './benchmarks.ts';
import { roundByInputs, withOutliers } from './outliers.ts';
import { type LiveParams, settingOf, THRESHOLD } from './params.ts';
import type { Aware } from './qat.ts';
import { evaluate, type Figures, QuantisedNet, type Setting } from './quantised-net.ts';
import { DEFAULT_SCHEME, quantiseWeight } from './schemes.ts';
import { grain, type ShiftPoint, shifted, skewOf, sweepShift } from './sweep.ts';
import { workedExample } from './worked-example.ts';

export interface Trained {
  sizes: readonly number[];
  /** Without outlying channels. */
  weights: Weights;
  samples: Batch;
  test: Batch;
  live: LiveParams;
  qat: { bits: number; activations: boolean };
  aware: { ste: Aware; lsq: Aware } | null;
  random: Random;
}

type Out = Record<string, number | null>;

const put = (out: Out, id: string, { loss, accuracy }: Figures): void => {
  out[`${id}.loss`] = loss;
  out[`${id}.accuracy`] = accuracy;
  out[`${id}.perplexity`] = Math.exp(loss);
};

export async function measureAll(trained: Trained): Promise<Measures> {
  const out: Out = {};
  await chosen(trained, out);
  await aware(trained, out);
  await fourBits(trained, out);
  await comparisons(trained, out);
  await treatments(trained, out);
  withoutTraining(trained.random, out);
  for (const [id, value] of Object.entries(out))
    if (value !== null && !Number.isFinite(value)) out[id] = null;
  return out;
}

async function chosen({ sizes, weights, samples, test, live }: Trained, out: Out): Promise<void> {
  const present =
    live.outliers === 0 ? weights : withOutliers(sizes, weights, live.outliers, live.outlierShift);
  const batch = shifted(test, live.shift);
  const net = await QuantisedNet.of(sizes, present, settingOf(live), samples);
  put(out, 'full', evaluate(sizes, present, batch));
  out['full.bits'] = 32;
  put(out, 'ptq', net.evaluate(batch));
  out['ptq.bits'] = net.bits;
  out['ptq.sqnr'] = net.sqnr;
}

/** The same rounding after training and during it: symmetric integers, one scale an output. */
async function aware({ sizes, weights, samples, test, qat, aware: made }: Trained, out: Out): Promise<void> {
  if (!made) return;
  const scheme = { ...DEFAULT_SCHEME, bits: qat.bits };
  const after = await QuantisedNet.of(
    sizes,
    weights,
    {
      ...weightsOnly,
      weights: scheme,
      activations: qat.activations
        ? { mode: 'asymmetric', bits: qat.bits, calibration: 'mse', percentile: 99.9, range: 'static' }
        : null,
    },
    samples,
  );
  put(out, 'rounded', after.evaluate(test));
  put(out, 'ste', made.ste.evaluate(test));
  put(out, 'lsq', made.lsq.evaluate(test));
  for (const id of ['rounded', 'ste']) out[`${id}.bits`] = after.bits;
  const count = sizes.slice(1).reduce((sum, to, at) => sum + to * (sizes[at] as number), 0);
  out['lsq.bits'] = qat.bits + (32 * (sizes.length - 1)) / count;
}

const weightsOnly: Setting = {
  weights: DEFAULT_SCHEME,
  rounding: 'nearest',
  activations: null,
  treatment: 'none',
  alpha: 0.5,
  threshold: THRESHOLD,
};

/** Four bits, blocks of 64, weights only: what QLoRA's table compares. */
async function fourBits({ sizes, weights, samples, test }: Trained, out: Out): Promise<void> {
  for (const name of FOUR_BIT_NAMES) {
    const net = await QuantisedNet.of(
      sizes,
      weights,
      { ...weightsOnly, weights: fourBitScheme(name) },
      samples,
    );
    put(out, `four.${name}`, net.evaluate(test));
    out[`four.${name}.sqnr`] = net.sqnr;
  }
  const eight = await QuantisedNet.of(
    sizes,
    weights,
    { ...weightsOnly, weights: { ...DEFAULT_SCHEME, bits: 8 } },
    samples,
  );
  put(out, 'int8', eight.evaluate(test));
}

async function comparisons({ sizes, weights, samples, test, live }: Trained, out: Out): Promise<void> {
  for (const [name, { sqnr, bits }] of Object.entries(grain(sizes, weights, live.bits))) {
    out[`grain.${name}.sqnr`] = sqnr;
    out[`grain.${name}.bits`] = bits;
  }
  out['skew.gain'] = skewOf(sizes, weights, samples, live.activationBits).gain;
  const activations = { mode: live.activationMode, bits: live.activationBits };
  for (const [name, by] of [
    ['same', 0],
    ['larger', 3],
    ['smaller', -3],
  ] as const) {
    const [found] = await sweepShift(sizes, weights, samples, test, activations, [by]);
    const { full, static: fixed, dynamic } = found as ShiftPoint;
    Object.assign(out, {
      [`shift.${name}.full`]: full,
      [`shift.${name}.static`]: fixed,
      [`shift.${name}.dynamic`]: dynamic,
    });
  }
}

/** Four channels 32 times as large, eight bits for weights and activations; and rounding that knows the inputs. */
async function treatments({ sizes, weights, samples, test, live }: Trained, out: Out): Promise<void> {
  const outlying = withOutliers(sizes, weights, 4, 5);
  const bits = live.activationBits;
  const setting = (treatment: Setting['treatment'], range: 'static' | 'dynamic'): Setting => ({
    ...weightsOnly,
    weights: { ...DEFAULT_SCHEME, bits: 8 },
    activations: { mode: 'asymmetric', bits, calibration: 'min-max', percentile: 99.9, range },
    treatment,
  });
  for (const [name, made, net] of [
    ['clean', 'none', weights],
    ['plain', 'none', outlying],
    ['smoothquant', 'smoothquant', outlying],
    ['llmInt8', 'llm-int8', outlying],
  ] as const) {
    const quantised = await QuantisedNet.of(sizes, net, setting(made, 'static'), samples);
    put(out, `outliers.${name}`, quantised.evaluate(test));
    out[`outliers.${name}.error`] = outputErrorOf(sizes, net, quantised, test);
  }
  // The error that rounding leaves in the outputs of the second layer, whose inputs are activations.
  const input = forward(sizes, outlying, samples.x, samples.rows).inputs[1] as Float32Array;
  const weight = outlying[2] as Float32Array;
  const columns = sizes[1] as number;
  // Measured on inputs that rounding has not seen.
  const h = hessian(forward(sizes, outlying, test.x, test.rows).inputs[1] as Float32Array, columns);
  const nearest = quantiseWeight(weight, columns, { ...DEFAULT_SCHEME, bits: 3, scheme: 'asymmetric' });
  out['round.nearest'] = outputError(weight, nearest.values, h, columns);
  for (const rounding of ['gptq', 'awq'] as const)
    out[`round.${rounding}`] = outputError(
      weight,
      await roundByInputs(weight, columns, input, rounding, {
        bits: 3,
        groupSize: columns,
        symmetric: false,
      }),
      h,
      columns,
    );
}

/** Mean square of what quantisation changes in the outputs, over that of the outputs. */
function outputErrorOf(
  sizes: readonly number[],
  weights: Weights,
  net: QuantisedNet,
  { x, rows }: Batch,
): number {
  const right = forward(sizes, weights, x, rows).output;
  const got = forward(sizes, weights, x, rows, net.hooks).output;
  let [error, size] = [0, 0];
  for (const [at, value] of right.entries()) {
    error += (value - (got[at] as number)) ** 2;
    size += value ** 2;
  }
  return error / size;
}

function withoutTraining(random: Random, out: Out): void {
  for (const [name, { sqnr, bits }] of Object.entries(onNormal(random))) {
    out[`normal.${name}.sqnr`] = sqnr;
    out[`normal.${name}.bits`] = bits;
  }
  const [levels, steps] = workedExample({ value: 0.75689, min: 0, max: 1, bits: 8 });
  out['example.levels'] = levels?.code ?? null;
  out['example.steps'] = steps?.code ?? null;
  out['example.endWithSteps'] = workedExample({ value: 1, min: 0, max: 1, bits: 8 })[1]?.rounded ?? null;
  out['nf4.quantileError'] = quantileError();
  const { linear, other } = countParameters(MISTRAL_7B);
  out['mistral.parameters'] = (linear + other) / 1e9;
  out['mistral.halfGigabytes'] = (2 * (linear + other)) / 1e9;
  out['mistral.linearGigabytes'] = ((out['normal.nf4dq.bits'] ?? Number.NaN) / 8) * (linear / 1e9);
  out['mistral.cacheBytes'] = cacheBytes(MISTRAL_7B);
  const large = countParameters(LLAMA_2_70B);
  out['llama70b.linearParameters'] = large.linear / 1e9;
  out['llama70b.linearGigabytes'] = ((out['normal.nf4dq.bits'] ?? Number.NaN) / 8) * (large.linear / 1e9);
}
