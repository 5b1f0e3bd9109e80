/**
 * `npm run audit`: licences, integrity and install scripts of every package, from the lockfile; then the registry's
 * advisories, where it has any. `--offline` (in `npm test`) leaves out the last.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driftOf, faultsOfLock } from './audit-lock.mjs';
import { ROOT } from './run.mjs';

const read = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const lock = read('package-lock.json');
const root = read('package.json');
const manifests = { '': root };
for (const name of readdirSync(join(ROOT, 'packages')))
  if (existsSync(join(ROOT, 'packages', name, 'package.json')))
    manifests[`packages/${name}`] = read(join('packages', name, 'package.json'));

const versionAt = (path) => {
  const file = join(path, 'package.json');
  return existsSync(join(ROOT, file)) ? read(file).version : undefined;
};
const faults = [...faultsOfLock(lock, root.allowScripts, versionAt), ...driftOf(lock, manifests)];
for (const fault of faults) console.error(fault);
const packages = Object.keys(lock.packages).filter((path) => path.includes('node_modules/')).length;
console.log(
  `${packages} packages: licences, integrity, install scripts: ${faults.length === 0 ? 'in order' : `${faults.length} faults`}`,
);

let known = 0;
if (!process.argv.includes('--offline')) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { stdout } = spawnSync(npm, ['audit', '--omit=dev', '--audit-level=high', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  let answer;
  try {
    answer = JSON.parse(stdout);
  } catch {
    answer = { error: { summary: 'no answer in JSON' } };
  }
  const counts = answer.metadata?.vulnerabilities;
  if (!counts)
    console.log(
      `Advisories were NOT asked for: this registry does not serve them (${answer.error?.summary || answer.message?.replace(/ https?:\/\/\S+/, '') || 'no counts'}). Run this against registry.npmjs.org.`,
    );
  else {
    known = counts.high + counts.critical;
    console.log(
      `Advisories: ${counts.critical} critical, ${counts.high} high, ${counts.moderate} moderate, ${counts.low} low in what runs.`,
    );
    for (const [name, { severity }] of Object.entries(answer.vulnerabilities ?? {}))
      if (severity === 'high' || severity === 'critical') console.error(`${name}: ${severity}`);
  }
}
process.exit(faults.length > 0 || known > 0 ? 1 : 0);
