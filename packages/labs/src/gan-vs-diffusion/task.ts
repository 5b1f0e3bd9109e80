/** What is to be learnt, points or digits: where it comes from, how it is shown, and how good copies of it are. */
import { type Digits, drawDigits, loadDigits } from '../data/digits/digits.ts';
import { distribution } from '../data/distributions.ts';
import type { Random } from '../engine/random.ts';
import { type DigitJudge, digitJudge, FEATURES } from '../measures/digit-judge.ts';
import { mmd, slicedWasserstein } from '../measures/distances.ts';
import { frechetDistance, gaussianOf } from '../measures/frechet.ts';
import { gridDivergence } from '../measures/grid.ts';
import { countModes, type ModeCount } from '../measures/modes.ts';
import { POINTS, type Space } from './networks.ts';
import type { GanVsDiffusionParams } from './params.ts';

export interface Task {
  space: Space;
  draw(n: number, random: Random): Float32Array;
  /** The largest absolute value to draw and to generate. */
  reach: number;
  /** Centres of modes in the plane; null where there are none, or none to draw. */
  modes: Float32Array | null;
  /** How many modes there are to capture; null where none can be counted. */
  modeCount: number | null;
  /** Samples that measures are taken from. */
  measured: number;
  /** Samples on the screen. */
  shown: number;
  /** Evaluations that the samples on the screen are drawn with. */
  preview: number;
  count(samples: Float32Array): ModeCount | null;
  /** Distances of samples from as many real ones. @param directions for the sliced distance */
  distances(
    samples: Float32Array,
    truth: Float32Array,
    directions: Random,
  ): Readonly<Record<string, number | null>>;
}

/** Samples for the quadratic measure. */
const FOR_MMD = 500;

function pointsTask(params: GanVsDiffusionParams): Task {
  const data = distribution(params.data as Exclude<GanVsDiffusionParams['data'], 'digits'>, params.points);
  const { modes, sd, reach } = data;
  return {
    space: POINTS,
    draw: data.draw,
    reach,
    modes,
    modeCount: modes ? modes.length / 2 : null,
    // As in Srivastava et al. (2017).
    measured: 2500,
    shown: 400,
    preview: 20,
    count: (samples) => (modes ? countModes(samples, modes, sd) : null),
    distances(samples, truth, directions) {
      const { kl, js } = gridDivergence(truth, samples, reach);
      return {
        slicedWasserstein: slicedWasserstein(samples, truth, directions),
        mmd: mmd(samples.subarray(0, 2 * FOR_MMD), truth.subarray(0, 2 * FOR_MMD)),
        gridKl: kl,
        gridJs: js,
        frechet: null,
      };
    },
  };
}

/** The judge's probability from which an image counts as a digit. */
export const CERTAIN = 0.9;
/** Share of the images that must be of a digit for it to be captured: a judge errs now and then. */
export const CAPTURED = 0.01;

/** Digits as modes: those that the judge is certain of, over what it takes them for. */
export function countDigits(judge: Pick<DigitJudge, 'judge'>, images: Float32Array): ModeCount {
  const { digit, confidence } = judge.judge(images);
  const counts = new Float64Array(10);
  let good = 0;
  for (const [at, one] of digit.entries())
    if ((confidence[at] as number) >= CERTAIN) {
      counts[one] = (counts[one] as number) + 1;
      good++;
    }
  let kl = 0;
  for (const count of counts) if (count > 0) kl += (count / good) * Math.log((count / good) * 10);
  return {
    captured: counts.filter((count) => count > 0 && count >= CAPTURED * digit.length).length,
    highQuality: digit.length > 0 ? good / digit.length : 0,
    kl: good > 0 ? kl : null,
  };
}

function digitsTask(digits: Digits): Task {
  const { side } = digits;
  // Trained when it is first asked: the first picture need not wait for it.
  const judge = (): DigitJudge => digitJudge(digits);
  return {
    space: { kind: 'images', side },
    draw: (n, random) => drawDigits(digits, n, random),
    reach: 1,
    modes: null,
    modeCount: 10,
    measured: 1000,
    shown: 64,
    preview: 10,
    count: (images) => countDigits(judge(), images),
    distances: (images, truth, directions) => ({
      slicedWasserstein: slicedWasserstein(images, truth, directions, 64, side * side),
      mmd: null,
      gridKl: null,
      gridJs: null,
      frechet: frechetDistance(gaussianOf(judge().judge(images).features, FEATURES), judge().real),
    }),
  };
}

export const openTask = async (params: GanVsDiffusionParams): Promise<Task> =>
  params.data === 'digits' ? digitsTask(await loadDigits()) : pointsTask(params);
