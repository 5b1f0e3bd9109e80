/** An encoder's folder as the assistant wants it: texts to vectors, in this process, by the labs' engine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LanguageModel } from '@viva/assistant';
import { embedText, openEncoder, startEngine } from '@viva/labs';
import { openEncoderFolder } from '../lab/encoder-world.ts';

type Embed = NonNullable<LanguageModel['embed']>;

/** How a folder of sentence-transformers says that it pools; mean where it says nothing. */
async function poolingOf(folder: string): Promise<'mean' | 'cls'> {
  try {
    const text = await readFile(join(folder, '1_Pooling', 'config.json'), 'utf8');
    return (JSON.parse(text) as { pooling_mode_cls_token?: boolean }).pooling_mode_cls_token ? 'cls' : 'mean';
  } catch {
    return 'mean';
  }
}

/** @throws EncoderError, CheckpointError: see what they name */
export async function openEncoderEmbedding(folder: string): Promise<Embed> {
  await startEngine('wasm');
  const encoder = await openEncoder(await openEncoderFolder(folder));
  const pooling = await poolingOf(folder);
  return async (texts, { signal } = {}) => {
    const vectors: Float32Array[] = [];
    let inputTokens = 0;
    for (const text of texts) {
      signal?.throwIfAborted();
      const { vector, read } = await embedText(encoder, text, { pooling });
      vectors.push(vector);
      inputTokens += read;
      // The engine computes on this thread: between two texts others get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { vectors, usage: { inputTokens, outputTokens: 0, estimated: false } };
  };
}
