/** Killed in the middle of writing: nothing stands under the name, and the same call succeeds afterwards. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGguf } from '../gguf/format/open-gguf.ts';
import { logicalWeights } from '../quantize/logical-weights.ts';
import { openModelFolder } from '../safetensors/folder.ts';

const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
const model = JSON.stringify(fileURLToPath(new URL('../gguf/convert/fixtures/llama', import.meta.url)));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-crash-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Programs that write `out`; with `slow` they pause after each tensor, so that they can be killed between. */
const PROGRAMS: Readonly<Record<string, (out: string, slow: boolean) => string>> = {
  'a folder of 4-bit weights': (out, slow) => `
    const { quantizeModel } = await import(${source('../quantize/quantize-model.ts')});
    const { quantizeTensor } = await import(${source('../quantize/quantize-tensor.ts')});
    const quantize = async (...args) => { await pause(); return quantizeTensor(...args); };
    await quantizeModel({ input: ${model}, output: ${JSON.stringify(out)}, quantize, maxShardBytes: 20000,
      scheme: { kind: 'nf4', blockSize: 64, doubleQuant: true } });
    async function pause() { if (${slow}) await new Promise((resolve) => setTimeout(resolve, 100)); }`,
  'a GGUF file': (out, slow) => `
    const { convertFolder } = await import(${source('../gguf/convert/convert.ts')});
    const { readTestFolder } = await import(${source('../gguf/convert/testing-folder.ts')});
    const { writeGguf } = await import(${source('../gguf/format/write-file.ts')});
    const content = convertFolder(readTestFolder(${model}));
    const tensors = content.tensors.map((tensor) => ({ ...tensor, async *data() {
      if (${slow}) await new Promise((resolve) => setTimeout(resolve, 100));
      yield* tensor.data();
    } }));
    await writeGguf(${JSON.stringify(out)}, { ...content, tensors });`,
};

function start(program: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (status, signal) => resolve(signal ?? status ?? -1));
  });
  return { child, ended, said: () => said };
}

/** Bytes of what is being written aside, once there are any. */
async function writtenAside(): Promise<number> {
  for (;;) {
    const [partial] = (await readdir(folder)).filter((name) => name.includes('.partial-'));
    if (partial) {
      const path = join(folder, partial);
      const found = await stat(path).catch(() => undefined);
      const files = found?.isDirectory() ? await readdir(path) : [];
      const sizes = await Promise.all(
        files.map((name) =>
          stat(join(path, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      const bytes = (found?.isFile() ? found.size : 0) + sizes.reduce((sum, size) => sum + size, 0);
      if (bytes > 0) return bytes;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe.each(Object.keys(PROGRAMS))('%s', (kind) => {
  it('does not appear when its writer is killed, and appears when that is run again', async () => {
    const out = join(folder, kind.includes('GGUF') ? 'm.gguf' : 'm');
    const program = PROGRAMS[kind]!;
    const killed = start(program(out, true));
    expect(await writtenAside(), killed.said()).toBeGreaterThan(0);
    killed.child.kill('SIGKILL');
    expect(await killed.ended).toBe('SIGKILL');
    await expect(stat(out)).rejects.toThrow(/ENOENT/);
    const again = start(program(out, false));
    expect(await again.ended, again.said()).toBe(0);
    if (kind.includes('GGUF')) {
      const file = await openGguf(out);
      expect(file.tensors).toHaveLength(22);
      await file.close();
    } else {
      const opened = await openModelFolder(out);
      expect(logicalWeights(opened).list).toHaveLength(21);
      await opened.close();
    }
  });
});
