/**
 * How fast tensors are quantised: MB of single-precision input a second, beside memcpy in the same process and ggml's own
 * quantiser (ggml_quantize_chunk, which llama-quantize calls) on the same matrix in the same run; then a whole file beside
 * llama-quantize. Peers: VIVA_PYTHON (a Python with numpy and llama-cpp-python; GGML_BASE names another ggml-base),
 * LLAMA_QUANTIZE (the program).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  contentOf,
  GGML_TYPES,
  type GgufValue,
  Kernels,
  openGguf,
  openQuantisePool,
  quantiseContent,
  type TargetType,
  writeGguf,
} from '@viva/checkpoint';

const ROWS = 2048;
const COLUMNS = 4096;
const PIECE = 1 << 20;
const TYPES: readonly TargetType[] = ['Q4_K', 'Q6_K', 'IQ4_NL', 'Q4_0', 'Q8_0'];

/** Normally distributed weights, as those of a trained layer nearly are. */
function weights(count: number): Float32Array<ArrayBuffer> {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

async function best(bytes: number, run: () => void | Promise<void>, repeats = 3): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i += 1) {
    const begun = performance.now();
    await run();
    least = Math.min(least, performance.now() - begun);
  }
  return bytes / 1e3 / least;
}

const matrix = new Uint8Array(weights(ROWS * COLUMNS).buffer);
const folder = mkdtempSync(join(tmpdir(), 'viva-bench-gguf-'));
const round = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(0));
const ratio = (a: number, b: number | undefined) => (b === undefined ? '–' : (a / b).toFixed(2));
try {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model ?? '?'}), Node ${process.version}; a matrix of ${ROWS} × ${COLUMNS} singles, ${(matrix.length / 1e6).toFixed(0)} MB; MB/s of input, best of 3`,
  );
  const copy = new Uint8Array(matrix.length);
  const memcpy = await best(matrix.length, () => copy.set(matrix), 10);
  console.log(`memcpy in this process: ${round(memcpy)} MB/s\n`);

  const input = join(folder, 'matrix.f32');
  writeFileSync(input, matrix);
  const python = process.env.VIVA_PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('./gguf/ggml.py', import.meta.url));
  const types = TYPES.map((type) => `${type}:${GGML_TYPES[type].id}`);
  const peer = spawnSync(python, [script, input, String(COLUMNS), ...types], { encoding: 'utf8' });
  const theirs =
    peer.status === 0 ? (JSON.parse(peer.stdout) as Record<string, Record<'1' | '2', number>>) : undefined;
  if (!theirs)
    console.log('ggml is not there (VIVA_PYTHON with numpy and llama-cpp-python): the peer is left out.\n');

  const kernels = new Kernels();
  const pool = openQuantisePool(2);
  console.log(
    '| type | Viva, 1 thread | ggml, 1 thread | ratio | Viva, 2 threads | ggml, 2 threads | ratio | of memcpy |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const type of TYPES) {
    const pieces = (): Uint8Array<ArrayBuffer>[] =>
      Array.from({ length: matrix.length / PIECE }, (_, i) => matrix.slice(i * PIECE, (i + 1) * PIECE));
    const one = await best(matrix.length, () => {
      for (const piece of pieces()) kernels.convert(piece, 'F32', type);
    });
    const two = await best(matrix.length, async () => {
      await Promise.all(pieces().map((piece) => pool.convert(piece, 'F32', type)));
    });
    const other = theirs?.[type];
    console.log(
      `| ${type} | ${round(one)} | ${round(other?.[1])} | ${ratio(one, other?.[1])} | ${round(two)} | ${round(other?.[2])} | ${ratio(two, other?.[2])} | ${(two / memcpy).toFixed(3)} |`,
    );
  }

  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['llama.block_count', { type: 'uint32', value: 8 }],
    ['llama.context_length', { type: 'uint32', value: 128 }],
    ['llama.embedding_length', { type: 'uint32', value: COLUMNS }],
    ['llama.feed_forward_length', { type: 'uint32', value: ROWS }],
    ['llama.attention.head_count', { type: 'uint32', value: 32 }],
    ['llama.attention.head_count_kv', { type: 'uint32', value: 32 }],
    ['llama.rope.dimension_count', { type: 'uint32', value: COLUMNS / 32 }],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.vocab_size', { type: 'uint32', value: ROWS }],
    ['tokenizer.ggml.model', { type: 'string', value: 'no_vocab' }],
  ]);
  const source = join(folder, 'model.gguf');
  const tensors = Array.from({ length: 8 }, (_, i) => ({
    name: `blk.${i}.ffn_up.weight`,
    type: 'F32' as const,
    dimensions: [COLUMNS, ROWS],
    data: () => [matrix],
  }));
  await writeGguf(source, { metadata, tensors });
  const bytes = statSync(source).size;
  const ours = await best(bytes, async () => {
    const file = await openGguf(source);
    const content = quantiseContent(contentOf(file), { scheme: 'q4_k_m', pool, name: source });
    await writeGguf(join(folder, 'ours.gguf'), content, { overwrite: true });
    await file.close();
  });
  const program = process.env.LLAMA_QUANTIZE;
  const llama = program
    ? await best(bytes, () => {
        const run = spawnSync(program, [source, join(folder, 'theirs.gguf'), 'q4_k_m', '2']);
        if (run.status !== 0) throw new Error(String(run.stderr));
      })
    : undefined;
  if (!program) console.log('\nLLAMA_QUANTIZE is not set: the program is left out.');
  console.log(
    `\n| a file of ${(bytes / 1e6).toFixed(0)} MB to q4_k_m, disk included, 2 threads | Viva | llama-quantize | ratio |\n| --- | --- | --- | --- |\n| MB/s of input | ${round(ours)} | ${round(llama)} | ${ratio(ours, llama)} |`,
  );
  await pool.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
