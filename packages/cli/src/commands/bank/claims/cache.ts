/** Results of runs, kept by a hash of all that they depend on: the lab's code, its parameters, the seed, the engine. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measures } from '@viva/labs';
import { z } from 'zod';
import type { PlannedRun } from './plan.ts';

export interface RunResult {
  measures: Measures;
  seconds: number;
}

export interface RunCache {
  read(run: PlannedRun): Promise<RunResult | undefined>;
  write(run: PlannedRun, result: RunResult): Promise<void>;
}

const Stored = z.object({
  lab: z.string(),
  seed: z.number(),
  measures: z.record(z.string(), z.number().nullable()),
  seconds: z.number(),
});

/** `$XDG_CACHE_HOME/viva/claims`, or the same under `~/.cache`. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'viva', 'claims');

const COUNTS = /\.(?:ts|js|json|wasm)$/;
const IGNORED = /\.(?:test|d)\.[tj]s$|\.golden\.json$|^oracle\.json$/;

/** Folders that code takes from: `from '../diffusion/x.ts'` seen from any depth within its own. */
const TAKEN = /from\s*['"](?:\.\.\/)+([^/'"]+)\//g;

/**
 * For each lab, a hash of its own code, of labs whose code it takes from, and of what all labs share; other labs leave it
 * as it is.
 * @param root the folder of the labs' package that holds their folders, built or not
 * @param engine name and version of what computes
 */
export async function labVersions(root: string, engine: string): Promise<(lab: string) => string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && COUNTS.test(entry.name) && !IGNORED.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const labs = new Set(files.filter((file) => /^[^/]+\/lab\.[tj]s$/.test(file)).map((file) => dirname(file)));
  const digests = new Map<string, string>();
  /** By folder: the folders that it takes from. */
  const takes = new Map<string, Set<string>>();
  for (const file of files) {
    const code = await readFile(join(root, file));
    digests.set(file, createHash('sha256').update(code).digest('hex'));
    const folder = file.split('/')[0] ?? '';
    const own = takes.get(folder) ?? new Set();
    takes.set(folder, own);
    for (const [, from] of code.toString('utf8').matchAll(TAKEN)) if (from !== undefined) own.add(from);
  }
  const reach = (lab: string): Set<string> => {
    const found = new Set([lab]);
    for (const folder of found) for (const next of takes.get(folder) ?? []) found.add(next);
    return found;
  };
  const known = new Map<string, string>();
  return (lab) => {
    const cached = known.get(lab);
    if (cached) return cached;
    const hash = createHash('sha256').update(engine);
    const own = reach(lab);
    for (const [file, digest] of digests) {
      const folder = file.split('/')[0] ?? '';
      // The lists that name all labs change with every new one.
      if (
        (labs.has(folder) && !own.has(folder)) ||
        ['index', 'catalog'].includes(basename(file).split('.')[0] ?? '')
      )
        continue;
      hash.update(`${file}\0${digest}\n`);
    }
    const version = hash.digest('hex');
    known.set(lab, version);
    return version;
  };
}

/** A digest of the files below a folder that count; the same one for every folder that is not there. */
async function digestOf(root: string, counts: (name: string) => boolean = () => true): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && counts(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(relative(root, file)).update(await readFile(file));
  return hash.digest('hex');
}

/**
 * The versions of the labs that are installed: their own code, that of the packages that they stand on, and the engine.
 * @param world what a lab takes in beside its parameters, by its id
 */
export async function installedLabs(
  world: Readonly<Record<string, string>> = {},
): Promise<(lab: string) => string> {
  const folderOf = (name: string) => dirname(fileURLToPath(import.meta.resolve(name)));
  const root = folderOf('@viva/labs');
  const about = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(join(root, '..', 'package.json'), 'utf8')));
  const code = (name: string) => COUNTS.test(name) && !IGNORED.test(name);
  const below = await Promise.all(
    ['@viva/checkpoint', '@viva/assistant'].map((name) => digestOf(folderOf(name), code)),
  );
  const own = await labVersions(root, `wasm ${JSON.stringify(about.dependencies)} ${below.join(' ')}`);
  return (lab) => (world[lab] === undefined ? own(lab) : `${own(lab)} ${world[lab]}`);
}

/** The encoder lab reads the bank's texts and queries, and the models that ship with it. */
export async function labWorld(bank: string, models: string): Promise<Record<string, string>> {
  return { encoder: `${await digestOf(bank)} ${await digestOf(models)}` };
}

/** A folder with one file a run. What cannot be read counts as not there; what cannot be written is not kept. */
export function openCache(folder: string, versionOf: (lab: string) => string): RunCache {
  const fileOf = ({ id, lab }: PlannedRun): string =>
    join(
      folder,
      `${createHash('sha256')
        .update(`${versionOf(lab)}\n${id}`)
        .digest('hex')}.json`,
    );
  return {
    async read(run) {
      try {
        const stored = Stored.parse(JSON.parse(await readFile(fileOf(run), 'utf8')));
        return stored.lab === run.lab && stored.seed === run.seed
          ? { measures: stored.measures, seconds: stored.seconds }
          : undefined;
      } catch {
        return undefined;
      }
    },
    async write(run, { measures, seconds }) {
      const file = fileOf(run);
      const aside = `${file}.${process.pid}.part`;
      // Figures that are not finite would come back as null, which means "no figure": such a run is not kept.
      if (Object.values(measures).some((value) => value !== null && !Number.isFinite(value))) return;
      try {
        await mkdir(folder, { recursive: true });
        const stored = { lab: run.lab, params: run.params, seed: run.seed, measures, seconds };
        await writeFile(aside, JSON.stringify(stored));
        await rename(aside, file);
      } catch {
        await rm(aside, { force: true }).catch(() => undefined);
      }
    },
  };
}
