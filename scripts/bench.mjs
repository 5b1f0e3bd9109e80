/** `npm run bench -- NAME`: one measurement, from bench/NAME.ts or bench/NAME/*.ts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ROOT, run } from './run.mjs';

await ensureInstalled();
await build();
const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(join(ROOT, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
if (!name || !existsSync(join(ROOT, 'bench', `${name}.ts`))) {
  console.log(`npm run bench -- NAME, with NAME one of: ${names.join(', ')}`);
  process.exit(name ? 2 : 0);
}
process.exit(
  await run(process.execPath, [
    '--import',
    'tsx',
    '--conditions',
    'source',
    join(ROOT, 'bench', `${name}.ts`),
    ...rest,
  ]),
);
