/** An input that may be a GGUF file, as the folder that calibration and folder schemes need. */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ggufToFolder, openGguf } from '@viva/checkpoint';
import { CommandFailure } from '../../failure.ts';

const PLAIN = new Set(['F32', 'F16', 'BF16']);

export interface AsFolderOptions {
  readonly requantize?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly onTensor?: (tensor: string) => void;
}

/** Gives `use` the folder itself, or, for a GGUF file, one made of it beside `output`, which is removed afterwards. */
export async function asFolder<T>(
  input: string,
  output: string,
  { requantize = false, signal, onTensor }: AsFolderOptions,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const found = await stat(input).catch((error: Error) => {
    throw new CommandFailure(`${input} could not be opened: ${error.message}`);
  });
  if (found.isDirectory() || !input.endsWith('.gguf')) return use(input);
  if (!requantize) await refuseQuantized(input);
  const work = await mkdtemp(join(dirname(resolve(output)), '.viva-folder-'));
  try {
    const folder = join(work, 'model');
    await ggufToFolder({ input, output: folder, signal, onProgress: ({ tensor }) => onTensor?.(tensor) });
    return await use(folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function refuseQuantized(input: string): Promise<void> {
  const file = await openGguf(input);
  const tensor = file.tensors.find(({ type }) => !PLAIN.has(type));
  await file.close();
  if (tensor)
    throw new CommandFailure(
      `${input}: tensor ${tensor.name} is quantised already (${tensor.type}); quantising it again loses more. Start from F16 or F32, or allow it with --requantize.`,
    );
}
