/** Peak memory against the largest tensor: models of equal tensors, three and twelve times as large as it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../safetensors/writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'viva-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));
const here = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
const MIB = 2 ** 20;
/** 4096 × 8192 halves: 64 MiB. */
const [ROWS, COLUMNS] = [4096, 8192];
const LARGEST = ROWS * COLUMNS * 2;

/** A model of so many matrices, and their norms. */
async function write(layers: number): Promise<string> {
  const path = join(folder, `${layers}.safetensors`);
  const names = Array.from({ length: layers }, (_, i) => `model.layers.${i}.mlp.up_proj.weight`);
  const halves = new Uint16Array((ROWS * COLUMNS) / 64);
  for (let i = 0; i < halves.length; i++) halves[i] = 0x2000 + ((i * 40503) & 0x8fff);
  await writeSafetensors(path, { names, overwrite: true }, async (writer) => {
    for (const name of names)
      await writer.add(
        { name, dtype: 'F16', shape: [ROWS, COLUMNS] },
        (async function* () {
          for (let piece = 0; piece < 64; piece++) yield new Uint8Array(halves.buffer);
        })(),
      );
  });
  return path;
}

/** Peak memory of a program in a process of its own, in bytes. */
function peak(program: string): number {
  const code = `${program}\nconsole.log(process.resourceUsage().maxRSS * 1024);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim().split('\n').at(-1));
}

const PROGRAMS: Readonly<Record<string, (input: string, output: string) => string>> = {
  'NF4, double quantisation, on the kernels': (input, output) => `
    const { quantizeModel } = await import(${here('./quantize-model.ts')});
    const { createFourBitKernels, kernelQuantizer } = await import(${here('../kernels/four-bit-kernels.ts')});
    const kernels = createFourBitKernels(2);
    await quantizeModel({ input: ${JSON.stringify(input)}, output: ${JSON.stringify(output)},
      scheme: { kind: 'nf4', blockSize: 64, doubleQuant: true }, quantize: kernelQuantizer(kernels) });
    await kernels.close();`,
  '8-bit integers': (input, output) => `
    const { quantizeModel } = await import(${here('./quantize-model.ts')});
    await quantizeModel({ input: ${JSON.stringify(input)}, output: ${JSON.stringify(output)},
      scheme: { kind: 'int', bits: 8, symmetric: true, granularity: { per: 'channel' } } });`,
  'GGUF, Q8_0': (input, output) => `
    const { openSafetensors } = await import(${here('../safetensors/reader.ts')});
    const { quantiseContent } = await import(${here('../gguf/quantise/quantise.ts')});
    const { openQuantisePool } = await import(${here('../gguf/quantise/pool.ts')});
    const { writeGguf } = await import(${here('../gguf/format/write-file.ts')});
    const reader = await openSafetensors(${JSON.stringify(input)});
    const pool = openQuantisePool(2);
    const metadata = new Map([['general.architecture', { type: 'string', value: 'llama' }],
      ['llama.block_count', { type: 'uint32', value: reader.tensors.length }]]);
    const tensors = reader.tensors.map((tensor, i) => ({ name: 'blk.' + i + '.ffn_up.weight', type: 'F16',
      dimensions: [...tensor.shape].reverse(), data: () => reader.chunks(tensor) }));
    await writeGguf(${JSON.stringify(output)}, quantiseContent({ metadata, tensors }, { scheme: 'q8_0', pool, name: 'm' }));
    await pool.close(); await reader.close();`,
};

/** How many times the largest tensor may be in memory: as it came, as single precision, as codes, and the one read ahead. */
const TIMES: Readonly<Record<string, number>> = {
  'NF4, double quantisation, on the kernels': 6,
  '8-bit integers': 9,
  'GGUF, Q8_0': 1,
};

describe.each(Object.keys(PROGRAMS))('%s', (name) => {
  it('needs as much memory for a model four times as large', async () => {
    const program = PROGRAMS[name]!;
    const base = peak('');
    const used: number[] = [];
    for (const layers of [3, 12]) {
      const input = await write(layers);
      const output = join(folder, `${layers}-${name.replaceAll(/\W+/g, '-')}`);
      used.push(peak(program(input, output)) - base);
      rmSync(input);
      rmSync(output, { recursive: true });
    }
    const [small = 0, large = 0] = used;
    console.log(
      `${name}: ${(small / MIB).toFixed(0)} and ${(large / MIB).toFixed(0)} MiB above Node's ${(base / MIB).toFixed(0)}, for models of ${(3 * LARGEST) / MIB} and ${(12 * LARGEST) / MIB} MiB with tensors of ${LARGEST / MIB}`,
    );
    expect(large).toBeLessThan((TIMES[name] ?? 0) * LARGEST + 100 * MIB);
    expect(large - small).toBeLessThan(1.5 * LARGEST);
  }, 1_200_000);
});
