/** What a lockfile says of the packages that it names: licences, integrity, install scripts, versions. Pure. */

/** Runtime: permissive only. */
const LICENCES = [
  'MIT',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
];
/** Programs that build and test, and are not part of what runs: file-level copyleft is fine there. */
const TOOLS = [...LICENCES, 'MPL-2.0'];
/** Packages that name no licence where npm looks, read by hand. */
const READ = {
  // LICENSE in its folder: MIT, Devon Govett.
  'png-js': 'MIT',
};

/** Compilers of the build whose binaries the lockfile lists as optional rather than as development. */
const COMPILERS = /^lightningcss(-|$)/;

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** `(AFL-2.1 OR BSD-3-Clause)`: one of them is enough; `A AND B`: both are needed. */
export function allows(expression, allowed) {
  const text = String(expression ?? '').trim();
  if (/\sOR\s/.test(text))
    return text
      .replace(/^\(|\)$/g, '')
      .split(/\s+OR\s+/)
      .some((part) => allows(part, allowed));
  if (/\sAND\s/.test(text))
    return text
      .replace(/^\(|\)$/g, '')
      .split(/\s+AND\s+/)
      .every((part) => allows(part, allowed));
  return allowed.includes(text.replace(/^\(|\)$/g, ''));
}

/**
 * @param lock the parsed package-lock.json
 * @param allowScripts names of packages whose install scripts may run
 * @param installed version of a path in node_modules, or undefined where it is not installed
 * @returns one sentence a fault
 */
export function faultsOfLock(lock, allowScripts = {}, installed = () => undefined) {
  const faults = [];
  for (const [path, entry] of Object.entries(lock.packages ?? {})) {
    if (!path.includes('node_modules/') || entry.link) continue;
    const name = nameOf(path);
    const licence = entry.license ?? READ[name];
    // `devOptional`: a tool here, and an optional peer of something that runs; nothing that runs loads it.
    const tool = entry.dev || entry.devOptional || COMPILERS.test(name);
    if (!allows(licence, tool ? TOOLS : LICENCES))
      faults.push(
        `${name} ${entry.version}: licence ${licence ?? 'not named'} is not allowed${tool ? '' : ' in what runs'}`,
      );
    if (!entry.inBundle && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? ''))
      faults.push(`${name} ${entry.version}: no SHA-512 in the lockfile`);
    if (entry.resolved && !/^https:\/\/registry\.npmjs\.org\//.test(entry.resolved))
      faults.push(`${name} ${entry.version}: comes from ${entry.resolved}, not from the registry`);
    if (entry.hasInstallScript && !allowScripts[name])
      faults.push(`${name} ${entry.version}: runs a script when it is installed and is not in allowScripts`);
    const found = installed(path);
    if (found !== undefined && found !== entry.version)
      faults.push(`${name}: ${found} is installed, the lockfile says ${entry.version}`);
  }
  return faults;
}

/** Whether the lockfile was made from these manifests: the same ranges, nothing more and nothing less. */
export function driftOf(lock, manifests) {
  const drift = [];
  for (const [path, manifest] of Object.entries(manifests)) {
    const entry = lock.packages?.[path];
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      if (JSON.stringify(sorted(entry?.[kind])) !== JSON.stringify(sorted(manifest[kind])))
        drift.push(`${path || 'the root'}: ${kind} differ between package.json and the lockfile`);
  }
  return drift;
}

const sorted = (map = {}) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
