/** `viva model quantize`, as far as it makes folders. */

import { availableParallelism } from 'node:os';
import {
  createFourBitKernels,
  kernelQuantizer,
  type QuantizeModelOptions,
  type QuantizeReport,
  quantizeModel,
  quantizeWithText,
  withAwqModel,
} from '@viva/checkpoint';
import type { Locale } from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { asFolder } from './as-folder.ts';
import { duration, interruptible, progressLine, size } from './format.ts';
import { say } from './gguf-words.ts';
import { calibrationText, computeDtypeOf, type QuantizeOptions, weightScheme } from './quantize-options.ts';

export async function modelQuantize(input: string, output: string, options: QuantizeOptions): Promise<void> {
  const { lmHead = false, skip = [], json } = options;
  const locale = language(options.lang);
  const maxShardBytes = Number(options.maxShard) * 1e9;
  if (!(maxShardBytes > 0)) throw new CommandFailure(`--max-shard ${options.maxShard} is no size in GB.`, 2);
  const threads =
    options.threads === undefined ? Math.min(8, availableParallelism()) : Number(options.threads);
  if (!(Number.isInteger(threads) && threads > 0 && threads <= 64))
    throw new CommandFailure(`--threads ${options.threads} is no number from 1 to 64.`, 2);
  const scheme = weightScheme(options);
  const computeDtype = computeDtypeOf(options);
  const line = progressLine();
  const { signal, done } = interruptible();
  const common: Omit<QuantizeModelOptions, 'scheme'> = {
    ...{ input, output, lmHead, skip, maxShardBytes, signal, ...computeDtype },
    onProgress: ({ tensor, tensorsDone, tensors, bytesDone, bytes, bytesPerSecond, secondsLeft }) =>
      line.show(
        `${tensorsDone}/${tensors}  ${((100 * bytesDone) / Math.max(1, bytes)).toFixed(0)} %  ${size(bytesPerSecond)}/s  ${duration(secondsLeft)} left  ${tensor}`,
      ),
  };
  const quantize = async (folder: string): Promise<QuantizeReport> => {
    const file = options.gptq ?? options.text;
    if (scheme.kind === 'int' && file !== undefined)
      return quantizeWithText({
        ...{ ...common, input: folder, scheme, threads, calibration: await calibrationText(file, options) },
        ...(options.gptq === undefined
          ? {}
          : { gptq: { activationOrder: options.activationOrder ?? false } }),
      });
    const kernels = createFourBitKernels(threads);
    try {
      return await quantizeModel({ ...common, input: folder, scheme, quantize: kernelQuantizer(kernels) });
    } finally {
      await kernels.close();
    }
  };
  const scaled = async (folder: string): Promise<QuantizeReport> => {
    if (options.awq === undefined) return quantize(folder);
    const calibration = await calibrationText(options.awq, options);
    const onLayer = (layer: number, layers: number) => line.show(`AWQ: layer ${layer} of ${layers}`);
    const awq = { input: folder, calibration, rounding: scheme, threads, maxShardBytes, signal, onLayer };
    return withAwqModel(output, awq, quantize);
  };
  try {
    const onTensor = (tensor: string) => line.show(`reading ${tensor}`);
    const report = await asFolder(input, output, { ...options, signal, onTensor }, scaled);
    line.end();
    if (json) console.log(JSON.stringify({ ...report, peakRssBytes: peakRss() }, jsonNumber, 2));
    else print(report, locale);
  } finally {
    line.end();
    done();
  }
}

function print(
  { output, tensors, parameters, bytesBefore, bytesAfter, seconds, warnings, files }: QuantizeReport,
  locale: Locale,
): void {
  const quantized = tensors.filter(({ error }) => error !== undefined);
  const right = (head: string) => ({ head, align: 'right' as const });
  console.log(
    textTable(
      [
        { head: say(locale, 'layer') },
        right(say(locale, 'before')),
        right(say(locale, 'after')),
        right(say(locale, 'meanError')),
        right(say(locale, 'maxError')),
        right('SQNR dB'),
      ],
      quantized.map(({ name, bytesBefore, bytesAfter, error }) => [
        name,
        size(bytesBefore),
        size(bytesAfter),
        error?.meanAbs.toExponential(2) ?? '',
        error?.maxAbs.toExponential(2) ?? '',
        error?.sqnrDb === Number.POSITIVE_INFINITY ? '∞' : (error?.sqnrDb.toFixed(2) ?? ''),
      ]),
    ),
  );
  for (const text of warnings) console.log(say(locale, 'warning', { text }));
  const kept = tensors.length - quantized.length;
  const counts = { quantized: quantized.length, kept, parameters: parameters.toLocaleString('en-US') };
  console.log(`\n${say(locale, 'counted', counts)}`);
  console.log(
    say(locale, 'became', {
      ...{ before: size(bytesBefore), after: size(bytesAfter), time: duration(seconds) },
      ...{ share: ((100 * bytesAfter) / bytesBefore).toFixed(1), rate: size(bytesBefore / seconds) },
      memory: size(peakRss()),
    }),
  );
  console.log(say(locale, 'filesIn', { files: files.length, folder: output }));
}

/** The kernel reports kilobytes. */
const peakRss = (): number => process.resourceUsage().maxRSS * 1024;

const jsonNumber = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY ? null : value;
