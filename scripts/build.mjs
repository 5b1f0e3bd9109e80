/** `npm run build`: type-checks and builds every package and the pages, unless nothing has changed. */
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, must, newest, ROOT } from './run.mjs';

export async function build({ force = false } = {}) {
  const stamp = 'packages/cli/dist/.built';
  const sources = newest(['packages', 'package-lock.json', 'tsconfig.json', 'tsconfig.base.json']);
  if (
    !force &&
    existsSync(join(ROOT, stamp)) &&
    existsSync(join(ROOT, 'packages/web/dist/index.html')) &&
    statSync(join(ROOT, stamp)).mtimeMs >= sources
  )
    return;
  console.log('Building …');
  const node = (path, args, options) =>
    must(process.execPath, [join(ROOT, 'node_modules', path), ...args], options);
  await node('typescript/bin/tsc', ['--build']);
  await node('vite/bin/vite.js', ['build', '--logLevel', 'warn'], { cwd: join(ROOT, 'packages/web') });
  writeFileSync(join(ROOT, stamp), '');
  const now = new Date();
  utimesSync(join(ROOT, stamp), now, now);
}

if (process.argv[1]?.endsWith('build.mjs')) {
  await ensureInstalled();
  await build({ force: process.argv.includes('--force') });
}
