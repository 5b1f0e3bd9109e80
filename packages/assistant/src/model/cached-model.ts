/** Answers that were once given, kept on disk: a measurement that was cut off goes on where it was. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { GenerateOptions, Generation, LanguageModel, Message } from './language-model.ts';

const Kept = z.object({
  text: z.string(),
  finish: z.enum(['stop', 'length', 'content-filter', 'other']),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number(), estimated: z.boolean() }),
});

export interface CacheCounts {
  /** Calls answered from the disk, and by the model. */
  kept: number;
  asked: number;
}

const keyOf = (name: string, messages: readonly Message[], options: GenerateOptions): string => {
  const { signal: _, ...settings } = options;
  const sorted = Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256')
    .update(JSON.stringify([name, messages.map(({ role, content }) => [role, content]), sorted]))
    .digest('hex');
};

/**
 * Keeps what is the same every time: greedy answers, and drawn ones with a seed. Streams, embeddings and log-probabilities
 * go to the model.
 * @param folder one file an answer; made where it is not there; a file that cannot be read is asked anew
 * @param name what sets the model apart from others: two files of one name may differ
 */
export function cachedModel(
  model: LanguageModel,
  folder: string,
  name: string = model.id,
): LanguageModel & { counts: CacheCounts } {
  const counts: CacheCounts = { kept: 0, asked: 0 };
  /** Asked and not yet answered: whoever asks the same meanwhile waits for it. */
  const underWay = new Map<string, Promise<Generation>>();
  const read = async (file: string): Promise<Generation | undefined> => {
    try {
      return Kept.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      return undefined;
    }
  };
  return {
    ...model,
    counts,
    generate: async (messages, options = {}) => {
      const same = options.temperature === 0 || options.seed !== undefined;
      const key = keyOf(name, messages, options);
      const file = join(folder, key.slice(0, 2), `${key}.json`);
      const asking = same ? underWay.get(key) : undefined;
      const before = asking ? await asking : same ? await read(file) : undefined;
      options.signal?.throwIfAborted();
      if (before) {
        counts.kept++;
        return before;
      }
      const ask = async (): Promise<Generation> => {
        const answer = await model.generate(messages, options);
        counts.asked++;
        if (same) {
          await mkdir(join(folder, key.slice(0, 2)), { recursive: true });
          const aside = `${file}.${process.pid}.part`;
          await writeFile(aside, JSON.stringify(answer));
          await rename(aside, file);
        }
        return answer;
      };
      if (!same) return ask();
      // Others may have begun while the disk was read.
      const already = underWay.get(key);
      if (already) {
        counts.kept++;
        return already;
      }
      const answer = ask().finally(() => underWay.delete(key));
      underWay.set(key, answer);
      return answer;
    },
  };
}
