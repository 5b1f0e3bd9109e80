/**
 * How fast tensors are quantised: MB of single-precision input a second, beside memcpy in the same process and ggml's own
 * quantiser (ggml_quantize_chunk, which llama-quantize calls) on the same matrix in the same run; then a whole file beside
 * llama_model_quantize, the one function that llama-quantize calls. Peers: VIVA_PYTHON (a Python with numpy) and LLAMA_LIB
 * (libllama with ggml beside it; that of node-llama-cpp in ~/.cache/viva/runtime unless told).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/** Seconds of the processor that this process has used, all threads together. */
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * MB/s of the best run, or with `cpu` MB a second of processor, which other work on the machine disturbs less. What
 * `prepare` makes, such as buffers that the run gives away, is not timed.
 */
async function best<T>(
  bytes: number,
  run: (prepared: T) => void | Promise<void>,
  { repeats = 5, prepare, cpu = false }: { repeats?: number; prepare?: () => T; cpu?: boolean } = {},
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i += 1) {
    const prepared = prepare?.() as T;
    const now = () => (cpu ? cpuSeconds() * 1000 : performance.now());
    const begun = now();
    await run(prepared);
    least = Math.min(least, now() - begun);
  }
  return bytes / 1e3 / least;
}

/** libllama, where it is told or where node-llama-cpp is installed. */
function findLibrary(): string | undefined {
  if (process.env.LLAMA_LIB) return process.env.LLAMA_LIB;
  const bins = join(homedir(), '.cache/viva/runtime/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64');
  const name = existsSync(bins)
    ? readdirSync(bins).find((each) => /^libllama\.v.*\.so$/.test(each))
    : undefined;
  return name && join(bins, name);
}

const library = findLibrary();
const matrix = new Uint8Array(weights(ROWS * COLUMNS).buffer);
const folder = mkdtempSync(join(tmpdir(), 'viva-bench-gguf-'));
/** MB/s of llama_model_quantize (15 is Q4_K_M), and a check that the file is the same as ours. */
function theirFile(source: string, bytes: number): number {
  const script = fileURLToPath(new URL('../reference/gguf/llama_quantize.py', import.meta.url));
  const run = spawnSync(
    process.env.VIVA_PYTHON ?? 'python3',
    [script, source, join(folder, 'theirs.gguf'), '15', '2'],
    { encoding: 'utf8', env: { ...process.env, LLAMA_LIB: library } },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return bytes / 1e6 / Number(run.stdout.trim().split('\n').at(-1));
}

const round = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(0));
const ratio = (a: number, b: number | undefined) => (b === undefined ? '–' : (a / b).toFixed(2));
try {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model ?? '?'}), Node ${process.version}; a matrix of ${ROWS} × ${COLUMNS} singles, ${(matrix.length / 1e6).toFixed(0)} MB; MB of input, best of 5; one thread by the time of the processor, two by the clock`,
  );
  const copy = new Uint8Array(matrix.length);
  const memcpy = await best(matrix.length, () => copy.set(matrix), { repeats: 10, cpu: true });
  console.log(`memcpy in this process: ${round(memcpy)} MB/s\n`);

  const input = join(folder, 'matrix.f32');
  writeFileSync(input, matrix);
  const python = process.env.VIVA_PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('./gguf/ggml.py', import.meta.url));
  const types = TYPES.map((type) => `${type}:${GGML_TYPES[type].id}`);
  const env = {
    ...process.env,
    ...(library ? { GGML_BASE: process.env.GGML_BASE ?? join(dirname(library), 'libggml-base.so') } : {}),
  };
  const peer = spawnSync(python, [script, input, String(COLUMNS), ...types], { encoding: 'utf8', env });
  const theirs =
    peer.status === 0 ? (JSON.parse(peer.stdout) as Record<string, Record<'1' | '2', number>>) : undefined;
  if (!theirs) console.log('ggml is not there (VIVA_PYTHON with numpy, LLAMA_LIB): the peer is left out.\n');

  const kernels = new Kernels();
  const pool = openQuantisePool(2);
  console.log(
    '| type | Viva, MB per CPU second | ggml | ratio | Viva, 2 threads, MB/s | ggml | ratio | of memcpy (CPU) |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const type of TYPES) {
    // Like ggml, which is given the matrix in memory and room for the result: a copy into the kernels' memory is counted.
    const room = kernels.input(PIECE);
    const one = await best(
      matrix.length,
      () => {
        for (let at = 0; at < matrix.length; at += PIECE) {
          room.set(matrix.subarray(at, at + PIECE));
          kernels.convert(room, 'F32', type, { view: true });
        }
      },
      { cpu: true },
    );
    const pieces = (): Uint8Array<ArrayBuffer>[] =>
      Array.from({ length: matrix.length / PIECE }, (_, i) => matrix.slice(i * PIECE, (i + 1) * PIECE));
    const two = await best<Uint8Array<ArrayBuffer>[]>(
      matrix.length,
      async (own) => {
        await Promise.all(own.map((piece) => pool.convert(piece, 'F32', type)));
      },
      { prepare: pieces },
    );
    const other = theirs?.[type];
    console.log(
      `| ${type} | ${round(one)} | ${round(other?.[1])} | ${ratio(one, other?.[1])} | ${round(two)} | ${round(other?.[2])} | ${ratio(two, other?.[2])} | ${(one / memcpy).toFixed(3)} |`,
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
  const llama = library && theirs ? Math.max(...[1, 2, 3].map(() => theirFile(source, bytes))) : undefined;
  console.log(
    `\n| a file of ${(bytes / 1e6).toFixed(0)} MB to q4_k_m, disk included, 2 threads | Viva | llama_model_quantize | ratio |\n| --- | --- | --- | --- |\n| MB/s of input | ${round(ours)} | ${round(llama)} | ${ratio(ours, llama)} |`,
  );
  if (llama !== undefined) {
    const [a, b] = ['ours', 'theirs'].map((name) => readFileSync(join(folder, `${name}.gguf`)));
    console.log(`\nThe two files are ${a && b && Buffer.compare(a, b) === 0 ? 'the same' : 'DIFFERENT'}.`);
  }
  await pool.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
