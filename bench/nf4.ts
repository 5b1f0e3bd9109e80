/**
 * NF4 on one matrix: Viva's kernels against a copy of the same bytes in this process and, where a Python with
 * bitsandbytes is found (VIVA_PYTHON), against bitsandbytes on CPU in the same run. Rates are MB of the weight
 * (as stored before quantisation) a second, by the clock and by the time of the processor, which other work on the machine
 * disturbs less; the best of several runs. `npm run bench -- nf4`
 */

import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import {
  createFourBitKernels,
  fromFloat32,
  type KernelDtype,
  quantizeFourBit,
  toFloat32,
} from '@viva/checkpoint';

const [ROWS, COLUMNS, RUNS] = [4096, 4096, 7];
const bytesOf = (dtype: KernelDtype) => ROWS * COLUMNS * (dtype === 'F32' ? 4 : 2);

const values = new Float32Array(ROWS * COLUMNS);
for (let i = 0, state = 1; i < values.length; i++) {
  let sum = -2;
  for (let k = 0; k < 4; k++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    sum += state / 2 ** 32;
  }
  values[i] = sum * 0.03;
}

/** Seconds by the clock, and of the processor, all threads together. */
type Seconds = readonly [wall: number, cpu: number];

async function best(work: () => unknown, runs = RUNS): Promise<Seconds> {
  let [wall, cpu] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    wall = Math.min(wall, (performance.now() - began) / 1000);
    cpu = Math.min(cpu, (user + system) / 1e6);
  }
  return [wall, cpu];
}

const python = `
import os, sys, time, json
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import torch, bitsandbytes as bnb, bitsandbytes.functional as F
out = {"version": bnb.__version__, "threads": torch.get_num_threads()}
w = torch.randn(${ROWS}, ${COLUMNS}) * 0.02
for name in ("float32", "float16", "bfloat16"):
    x = w.to(getattr(torch, name))
    def best(f):
        t = c = 1e9
        for _ in range(${RUNS}):
            a = time.perf_counter(); b = time.process_time(); f()
            t = min(t, time.perf_counter() - a); c = min(c, time.process_time() - b)
        return [t, c]
    q, s = F.quantize_4bit(x, quant_type="nf4")
    out[name] = [best(lambda: F.quantize_4bit(x, quant_type="nf4")), best(lambda: F.dequantize_4bit(q, s)), best(lambda: x.clone())]
print(json.dumps(out))
`;
const run = spawnSync(process.env.VIVA_PYTHON ?? 'python3', ['-c', python], { encoding: 'utf8' });
const peer = (run.status === 0 ? JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') : undefined) as
  | ({ version: string; threads: number } & Record<string, [Seconds, Seconds, Seconds]>)
  | undefined;
console.log(
  `${ROWS}×${COLUMNS}, block 64, ${cpus().length} cores, Node ${process.version}, ${peer ? `bitsandbytes ${peer.version} on ${peer.threads} threads` : 'no bitsandbytes found (set VIVA_PYTHON)'}`,
);
console.log('| | MB/s | × memcpy | × bitsandbytes | MB per CPU second | × memcpy | × bitsandbytes |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');

for (const [dtype, torch] of [
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
] as const) {
  const bytes = fromFloat32(values, dtype);
  const size = bytesOf(dtype) / 1e6;
  const target = new Uint8Array(bytes.length);
  const copy = await best(() => target.set(bytes), 15);
  const theirs = peer?.[torch];
  const fresh = await best(() => bytes.slice());
  const row = (what: string, seconds: Seconds, other?: Seconds) => {
    const cells = ([0, 1] as const).map((i) => {
      const peer = other === undefined ? '' : (other[i] / seconds[i]).toFixed(2);
      return `${(size / seconds[i]).toFixed(0)} | ${(copy[i] / seconds[i]).toFixed(2)} | ${peer}`;
    });
    console.log(`| ${dtype} ${what} | ${cells.join(' | ')} |`);
  };
  row('memcpy, this process', copy, theirs?.[2]);
  row('memcpy into new memory', fresh);
  if (theirs) {
    row('bitsandbytes quantise', theirs[0]);
    row('bitsandbytes dequantise', theirs[1]);
  }
  row(
    'quantise, plain TypeScript',
    await best(() => quantizeFourBit(toFloat32(bytes, dtype), 'nf4', 64), 2),
    theirs?.[0],
  );
  for (const threads of [1, 2]) {
    const kernels = createFourBitKernels(threads);
    const blocks = await kernels.quantize(bytes, dtype, 'nf4', 64);
    row(
      `quantise, ${threads} thread${threads > 1 ? 's' : ''}`,
      await best(() => kernels.quantize(bytes, dtype, 'nf4', 64)),
      theirs?.[0],
    );
    row(
      `dequantise, ${threads} thread${threads > 1 ? 's' : ''}`,
      await best(() => kernels.dequantize(blocks, dtype, 'nf4', 64, values.length)),
      theirs?.[1],
    );
    const input = kernels.input(bytes.length);
    input.set(bytes);
    row(
      `quantise in place, ${threads} thread${threads > 1 ? 's' : ''}`,
      await best(() => kernels.quantize(input, dtype, 'nf4', 64)),
      theirs?.[0],
    );
    row(
      `dequantise in place, ${threads} thread${threads > 1 ? 's' : ''}`,
      await best(() => kernels.dequantizeView(blocks, dtype, 'nf4', 64, values.length)),
      theirs?.[1],
    );
    await kernels.close();
  }
}
