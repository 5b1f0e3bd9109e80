/** Whole files against llama.cpp's own quantiser, called where a libllama is at hand: from F32, F16 and BF16. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromFloat32 } from '../../tensor/dtype.ts';
import { openGguf } from '../format/open-gguf.ts';
import type { GgufMetadata, GgufValue } from '../format/types.ts';
import { writeGguf } from '../format/write-file.ts';
import { openQuantisePool } from './pool.ts';
import { contentOf, quantiseContent } from './quantise.ts';
import { SCHEMES, type SchemeName } from './scheme.ts';

function findLibrary(): string | undefined {
  if (process.env.LLAMA_LIB) return process.env.LLAMA_LIB;
  const runtime = process.env.VIVA_RUNTIME ?? join(homedir(), '.cache/viva/runtime');
  const bins = join(runtime, 'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64');
  const name = existsSync(bins)
    ? readdirSync(bins).find((each) => /^libllama\.v.*\.so$/.test(each))
    : undefined;
  return name && join(bins, name);
}

const library = findLibrary();
const python = process.env.VIVA_PYTHON ?? 'python3';
const there = library !== undefined && spawnSync(python, ['-c', '']).status === 0;
if (!there)
  console.warn(
    'SKIPPED: comparing files with llama.cpp’s quantiser, for want of python3 or of libllama (LLAMA_LIB names it; viva model generate … --install brings one).',
  );

const script = fileURLToPath(new URL('../../../../../reference/gguf/llama_quantize.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'viva-llama-quantize-'));
afterAll(() => rmSync(folder, { recursive: true }));

const figure = (value: number): GgufValue => ({ type: 'uint32', value });
const metadata: GgufMetadata = new Map<string, GgufValue>([
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['llama.block_count', figure(8)],
  ['llama.context_length', figure(128)],
  ['llama.embedding_length', figure(512)],
  ['llama.feed_forward_length', figure(768)],
  ['llama.attention.head_count', figure(8)],
  ['llama.attention.head_count_kv', figure(4)],
  ['llama.rope.dimension_count', figure(64)],
  ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
  ['llama.vocab_size', figure(64)],
  ['tokenizer.ggml.model', { type: 'string', value: 'no_vocab' }],
]);

/** Like trained weights: nearly normal, a few far out, some rows small, some zeros. */
function weights(count: number, seed: number): Float32Array {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from({ length: count }, (_, i) => {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const kind = uniform();
    if (kind < 0.01) return 0;
    return normal * (kind < 0.02 ? 0.4 : 0.02) * (Math.floor(i / 768) % 7 === 0 ? 1e-3 : 1);
  });
}

const SHAPES: readonly [string, number, number][] = [
  ['token_embd', 512, 64],
  ['output', 512, 64],
  ...Array.from({ length: 8 }, (_, layer): [string, number, number][] => [
    [`blk.${layer}.attn_v`, 512, 32],
    [`blk.${layer}.ffn_down`, 768, 32],
  ]).flat(),
  // A width that no block of 256 divides.
  ['blk.0.ffn_gate', 96, 64],
];

const path = (source: string) => join(folder, `${source}.gguf`);

describe.skipIf(!there).each(['F32', 'F16', 'BF16'] as const)('from %s', (source) => {
  beforeAll(async () => {
    const tensors = SHAPES.map(([name, columns, rows], i) => ({
      name: `${name}.weight`,
      type: source,
      dimensions: [columns, rows],
      data: () => [fromFloat32(weights(columns * rows, i + 1), source)],
    }));
    await writeGguf(path(source), { metadata, tensors });
  });

  it.each(Object.keys(SCHEMES) as SchemeName[])('%s is the file that llama.cpp writes', async (scheme) => {
    const theirs = join(folder, 'theirs.gguf');
    const run = spawnSync(python, [script, path(source), theirs, String(SCHEMES[scheme].fileType), '2'], {
      encoding: 'utf8',
      env: { ...process.env, LLAMA_LIB: library },
    });
    expect(run.status, run.stderr).toBe(0);
    const file = await openGguf(path(source));
    const pool = openQuantisePool(0);
    const ours = join(folder, 'ours.gguf');
    await writeGguf(ours, quantiseContent(contentOf(file), { scheme, pool, name: path(source) }), {
      overwrite: true,
    });
    await file.close();
    expect(Buffer.compare(readFileSync(ours), readFileSync(theirs))).toBe(0);
  });
});
