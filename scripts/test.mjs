/**
 * `npm test`: installs, checks and tests everything, fast things first, and ends with one line of counts.
 * `npm run check` stops after types, lint and unit tests. `npm run test:long` runs the long measurements.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, ROOT, run } from './run.mjs';

const mode = process.argv[2] ?? 'all';
const totals = { passed: 0, failed: 0, skipped: 0 };
const notes = [];
const reports = mkdtempSync(join(tmpdir(), 'viva-test-'));

const bin = (path) => join(ROOT, 'node_modules', path);
const onPath = (name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
const heading = (text) => console.log(`\n== ${text}`);

/** A step without counts of its own: one test that passes or fails. */
async function step(name, command, args) {
  heading(name);
  const code = await run(command, args);
  totals[code === 0 ? 'passed' : 'failed']++;
  if (code !== 0) notes.push(`${name} failed`);
}

async function vitest(name, project, env = {}, more = []) {
  heading(name);
  const began = performance.now();
  const file = join(reports, `${name.replaceAll(/\W+/g, '-')}.json`);
  const args = [
    bin('vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...more,
  ];
  const code = await run(process.execPath, args, { env: { ...process.env, ...env } });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  totals.passed += report?.numPassedTests ?? 0;
  totals.failed += report?.numFailedTests ?? 0;
  totals.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  // A file that does not load has no test to fail.
  const broken =
    report?.testResults?.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
      .length ?? 0;
  if (code !== 0 && (report?.numFailedTests ?? 0) === 0) totals.failed += Math.max(1, broken);
  if (code !== 0) notes.push(`${name} failed`);
  console.log(`   ${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

function skip(name, why) {
  heading(name);
  console.log(`skipped: ${why}`);
  totals.skipped++;
  notes.push(`${name} skipped: ${why}`);
}

/** These start servers on embedded databases of their own: they have run in the PGlite round. */
const ON_THEIR_OWN = ['crash', 'account', 'cli/**/backup', 'power-loss', 'signals'].flatMap((name) => [
  '--exclude',
  `**/${name}.db.test.ts`,
]);

await ensureInstalled();
await build();
if (mode === 'long') await vitest('Long tests', 'long');
else {
  await step('Lint', process.execPath, [bin('@biomejs/biome/bin/biome'), 'ci', '--log-level=error', '.']);
  await step('Types of tests', process.execPath, [
    bin('typescript/bin/tsc'),
    '-p',
    join(ROOT, 'tsconfig.tests.json'),
  ]);
  await step('Bank', process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), 'bank', 'check']);
  await step('Dependencies', process.execPath, [join(ROOT, 'scripts/audit.mjs'), '--offline']);
  await vitest('Unit tests', 'unit');
}
if (mode === 'all') {
  await vitest('Database tests on PGlite', 'database');
  const debian = '/usr/lib/postgresql';
  const postgres = (existsSync(debian) && readdirSync(debian).length > 0) || onPath('initdb');
  if (postgres)
    await vitest(
      'Database tests on PostgreSQL',
      'database',
      { VIVA_TEST_DATABASE: 'postgres' },
      ON_THEIR_OWN,
    );
  else
    skip('Database tests on PostgreSQL', 'PostgreSQL is not installed (Debian: apt-get install postgresql)');
  const chromium = [
    process.env.VIVA_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path && existsSync(path));
  if (chromium) await vitest('Browser tests', 'browser', { VIVA_CHROMIUM: chromium });
  else
    skip(
      'Browser tests',
      'no Chromium found (Debian: apt-get install chromium; elsewhere set VIVA_CHROMIUM to its path)',
    );
}
rmSync(reports, { recursive: true, force: true });
console.log('');
for (const note of notes) console.log(note);
console.log(
  `${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
);
process.exit(totals.failed > 0 ? 1 : 0);
