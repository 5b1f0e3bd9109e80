/** `viva model quantize … --scheme q4_k_m` and its like: a GGUF file in another precision. */
import { stat } from 'node:fs/promises';
import {
  contentOf,
  isScheme,
  openGguf,
  openQuantisePool,
  quantiseContent,
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

export async function quantizeGguf(
  input: string,
  output: string,
  options: QuantizeGgufOptions,
): Promise<void> {
  const locale = language(options.lang);
  const scheme = options.scheme.toLowerCase() as SchemeName;
  if (!output.endsWith('.gguf')) throw new CommandFailure(`${output}: a GGUF file is named *.gguf.`, 2);
  const found = await stat(input).catch((error: Error) => {
    throw new CommandFailure(`${input} could not be opened: ${error.message}`);
  });
  if (found.isDirectory()) throw new CommandFailure(`${input} is a folder; give a GGUF file.`);
  const threads =
    options.threads === undefined
      ? undefined
      : readNumber('--threads', options.threads, { min: 1, max: 256, integer: true });
  await withInterrupt(async (signal) => {
    const file = await openGguf(input);
    const pool = openQuantisePool(threads);
    try {
      const content = quantiseContent(contentOf(file), {
        scheme,
        pool,
        name: input,
        requantise: options.requantize ?? false,
        pure: options.pure ?? false,
      });
      const before = file.tensors.reduce((sum, { bytes }) => sum + bytes, 0);
      let progress: Progress | undefined;
      const begun = performance.now();
      const bytes = await writeGguf(output, content, {
        signal,
        overwrite: options.overwrite ?? false,
        onProgress: ({ bytes, totalBytes, tensors, tensorCount }) => {
          progress ??= new Progress({
            label: say(locale, 'quantizing'),
            total: totalBytes,
            format: byteSize,
          });
          progress.update(bytes, `${tensors}/${tensorCount}`);
        },
      });
      progress?.done();
      const seconds = (performance.now() - begun) / 1000;
      const { bitsPerWeight } = await ggufFacts(output);
      const report = {
        output,
        scheme,
        bytes,
        bytesBefore: file.fileBytes,
        bitsPerWeight,
        seconds,
        threads: pool.threads,
      };
      if (options.json) console.log(JSON.stringify(report, null, 2));
      else
        console.log(
          say(locale, 'quantized', {
            file: output,
            size: byteSize(bytes),
            bits: bitsPerWeight.toFixed(2),
            before: byteSize(file.fileBytes),
            seconds: seconds.toFixed(1),
            rate: byteSize(before / seconds),
            threads: pool.threads,
          }),
        );
    } finally {
      await pool.close();
      await file.close();
    }
  });
}
