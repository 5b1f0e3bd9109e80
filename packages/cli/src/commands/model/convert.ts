/** `viva model convert`: plain weights in a Hugging Face folder, from a GGUF file or a quantised folder. */

import { stat } from 'node:fs/promises';
import { dequantizeModel, type FolderDtype, ggufToFolder } from '@viva/checkpoint';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';
import { say } from './gguf-words.ts';
import { withInterrupt } from './options.ts';

export interface ConvertOptions {
  dtype: string;
  maxShard: string;
  lang?: string;
  json?: boolean;
}

const DTYPES: Readonly<Record<string, FolderDtype>> = { float16: 'F16', bfloat16: 'BF16', float32: 'F32' };

export async function modelConvert(input: string, output: string, options: ConvertOptions): Promise<void> {
  const locale = language(options.lang);
  const dtype = DTYPES[options.dtype];
  if (!dtype)
    throw new CommandFailure(`--dtype ${options.dtype} is none of ${Object.keys(DTYPES).join(', ')}.`, 2);
  const maxShardBytes = Number(options.maxShard) * 1e9;
  if (!(maxShardBytes > 0)) throw new CommandFailure(`--max-shard ${options.maxShard} is no size in GB.`, 2);
  if (output.endsWith('.gguf'))
    throw new CommandFailure(`${output}: for a GGUF file say viva model quantize … --scheme f16.`, 2);
  const found = await stat(input).catch((error: Error) => {
    throw new CommandFailure(`${input} could not be opened: ${error.message}`);
  });
  await withInterrupt(async (signal) => {
    let progress: Progress | undefined;
    const common = {
      ...{ input, output, dtype, maxShardBytes, signal },
      onProgress: ({ tensor, bytesDone, bytes }: { tensor: string; bytesDone: number; bytes: number }) => {
        progress ??= new Progress({ label: say(locale, 'converting'), total: bytes, format: byteSize });
        progress.update(bytesDone, tensor);
      },
    };
    try {
      const report = found.isDirectory() ? await dequantizeModel(common) : await ggufToFolder(common);
      progress?.done();
      if (options.json) console.log(JSON.stringify({ ...report, dtype: options.dtype }, null, 2));
      else
        console.log(
          say(locale, 'converted', {
            ...{
              folder: output,
              tensors: report.tensors,
              size: byteSize(report.bytes),
              dtype: options.dtype,
            },
            files: report.files.length,
          }),
        );
    } finally {
      progress?.done();
    }
  });
}
