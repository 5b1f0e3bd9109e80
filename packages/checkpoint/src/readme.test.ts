/** The README's TypeScript, type-checked and run against a tiny model and a hub on this machine. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertFolder } from './gguf/convert/convert.ts';
import { readTestFolder } from './gguf/convert/testing-folder.ts';
import { openGguf } from './gguf/format/open-gguf.ts';
import { writeGguf } from './gguf/format/write-file.ts';
import { openQuantisePool } from './gguf/quantise/pool.ts';
import { quantiseContent } from './gguf/quantise/quantise.ts';
import { openModelFolder } from './safetensors/folder.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const mistral = fileURLToPath(new URL('gguf/convert/fixtures/mistral', import.meta.url));
/** Within node_modules, so that @viva/checkpoint is found as a user's program would find it. */
const folder = mkdtempSync(join(root, 'node_modules', '.viva-readme-'));
const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');
/** Blocks that are programs by themselves, and what each is about. */
const programs = new Map(
  blocks.filter((code) => code.startsWith('import')).map((code, i) => [`block-${i + 1}.ts`, code]),
);

let hub: Server;
const digest = (name: string, bytes: Buffer) => createHash(name).update(bytes).digest('hex');

beforeAll(async () => {
  const commit = 'b'.repeat(40);
  hub = createServer((request, response) => {
    const url = request.url ?? '';
    const prefix = `/mistralai/Mistral-7B-Instruct-v0.1/resolve/${commit}/`;
    if (url.startsWith('/api/models/mistralai/Mistral-7B-Instruct-v0.1/revision/main')) {
      const siblings = readdirSync(mistral).map((rfilename) => {
        const bytes = readFileSync(join(mistral, rfilename));
        const blobId = digest('sha1', Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]));
        const lfs = { lfs: { sha256: digest('sha256', bytes), size: bytes.length } };
        return { rfilename, size: bytes.length, blobId, ...(rfilename.endsWith('.safetensors') ? lfs : {}) };
      });
      response.end(JSON.stringify({ sha: commit, siblings }));
    } else if (url.startsWith(prefix)) response.end(readFileSync(join(mistral, url.slice(prefix.length))));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  for (const [name, code] of programs) writeFileSync(join(folder, name), code);
  cpSync(mistral, join(folder, 'mistral-7b'), { recursive: true });
  writeFileSync(join(folder, 'calibration.txt'), 'Each answer is scored against anchors. '.repeat(60));
  const pool = openQuantisePool(0);
  const content = convertFolder(readTestFolder(mistral));
  await writeGguf(
    join(folder, 'model-f16.gguf'),
    quantiseContent(content, { scheme: 'f16', pool, name: 'm' }),
  );
});
afterAll(async () => {
  await new Promise((resolve) => hub.close(resolve));
  rmSync(folder, { recursive: true });
});

function node(...args: string[]): Promise<string> {
  const env = { ...process.env, HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}` };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, env });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
      });
    child.on('error', reject);
    child.on('exit', (status) => (status === 0 ? resolve(said) : reject(new Error(said))));
  });
}

describe('the README', () => {
  it('has programs, and the types are right', async () => {
    expect(programs.size).toBe(4);
    const config = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        composite: false,
        declaration: false,
        declarationMap: false,
        allowImportingTsExtensions: true,
        rewriteRelativeImportExtensions: false,
        customConditions: ['source'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['*.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await node(join(root, 'node_modules/typescript/bin/tsc'), '-p', folder);
  }, 120_000);

  it('has programs that run', async () => {
    const run = (name: string) => node('--import', 'tsx', '--conditions=source', join(folder, name));
    for (const name of programs.keys()) {
      const said = await run(name);
      if (programs.get(name)?.includes('pullModel')) expect(said).toContain('log-probabilities');
    }
    const model = await openModelFolder(join(folder, 'mistral-nf4'));
    expect(model.config?.quantization_config).toMatchObject({
      bnb_4bit_quant_type: 'nf4',
      bnb_4bit_use_double_quant: true,
      bnb_4bit_compute_dtype: 'float16',
    });
    await model.close();
    const file = await openGguf(join(folder, 'model-q4_k_m.gguf'));
    expect(file.tensors.length).toBeGreaterThan(20);
    await file.close();
  }, 180_000);
});
