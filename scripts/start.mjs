/** `npm start` and `npm run demo`: from a bare clone to a running server. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ROOT } from './run.mjs';

const began = performance.now();
await ensureInstalled();
await build();
const given = process.argv.slice(2);
const [command, ...rest] = given[0] === undefined || given[0].startsWith('-') ? ['start', ...given] : given;
if (performance.now() - began > 2_000)
  console.log(`Installed and built in ${((performance.now() - began) / 1000).toFixed(0)} s.`);
process.argv = [process.argv[0], 'viva', command, ...rest];
await import(join(ROOT, 'packages/cli/dist/main.js'));
