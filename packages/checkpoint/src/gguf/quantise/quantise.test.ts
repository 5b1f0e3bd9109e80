import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addError, noError, summarizeError } from '../../quantize/error-measure.ts';
import { openGguf } from '../format/open-gguf.ts';
import { encode, openBytes } from '../format/testing.ts';
import type { GgufValue } from '../format/types.ts';
import type { GgufTensorInput } from '../format/write.ts';
import { writeGguf } from '../format/write-file.ts';
import { inPieces } from './convert-stream.ts';
import { dequantise } from './dequantise.ts';
import { Kernels } from './kernels.ts';
import { openQuantisePool } from './pool.ts';
import { contentOf, quantiseContent, type TensorConversion } from './quantise.ts';

const folder = await mkdtemp(join(tmpdir(), 'viva-quantise-'));
const pool = openQuantisePool(2);
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const metadata = new Map<string, GgufValue>([
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['general.file_type', { type: 'uint32', value: 0 }],
  ['llama.block_count', { type: 'uint32', value: 1 }],
]);

/** A matrix of 512 columns, of several pieces; `change` may damage it. */
function matrix(name: string, rows: number, change?: (values: Float32Array) => void): GgufTensorInput {
  const values = Float32Array.from({ length: rows * 512 }, (_, i) => Math.sin(i * 1.7) * 0.05);
  change?.(values);
  const bytes = new Uint8Array(values.buffer);
  return {
    name,
    type: 'F32',
    dimensions: [512, rows],
    data: () => [bytes.subarray(0, 1000), bytes.subarray(1000)],
  };
}

const open = async (...tensors: GgufTensorInput[]) => openBytes(await encode(metadata, tensors));

describe('a model, tensor by tensor', () => {
  it('is quantised in pieces as it would be whole', async () => {
    const rows = 1200;
    const input = matrix('blk.0.ffn_up.weight', rows);
    const file = await open(input);
    const content = quantiseContent(contentOf(file), { scheme: 'q4_k_s', pool, name: 'model.gguf' });
    const path = join(folder, 'q4.gguf');
    await writeGguf(path, content);
    const written = await openGguf(path);
    const tensor = written.tensor('blk.0.ffn_up.weight');
    expect(tensor).toMatchObject({ type: 'Q4_K', dimensions: [512, rows] });
    const whole = new Kernels().convert(
      new Uint8Array(await file.read(file.tensor(input.name))),
      'F32',
      'Q4_K',
    );
    if ('unfit' in whole) throw new Error('unfit');
    expect(Buffer.compare(await written.read(tensor), whole.bytes)).toBe(0);
    expect(written.metadata.get('general.file_type')).toEqual({ type: 'uint32', value: 14 });
    expect(written.metadata.get('general.quantization_version')).toEqual({ type: 'uint32', value: 2 });
    await written.close();
  });

  it('says of each tensor what was lost', async () => {
    const rows = 1200;
    const input = matrix('blk.0.ffn_up.weight', rows);
    const file = await open(input, matrix('blk.0.ffn_norm.bias', 1));
    const reports: TensorConversion[] = [];
    const content = quantiseContent(contentOf(file), {
      ...{ scheme: 'q8_0', pool, name: 'model.gguf' },
      onTensor: (report) => void reports.push(report),
    });
    const path = join(folder, 'measured.gguf');
    await writeGguf(path, content);
    const written = await openGguf(path);
    const back = dequantise(await written.read(written.tensor(input.name)), 'Q8_0');
    const original = dequantise(await file.read(file.tensor(input.name)), 'F32');
    const sums = noError();
    addError(sums, original, back);
    expect(reports).toHaveLength(1);
    const [report] = reports;
    expect(report).toMatchObject({
      ...{ name: input.name, from: 'F32', to: 'Q8_0' },
      ...{ bytesBefore: rows * 2048, bytesAfter: rows * 16 * 34 },
    });
    const expected = summarizeError(sums);
    expect(report?.error.maxAbs).toBe(expected.maxAbs);
    expect(report?.error.meanAbs).toBeCloseTo(expected.meanAbs, 10);
    expect(report?.error.sqnrDb).toBeCloseTo(expected.sqnrDb, 6);
    await written.close();
  });

  it('with a NaN is refused by file, tensor, row and column, and nothing is left', async () => {
    const file = await open(
      matrix('blk.0.attn_q.weight', 4),
      matrix('blk.0.ffn_up.weight', 1000, (values) => {
        values[512 * 900 + 17] = Number.NaN;
      }),
    );
    const content = quantiseContent(contentOf(file), { scheme: 'q4_0', pool, name: 'model.gguf' });
    await expect(writeGguf(join(folder, 'nan.gguf'), content)).rejects.toMatchObject({
      code: 'GGUF_NOT_FINITE',
      tensor: 'blk.0.ffn_up.weight',
      message: expect.stringMatching(/^model\.gguf: tensor blk\.0\.ffn_up\.weight .* \(row 900, column 17\)/),
    });
    expect((await readdir(folder)).filter((name) => name.includes('nan'))).toEqual([]);
  });

  it('too large for a type is refused, as llama-quantize refuses it', async () => {
    const file = await open(
      matrix('blk.0.ffn_up.weight', 4, (values) => {
        values[700] = 1e30;
      }),
    );
    const content = quantiseContent(contentOf(file), { scheme: 'q8_0', pool, name: 'model.gguf' });
    await expect(writeGguf(join(folder, 'large.gguf'), content)).rejects.toThrow(
      /too large for Q8_0 near element 672 \(row 1\)/,
    );
  });

  it('of another kind is refused', async () => {
    const file = await openBytes(await encode(new Map(), [matrix('a.weight', 1)]));
    expect(() => quantiseContent(contentOf(file), { scheme: 'q8_0', pool, name: 'm.gguf' })).toThrow(
      /m\.gguf: the metadata lack general\.architecture/,
    );
  });

  it('is quantised alike without threads', async () => {
    const alone = openQuantisePool(0);
    const bytes = new Uint8Array(Float32Array.from({ length: 256 }, (_, i) => i - 100).buffer);
    expect(await alone.convert(bytes.slice(), 'F32', 'Q6_K')).toEqual(
      await pool.convert(bytes.slice(), 'F32', 'Q6_K'),
    );
    await alone.close();
  });
});

it('a closed pool refuses work', async () => {
  const closed = openQuantisePool(1);
  await closed.close();
  await expect(closed.convert(new Uint8Array(1024), 'F32', 'Q4_K')).rejects.toThrow(/have been closed/);
});

it('pieces are whole, in order, and each its own', async () => {
  const chunks = [Uint8Array.of(1), Uint8Array.of(2, 3, 4, 5), new Uint8Array(0), Uint8Array.of(6, 7)];
  const pieces: number[][] = [];
  for await (const piece of inPieces(chunks, 3)) pieces.push([...piece]);
  expect(pieces).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
});
