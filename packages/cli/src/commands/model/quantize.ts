/** `viva model quantize`. */

import { availableParallelism } from 'node:os';
import {
  checkBlockSize,
  createFourBitKernels,
  kernelQuantizer,
  type QuantizeReport,
  quantizeModel,
  type TorchFloat,
  type WeightScheme,
} from '@viva/checkpoint';
import { CommandFailure } from '../../failure.ts';
import { duration, interruptible, progressLine, size, table } from './format.ts';

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
}

export async function modelQuantize(input: string, output: string, options: QuantizeOptions): Promise<void> {
  const { lmHead = false, skip = [], json } = options;
  const line = progressLine();
  const { signal, done } = interruptible();
  const maxShardBytes = Number(options.maxShard) * 1e9;
  if (!(maxShardBytes > 0)) throw new CommandFailure(`--max-shard ${options.maxShard} is no size in GB.`, 2);
  const threads =
    options.threads === undefined ? Math.min(8, availableParallelism()) : Number(options.threads);
  if (!(Number.isInteger(threads) && threads > 0 && threads <= 64))
    throw new CommandFailure(`--threads ${options.threads} is no number from 1 to 64.`, 2);
  const scheme = schemeOf(options);
  const kernels = createFourBitKernels(threads);
  try {
    const report = await quantizeModel({
      input,
      output,
      scheme,
      quantize: kernelQuantizer(kernels),
      lmHead,
      skip,
      maxShardBytes,
      signal,
      ...computeDtypeOf(options),
      onProgress: ({ tensor, tensorsDone, tensors, bytesDone, bytes, bytesPerSecond, secondsLeft }) =>
        line.show(
          `${tensorsDone}/${tensors}  ${((100 * bytesDone) / Math.max(1, bytes)).toFixed(0)} %  ${size(bytesPerSecond)}/s  ${duration(secondsLeft)} left  ${tensor}`,
        ),
    });
    line.end();
    if (json) console.log(JSON.stringify({ ...report, peakRssBytes: peakRss() }, jsonNumber, 2));
    else print(report);
  } finally {
    line.end();
    done();
    await kernels.close();
  }
}

function schemeOf({ scheme, doubleQuant = false, blockSize }: QuantizeOptions): WeightScheme {
  if (scheme === 'nf4' || scheme === 'fp4')
    return { kind: scheme, doubleQuant, blockSize: checkBlockSize(Number(blockSize)) };
  if (scheme !== 'int8')
    throw new CommandFailure(
      `--scheme ${scheme} is none of nf4, fp4, int8, nor one of GGUF’s (viva model quantize --help lists them).`,
      2,
    );
  if (doubleQuant)
    throw new CommandFailure('--double-quant belongs to nf4 and fp4; int8 has one scale a row.', 2);
  return { kind: 'int8' };
}

function computeDtypeOf({ computeDtype }: QuantizeOptions): { computeDtype?: TorchFloat } {
  if (computeDtype === undefined) return {};
  if (computeDtype === 'float16' || computeDtype === 'bfloat16' || computeDtype === 'float32')
    return { computeDtype };
  throw new CommandFailure(`--compute-dtype ${computeDtype} is none of float16, bfloat16, float32.`, 2);
}

function print({
  output,
  tensors,
  parameters,
  bytesBefore,
  bytesAfter,
  seconds,
  warnings,
  files,
}: QuantizeReport): void {
  const quantized = tensors.filter(({ error }) => error !== undefined);
  console.log(
    table([
      ['layer', 'before', 'after', 'mean error', 'max error', 'SQNR dB'],
      ...quantized.map(({ name, bytesBefore, bytesAfter, error }) => [
        name,
        size(bytesBefore),
        size(bytesAfter),
        error?.meanAbs.toExponential(2) ?? '',
        error?.maxAbs.toExponential(2) ?? '',
        error?.sqnrDb === Number.POSITIVE_INFINITY ? '∞' : (error?.sqnrDb.toFixed(2) ?? ''),
      ]),
    ]),
  );
  for (const warning of warnings) console.log(`warning: ${warning}`);
  console.log(
    `\n${quantized.length} weights quantised, ${tensors.length - quantized.length} tensors kept; ${parameters.toLocaleString('en-US')} parameters.`,
  );
  console.log(
    `${size(bytesBefore)} became ${size(bytesAfter)} (${((100 * bytesAfter) / bytesBefore).toFixed(1)} %) in ${duration(seconds)}, ${size(bytesBefore / seconds)}/s, peak memory ${size(peakRss())}.`,
  );
  console.log(`${files.length} files in ${output}`);
}

/** The kernel reports kilobytes. */
const peakRss = (): number => process.resourceUsage().maxRSS * 1024;

const jsonNumber = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY ? null : value;
