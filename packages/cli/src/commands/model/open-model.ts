/** A model ready to run: its file checked by our own reader first, so that damage is named before native code sees it. */
import { openGguf } from '@viva/checkpoint';
import type { Locale } from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import {
  type Llama,
  type LlamaLibrary,
  type LlamaModel,
  loadLibrary,
  loadModel,
  type RuntimeOptions,
  startLlama,
} from './llama-runtime.ts';

export interface GgufFacts {
  readonly bytes: number;
  /** Of all tensors together. */
  readonly bitsPerWeight: number;
  readonly architecture: string;
}

/** Size and architecture of a GGUF file. @throws GgufError for a damaged one */
export async function ggufFacts(path: string): Promise<GgufFacts> {
  const file = await openGguf(path);
  try {
    let bytes = 0;
    let elements = 0;
    for (const tensor of file.tensors) {
      bytes += tensor.bytes;
      elements += tensor.dimensions.reduce((product, size) => product * size, 1);
    }
    const architecture = file.metadata.get('general.architecture');
    return {
      bytes: file.fileBytes,
      bitsPerWeight: (8 * bytes) / elements,
      architecture: architecture?.type === 'string' ? architecture.value : '',
    };
  } finally {
    await file.close();
  }
}

export interface RunningModels {
  readonly library: LlamaLibrary;
  readonly llama: Llama;
  readonly models: readonly LlamaModel[];
}

/** Loads models, lets `run` use them, and frees them. */
export async function withModels<T>(
  paths: readonly string[],
  locale: Locale,
  options: RuntimeOptions,
  signal: AbortSignal,
  run: (running: RunningModels) => Promise<T>,
): Promise<T> {
  for (const path of paths) {
    const { architecture } = await ggufFacts(path);
    if (architecture.endsWith('bert'))
      throw new CommandFailure(
        `${path}: a model of architecture ${architecture} embeds texts; it does not generate any.`,
      );
  }
  const library = await loadLibrary(locale, options);
  const llama = await startLlama(library, options);
  const models: LlamaModel[] = [];
  // Native work alone does not always hold Node: without this, a run now and then ended silently in the middle.
  const held = setInterval(() => {}, 1000);
  try {
    for (const path of paths) models.push(await loadModel(llama, path, signal));
    return await run({ library, llama, models });
  } finally {
    for (const model of models) await model.dispose();
    await llama.dispose();
    clearInterval(held);
  }
}
