/** The real model of the tests, if it has been fetched (scripts/fetch-model.mjs). */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const NAME = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/** Its path, or undefined, in which case a line says why tests are skipped. */
export function realModel(): string | undefined {
  const path = join(process.env.VIVA_MODEL_CACHE ?? join(homedir(), '.cache/viva/models'), NAME);
  if (existsSync(path)) return path;
  console.warn(
    `SKIPPED: tests on the real model, because ${path} is missing. Fetch it (98 MB, once): node packages/checkpoint/scripts/fetch-model.mjs`,
  );
  return undefined;
}
