/** `viva model quantize … --scheme q4_k_m` and its like: a GGUF file from another or from a folder. */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import {
  contentOf,
  convertFolder,
  type GgufContent,
  isScheme,
  openGguf,
  openModelFolder,
  openQuantisePool,
  quantiseContent,
  readConvertibleFolder,
  SCHEMES,
  type SchemeName,
  type TensorConversion,
  withAwqModel,
  writeGguf,
} from '@viva/checkpoint';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { asFolder } from './as-folder.ts';
import { say } from './gguf-words.ts';
import { ggufFacts } from './open-model.ts';
import { readNumber, withInterrupt } from './options.ts';
import { calibrationText, type QuantizeOptions } from './quantize-options.ts';

export interface QuantizeGgufOptions
  extends Partial<Pick<QuantizeOptions, 'awq' | 'sequences' | 'sequenceLength' | 'gptq' | 'text'>> {
  scheme: string;
  requantize?: boolean;
  pure?: boolean;
  threads?: string;
  overwrite?: boolean;
  lang?: string;
  json?: boolean;
}

/** Whether a scheme is one of GGUF's, in any case of letters. */
export const isGgufScheme = (name: string): boolean => isScheme(name.toLowerCase());

interface OpenInput {
  readonly content: GgufContent;
  readonly tensorBytes: number;
  close(): Promise<void>;
}

/** A GGUF file, or a Hugging Face folder converted as it is read. */
async function openInput(path: string): Promise<OpenInput> {
  const found = await stat(path).catch((error: Error) => {
    throw new CommandFailure(`${path} could not be opened: ${error.message}`);
  });
  if (!found.isDirectory()) {
    const file = await openGguf(path);
    const tensorBytes = file.tensors.reduce((sum, { bytes }) => sum + bytes, 0);
    return { content: contentOf(file), tensorBytes, close: () => file.close() };
  }
  const { tensors } = await openModelFolder(path);
  try {
    const content = convertFolder(await readConvertibleFolder(path, tensors));
    const tensorBytes = tensors.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return { content, tensorBytes, close: () => tensors.close() };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

export async function quantizeGguf(
  input: string,
  output: string,
  options: QuantizeGgufOptions,
): Promise<void> {
  const locale = language(options.lang);
  const scheme = options.scheme.toLowerCase() as SchemeName;
  if (!output.endsWith('.gguf')) throw new CommandFailure(`${output}: a GGUF file is named *.gguf.`, 2);
  if (options.gptq !== undefined || options.text !== undefined)
    throw new CommandFailure(`--gptq and --text belong to w4a16, w8a16 and w8a8, not to ${scheme}.`, 2);
  const threads =
    options.threads === undefined
      ? undefined
      : readNumber('--threads', options.threads, { min: 1, max: 256, integer: true });
  await withInterrupt(async (signal) => {
    const quantize = (from: string) => convert(from, output, { options, scheme, threads, signal });
    if (options.awq === undefined) return quantize(input);
    const progress = new Progress({ label: say(locale, 'scaling') });
    const calibration = await calibrationText(options.awq, { ...options, blockSize: '', maxShard: '' });
    const onLayer = (layer: number, layers: number) => progress.update(layer, `/ ${layers}`);
    // Every scheme is stood for by blocks of 32 with as many bits: what AWQ looks for is which columns matter.
    const bits = { q8_0: 8, q6_k: 6, q5_k_m: 5, q5_k_s: 5 }[scheme as string] ?? 4;
    if (SCHEMES[scheme].type === 'F32' || SCHEMES[scheme].type === 'F16' || SCHEMES[scheme].type === 'BF16')
      throw new CommandFailure(`--awq is of no use to ${scheme}, which rounds to no integers.`, 2);
    const awq = {
      ...{ calibration, rounding: { kind: 'groups', bits, groupSize: 32 } as const, signal, onLayer },
      threads: threads ?? availableParallelism(),
    };
    return asFolder(input, output, { requantize: options.requantize, signal }, (folder) =>
      withAwqModel(output, { ...awq, input: folder }, async (scaled) => {
        progress.done();
        await quantize(scaled);
      }),
    );
  });
}

interface Conversion {
  readonly options: QuantizeGgufOptions;
  readonly scheme: SchemeName;
  readonly threads: number | undefined;
  readonly signal: AbortSignal;
}

async function convert(
  input: string,
  output: string,
  { options, scheme, threads, signal }: Conversion,
): Promise<void> {
  const locale = language(options.lang);
  const opened = await openInput(input);
  const pool = openQuantisePool(threads);
  let progress: Progress | undefined;
  try {
    const tensors: TensorConversion[] = [];
    const content = quantiseContent(opened.content, {
      ...{ scheme, pool, name: input, requantise: options.requantize ?? false, pure: options.pure ?? false },
      onTensor: (tensor) => void tensors.push(tensor),
    });
    const begun = performance.now();
    const bytes = await writeGguf(output, content, {
      signal,
      overwrite: options.overwrite ?? false,
      onProgress: (at) => {
        progress ??= new Progress({
          label: say(locale, 'quantizing'),
          total: at.totalBytes,
          format: byteSize,
        });
        progress.update(
          at.bytes,
          `${at.tensors}/${at.tensorCount} ${content.tensors[at.tensors]?.name ?? ''}`,
        );
      },
    });
    progress?.done();
    const seconds = (performance.now() - begun) / 1000;
    const { bitsPerWeight } = await ggufFacts(output);
    const { tensorBytes } = opened;
    const peakRssBytes = process.resourceUsage().maxRSS * 1024;
    const report = { output, scheme, bytes, tensorBytesBefore: tensorBytes, bitsPerWeight, seconds };
    if (options.json) {
      console.log(JSON.stringify({ ...report, threads: pool.threads, peakRssBytes, tensors }, finite, 2));
      return;
    }
    if (tensors.length > 0) console.log(`${summary(tensors, options)}\n`);
    console.log(
      say(locale, 'quantized', {
        file: output,
        size: byteSize(bytes),
        bits: bitsPerWeight.toFixed(2),
        before: byteSize(tensorBytes),
        seconds: seconds.toFixed(1),
        rate: byteSize(tensorBytes / seconds),
        threads: pool.threads,
      }),
    );
  } finally {
    progress?.done();
    await pool.close();
    await opened.close();
  }
}

const finite = (_: string, value: unknown): unknown => (value === Number.POSITIVE_INFINITY ? null : value);

const PLAIN = new Set<string>(['F32', 'F16', 'BF16']);

function summary(tensors: readonly TensorConversion[], options: QuantizeGgufOptions): string {
  const locale = language(options.lang);
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: say(locale, 'layer') },
    { head: say(locale, 'format') },
    right(say(locale, 'before')),
    right(say(locale, 'after')),
    right(say(locale, 'meanError')),
    right(say(locale, 'maxError')),
    right('SQNR dB'),
  ];
  const rows = tensors.map(({ name, from, to, bytesBefore, bytesAfter, error }) => [
    name,
    `${from} → ${to}`,
    byteSize(bytesBefore),
    byteSize(bytesAfter),
    error.meanAbs.toExponential(2),
    error.maxAbs.toExponential(2),
    Number.isFinite(error.sqnrDb) ? error.sqnrDb.toFixed(2) : '∞',
  ]);
  const note = tensors.some(({ from }) => !PLAIN.has(from)) ? `\n${say(locale, 'requantized')}` : '';
  return `${textTable(columns, rows)}${note}`;
}
