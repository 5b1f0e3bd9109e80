/** The real model of tests, SmolLM2-135M-Instruct, and what runs it. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface RealModel {
  /** Where the model is, or would be. */
  file: string;
  /** What is not there, and how to get it; tests are skipped unless it is empty. */
  missing: string[];
}

/**
 * Says on the console what is skipped for want of what.
 * @param tests the name of what is skipped, as in "SKIPPED: …"
 * @param others further files that the tests need, each with how to get it
 */
export function realModel(tests: string, others: readonly { file: string; hint: string }[] = []): RealModel {
  const file = join(
    process.env.VIVA_MODEL_CACHE ?? join(homedir(), '.cache/viva/models'),
    'SmolLM2-135M-Instruct.Q4_1.gguf',
  );
  const runtime = process.env.VIVA_RUNTIME ?? join(homedir(), '.cache/viva/runtime');
  const missing = [
    { file, hint: `${file} (fetch it: node packages/checkpoint/scripts/fetch-model.mjs)` },
    {
      file: join(runtime, 'node_modules/node-llama-cpp'),
      hint: `node-llama-cpp in ${runtime} (viva model generate … --install puts it there)`,
    },
    ...others,
  ].flatMap((each) => (existsSync(each.file) ? [] : [each.hint]));
  if (missing.length > 0) console.warn(`SKIPPED: ${tests}, for want of ${missing.join(' and of ')}`);
  return { file, missing };
}
