/**
 * A small classifier of digits that generated images are judged by: trained here, with a seed of its own, the same each
 * time. It has an eleventh answer, "no digit", learnt from spoilt images, for a classifier of ten would be sure of noise.
 */
import type { Digits } from '../data/digits/digits.ts';
import { type Random, streamOf } from '../engine/random.ts';
import { Arena } from '../kernels/arena.ts';
import { KernelNet } from '../kernels/kernel-net.ts';
import { initLayers, type Layer } from '../nets/layers.ts';
import { type Gaussian, gaussianOf } from './frechet.ts';

export const FEATURES = 32;
const BATCH = 50;
/** Spoilt images beside them. */
const SPOILT = 14;
const ROWS = BATCH + SPOILT;
/** Ten digits and none. */
const ANSWERS = 11;
const EPOCHS = 30;
const RATE = 5e-3;

const TRUNK: readonly Layer[] = [
  { kind: 'conv', side: 14, from: 1, to: 8, stride: 2 },
  { kind: 'activate', by: 'leaky-relu', width: 7 * 7 * 8 },
  { kind: 'conv', side: 7, from: 8, to: 16, stride: 2 },
  { kind: 'activate', by: 'leaky-relu', width: 4 * 4 * 16 },
  { kind: 'dense', from: 4 * 4 * 16, to: FEATURES },
  { kind: 'activate', by: 'leaky-relu', width: FEATURES },
];
const HEAD: readonly Layer[] = [{ kind: 'dense', from: FEATURES, to: ANSWERS }];

export interface Judgement {
  /** n × FEATURES: what the last layer sees. */
  features: Float32Array;
  /** The likeliest digit of each image, and its probability (what is left is for others and for none). */
  digit: Uint8Array;
  confidence: Float32Array;
}

export interface DigitJudge {
  judge(images: Float32Array): Judgement;
  /** Share of held-out digits told right. */
  accuracy: number;
  /** Features of the images that are learnt from. */
  real: Gaussian;
}

let made: DigitJudge | null = null;

/** Trained when first asked for (under two seconds), then kept: nothing of it depends on a run. */
export function digitJudge(digits: Digits): DigitJudge {
  made ??= train(digits);
  return made;
}

function softmax(scores: Float32Array): void {
  const most = Math.max(...scores);
  let sum = 0;
  for (let at = 0; at < scores.length; at++) {
    const value = Math.exp((scores[at] as number) - most);
    scores[at] = value;
    sum += value;
  }
  for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] as number) / sum;
}

/** An image moved by whole pixels: what makes 2,000 images enough to learn from. */
function shift(image: Float32Array, side: number, dx: number, dy: number, out: Float32Array): void {
  out.fill(-1);
  for (let y = Math.max(0, dy); y < side + Math.min(0, dy); y++)
    for (let x = Math.max(0, dx); x < side + Math.min(0, dx); x++)
      out[y * side + x] = image[(y - dy) * side + x - dx] as number;
}

/** No digit any more: drowned in noise, its quarters put together wrongly, or blots. */
function spoil(image: Float32Array, side: number, random: Random, out: Float32Array): void {
  const kind = random.below(3);
  const clip = (value: number): number => Math.max(-1, Math.min(1, value));
  if (kind === 0) {
    const u = 0.3 + 0.7 * random.next();
    for (let at = 0; at < out.length; at++)
      out[at] = clip((image[at] as number) * (1 - u) + (0.3 + 0.7 * u) * random.normal());
    return;
  }
  const half = side / 2;
  const turn = 1 + random.below(3);
  const blots = random.normals(half * half);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const quarter = ((2 * Math.floor(y / half) + Math.floor(x / half)) ^ turn) as number;
      const [fromY, fromX] = [(y % half) + half * (quarter >> 1), (x % half) + half * (quarter & 1)];
      out[y * side + x] =
        kind === 1
          ? (image[fromY * side + fromX] as number)
          : clip((blots[(y >> 1) * half + (x >> 1)] as number) - 0.3);
    }
}

function train(digits: Digits): DigitJudge {
  const random = streamOf(2026, 'the judge of digits');
  const arena = new Arena();
  const trunk = new KernelNet(arena, TRUNK, initLayers(TRUNK, random), { rows: ROWS });
  const head = new KernelNet(arena, HEAD, initLayers(HEAD, random), { rows: ROWS });
  const pixels = digits.side ** 2;
  const order = Uint32Array.from(digits.labels, (_, at) => at);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let at = order.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    for (let from = 0; from + BATCH <= order.length; from += BATCH) {
      const input = arena.view(trunk.input, ROWS * pixels);
      for (let row = 0; row < ROWS; row++) {
        const at = row < BATCH ? (order[from + row] as number) : random.below(order.length);
        const image = digits.images.subarray(at * pixels, (at + 1) * pixels);
        const to = input.subarray(row * pixels, (row + 1) * pixels);
        if (row < BATCH) shift(image, digits.side, random.below(3) - 1, random.below(3) - 1, to);
        else spoil(image, digits.side, random, to);
      }
      trunk.zeroGradients();
      head.zeroGradients();
      const scores = arena.view(head.forward(ROWS, trunk.forward(ROWS)), ROWS * ANSWERS);
      const slope = arena.view(head.slope, ROWS * ANSWERS);
      for (let row = 0; row < ROWS; row++) {
        const own = scores.slice(row * ANSWERS, (row + 1) * ANSWERS);
        softmax(own);
        const label = row < BATCH ? (digits.labels[order[from + row] as number] as number) : 10;
        for (let k = 0; k < ANSWERS; k++)
          slope[row * ANSWERS + k] = ((own[k] as number) - (k === label ? 1 : 0)) / ROWS;
      }
      const back = head.backward(ROWS, { parameters: true, input: true });
      arena.kernels.copy(back, trunk.slope, ROWS * FEATURES);
      trunk.backward(ROWS, { parameters: true });
      // The rate falls to nothing, so that the last images seen count no more than the others.
      const rate = RATE * (1 - (epoch + from / order.length) / EPOCHS);
      trunk.descend({ rate });
      head.descend({ rate });
    }
  }
  const judge = (images: Float32Array): Judgement => {
    const features = trunk.apply(images);
    const scores = head.apply(features);
    const n = scores.length / ANSWERS;
    const digit = new Uint8Array(n);
    const confidence = new Float32Array(n);
    for (let row = 0; row < n; row++) {
      const own = scores.slice(row * ANSWERS, (row + 1) * ANSWERS);
      softmax(own);
      const ten = own.subarray(0, 10);
      const most = Math.max(...ten);
      confidence[row] = most;
      digit[row] = ten.indexOf(most);
    }
    return { features, digit, confidence };
  };
  const told = judge(digits.heldOut.images).digit;
  const right = told.filter((digit, at) => digit === digits.heldOut.labels[at]).length;
  return {
    judge,
    accuracy: right / told.length,
    real: gaussianOf(judge(digits.images).features, FEATURES),
  };
}
