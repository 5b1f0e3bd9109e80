/** What `viva model quantize` is told, as schemes and calibration of the package. */

import {
  type ActivationScheme,
  type CalibrationMethod,
  type CalibrationText,
  checkBlockSize,
  type Granularity,
  type IntegerScheme,
  type TorchFloat,
  type WeightScheme,
} from '@viva/checkpoint';
import { CommandFailure } from '../../failure.ts';
import { readNumber } from './options.ts';
import { readText } from './read-text.ts';

export interface QuantizeOptions {
  scheme: string;
  doubleQuant?: boolean;
  blockSize: string;
  computeDtype?: string;
  lmHead?: boolean;
  skip?: string[];
  maxShard: string;
  threads?: string;
  json?: boolean;
  lang?: string;
  /** GGUF input that is quantised already. */
  requantize?: boolean;
  asymmetric?: boolean;
  granularity?: string;
  groupSize?: string;
  activations?: string;
  calibration?: string;
  percentile?: string;
  text?: string;
  gptq?: string;
  activationOrder?: boolean;
  awq?: string;
  sequences?: string;
  sequenceLength?: string;
}

/** Schemes that make folders, and what they are. */
export const FOLDER_SCHEMES: Readonly<Record<string, string>> = {
  nf4: '4-bit NormalFloat, bit for bit as bitsandbytes quantises',
  fp4: '4-bit float, likewise',
  int8: 'LLM.int8(): rows of 8-bit integers, outliers apart, likewise',
  w4a16: '4-bit integers in groups (compressed-tensors); see --gptq',
  w8a16: '8-bit integers (compressed-tensors)',
  w8a8: '8-bit integers, and activations too, dynamic or calibrated (compressed-tensors)',
};

const INTEGER = new Set(['w4a16', 'w8a16', 'w8a8']);

export function weightScheme(options: QuantizeOptions): WeightScheme {
  const { scheme, doubleQuant = false, blockSize } = options;
  if (!Object.hasOwn(FOLDER_SCHEMES, scheme))
    throw new CommandFailure(
      `--scheme ${scheme} is none of ${Object.keys(FOLDER_SCHEMES).join(', ')}, nor one of GGUF’s (viva model quantize --help lists them).`,
      2,
    );
  if (doubleQuant && scheme !== 'nf4' && scheme !== 'fp4')
    throw new CommandFailure(`--double-quant belongs to nf4 and fp4, not to ${scheme}.`, 2);
  refuseForeign(options);
  if (scheme === 'nf4' || scheme === 'fp4')
    return { kind: scheme, doubleQuant, blockSize: checkBlockSize(Number(blockSize)) };
  return INTEGER.has(scheme) ? integerScheme(options) : { kind: 'int8' };
}

/** An option of whole numbers with another scheme would be silently without effect. */
function refuseForeign({ scheme, ...options }: QuantizeOptions): void {
  const only = (names: readonly (keyof typeof options)[], home: string, fits: boolean) => {
    const given = names.find((name) => options[name] !== undefined);
    if (given && !fits)
      throw new CommandFailure(
        `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} belongs to ${home}, not to ${scheme}.`,
        2,
      );
  };
  only(['asymmetric', 'granularity', 'groupSize', 'gptq'], 'w4a16, w8a16 and w8a8', INTEGER.has(scheme));
  only(['activations'], 'w8a8', scheme === 'w8a8');
  only(
    ['calibration', 'percentile', 'text'],
    'w8a8 with --activations static',
    scheme === 'w8a8' && options.activations === 'static',
  );
  only(['activationOrder'], '--gptq', options.gptq !== undefined);
}

function integerScheme(options: QuantizeOptions): IntegerScheme {
  const bits = options.scheme === 'w4a16' ? 4 : 8;
  const symmetric = !options.asymmetric;
  const activations = options.scheme === 'w8a8' ? activationScheme(options) : undefined;
  return {
    ...{ kind: 'int', bits, symmetric, granularity: granularityOf(options, bits) },
    ...(activations ? { activations } : {}),
  };
}

function granularityOf({ granularity, groupSize }: QuantizeOptions, bits: 4 | 8): Granularity {
  const per = granularity ?? (bits === 4 || groupSize !== undefined ? 'group' : 'channel');
  if (groupSize !== undefined && per !== 'group')
    throw new CommandFailure('--group-size belongs to --granularity group.', 2);
  if (per === 'group')
    return { per, size: readNumber('--group-size', groupSize ?? '128', { min: 8, integer: true }) };
  if (per === 'tensor' || per === 'channel') return { per };
  throw new CommandFailure(`--granularity ${per} is none of tensor, channel, group.`, 2);
}

function activationScheme(options: QuantizeOptions): ActivationScheme {
  const { activations = 'dynamic' } = options;
  const symmetric = !options.asymmetric;
  if (activations === 'dynamic') return { dynamic: true, symmetric };
  if (activations !== 'static')
    throw new CommandFailure(`--activations ${activations} is neither dynamic nor static.`, 2);
  if (options.text === undefined && options.gptq === undefined)
    throw new CommandFailure('--activations static needs a text to calibrate with: --text FILE.', 2);
  return { dynamic: false, symmetric, method: calibrationMethod(options) };
}

function calibrationMethod({ calibration = 'mse', percentile }: QuantizeOptions): CalibrationMethod {
  if (percentile !== undefined && calibration !== 'percentile')
    throw new CommandFailure('--percentile belongs to --calibration percentile.', 2);
  switch (calibration) {
    case 'min-max':
    case 'mse':
    case 'entropy':
      return { method: calibration };
    case 'percentile':
      return {
        method: calibration,
        percentile: readNumber('--percentile', percentile ?? '99.99', { min: 50.01, max: 100 }),
      };
    default:
      throw new CommandFailure(
        `--calibration ${calibration} is none of min-max, percentile, mse, entropy.`,
        2,
      );
  }
}

/** The text of a file, and how much of it is run. */
export async function calibrationText(file: string, options: QuantizeOptions): Promise<CalibrationText> {
  const { sequences = '16', sequenceLength = '256' } = options;
  return {
    text: await readText(file),
    sequences: readNumber('--sequences', sequences, { min: 1, integer: true }),
    sequenceLength: readNumber('--sequence-length', sequenceLength, { min: 8, integer: true }),
  };
}

export function computeDtypeOf({ computeDtype }: QuantizeOptions): { computeDtype?: TorchFloat } {
  if (computeDtype === undefined) return {};
  if (computeDtype === 'float16' || computeDtype === 'bfloat16' || computeDtype === 'float32')
    return { computeDtype };
  throw new CommandFailure(`--compute-dtype ${computeDtype} is none of float16, bfloat16, float32.`, 2);
}
