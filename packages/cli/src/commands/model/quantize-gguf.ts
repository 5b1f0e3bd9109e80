/** `viva model quantize … --scheme q4_k_m` and its like: a GGUF file from another or from a folder. */
import { stat } from 'node:fs/promises';
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
  type SchemeName,
  writeGguf,
} from '@viva/checkpoint';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';
import { say } from './gguf-words.ts';
import { ggufFacts } from './open-model.ts';
import { readNumber, withInterrupt } from './options.ts';

export interface QuantizeGgufOptions {
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
  const threads =
    options.threads === undefined
      ? undefined
      : readNumber('--threads', options.threads, { min: 1, max: 256, integer: true });
  await withInterrupt(async (signal) => {
    const opened = await openInput(input);
    const pool = openQuantisePool(threads);
    let progress: Progress | undefined;
    try {
      const content = quantiseContent(opened.content, {
        scheme,
        pool,
        name: input,
        requantise: options.requantize ?? false,
        pure: options.pure ?? false,
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
          progress.update(at.bytes, `${at.tensors}/${at.tensorCount}`);
        },
      });
      progress?.done();
      const seconds = (performance.now() - begun) / 1000;
      const { bitsPerWeight } = await ggufFacts(output);
      const { tensorBytes } = opened;
      const report = { output, scheme, bytes, tensorBytesBefore: tensorBytes, bitsPerWeight, seconds };
      if (options.json) console.log(JSON.stringify({ ...report, threads: pool.threads }, null, 2));
      else
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
  });
}
