/** Where the parts of an installation are, relative to this file, built or not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export const bankFolder = (): string => join(ROOT, 'bank');

/** The small models that the encoder lab ships. */
export const encodersFolder = (): string => join(ROOT, 'packages', 'labs', 'models');

/** The built pages; undefined where they have not been built. */
export function pagesFolder(): string | undefined {
  const folder = join(ROOT, 'packages', 'web', 'dist');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}
