import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addError, noError } from '../../quantize/error-measure.ts';
import { GGML_TYPES } from '../format/types.ts';
import { dequantise } from './dequantise.ts';
import { BLOCKS, Kernels, TARGET_TYPES, type TargetType } from './kernels.ts';
import { KERNELS_BASE64 } from './kernels.wasm.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const kernels = new Kernels();

function convert(bytes: Uint8Array<ArrayBuffer>, to: TargetType): Uint8Array {
  const result = kernels.convert(bytes, 'F32', to);
  if ('unfit' in result) throw new Error(`${result.unfit.reason} at ${result.unfit.element}`);
  return result.bytes;
}

const bytesOf = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const quantised = TARGET_TYPES.filter((type) => BLOCKS[type].size > 1);

describe('against ggml (reference/gguf/quantise.py)', () => {
  const rows = fixture('rows.f32');

  it.each(TARGET_TYPES.filter((type) => type !== 'F32'))('%s is the same, byte for byte', (type) => {
    const ours = convert(rows, type);
    const theirs = fixture(`${type}.bin`);
    expect(ours.length).toBe(theirs.length);
    const different = ours.findIndex((byte, i) => byte !== theirs[i]);
    expect(different === -1 ? 'same' : `differs in block ${Math.floor(different / BLOCKS[type].bytes)}`).toBe(
      'same',
    );
  });

  it.each(quantised)('%s is the same when a row comes alone', (type) => {
    const row = rows.subarray(20 * 1024, 21 * 1024);
    const size = (256 / BLOCKS[type].size) * BLOCKS[type].bytes;
    expect(convert(row, type)).toEqual(fixture(`${type}.bin`).slice(20 * size, 21 * size));
  });

  it.each(quantised)('%s is dequantised to the same singles', (type) => {
    const digests = JSON.parse(new TextDecoder().decode(fixture('dequantised.golden.json'))) as Record<
      string,
      string
    >;
    const values = dequantise(fixture(`${type}.bin`), type);
    expect(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')).toBe(digests[type]);
  });
});

it.each(TARGET_TYPES)('%s is the same in the kernels’ own memory, and measured', (type) => {
  const rows = fixture('rows.f32');
  const expected = convert(rows, type).slice();
  const own = new Kernels();
  const room = own.input(rows.length);
  for (let again = 0; again < 2; again += 1) {
    room.set(rows);
    const result = own.convert(room, 'F32', type, { view: true });
    if ('unfit' in result) throw new Error('unfit');
    expect(Buffer.compare(result.bytes, expected)).toBe(0);
  }
  const measured = own.convert(rows.slice(), 'F32', type, { measure: true, overwrite: true });
  if ('unfit' in measured) throw new Error('unfit');
  expect(Buffer.compare(measured.bytes, expected)).toBe(0);
  const sums = noError();
  addError(sums, new Float32Array(rows.slice().buffer), dequantise(expected, type));
  if (type !== 'F32') expect(measured.sums).toEqual(sums);
});

describe('properties', () => {
  const block = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), {
    minLength: 256,
    maxLength: 256,
  });
  /** Largest error of an element, as a share of the span of its block of scales. */
  const STEP: Partial<Record<TargetType, number>> = {
    Q8_0: 1 / 250,
    Q6_K: 1 / 20,
    Q5_K: 1 / 12,
    Q5_0: 1 / 15,
    Q5_1: 1 / 30,
    Q4_K: 1 / 6,
    Q4_0: 1 / 7,
    Q4_1: 1 / 15,
    IQ4_NL: 1 / 6,
  };

  it.each(quantised)('%s comes back within a step of its levels', (type) => {
    fc.assert(
      fc.property(block, (values) => {
        const back = dequantise(convert(bytesOf(values), type), type);
        const span = Math.max(...values, 0) - Math.min(...values, 0);
        for (const [i, value] of values.entries())
          expect(Math.abs((back[i] ?? Number.NaN) - Math.fround(value))).toBeLessThanOrEqual(
            span * (STEP[type] ?? 0) * 1.02 + 1e-4,
          );
      }),
      { numRuns: 60 },
    );
  });

  it.each(['F16', 'BF16'] as const)('%s takes back its own values unchanged', (type) => {
    const bits = new Uint16Array(65536).map((_, i) => i);
    const finite = bits.filter((bit) =>
      type === 'F16' ? (bit & 0x7c00) !== 0x7c00 : (bit & 0x7f80) !== 0x7f80,
    );
    const source = new Uint8Array(finite.buffer.slice(0, finite.byteLength));
    const singles = kernels.convert(source, type, 'F32');
    if ('unfit' in singles) throw new Error('unfit');
    expect(dequantise(source, type)).toEqual(new Float32Array(singles.bytes.buffer));
    expect(convert(singles.bytes, type)).toEqual(source);
  });

  it('half precision rounds to nearest, ties to even', () => {
    const neighbours = (value: number) => {
      const [bits] = new Uint16Array(convert(bytesOf([value]), 'F16').buffer);
      return dequantise(new Uint8Array(Uint16Array.of(bits ?? 0).buffer), 'F16')[0] ?? Number.NaN;
    };
    expect(neighbours(1 + 2 ** -11)).toBe(1);
    expect(neighbours(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(neighbours(2 ** -25)).toBe(0);
    expect(neighbours(3 * 2 ** -25)).toBe(2 ** -23);
    expect(neighbours(65519)).toBe(65504);
  });
});

describe('what cannot be quantised', () => {
  it('finds the first element that is not finite', () => {
    const values = new Array(512).fill(0.5);
    values[300] = Number.NaN;
    values[400] = Number.POSITIVE_INFINITY;
    expect(kernels.convert(bytesOf(values), 'F32', 'Q4_K')).toEqual({
      unfit: { element: 300, reason: 'not_finite' },
    });
  });

  it('refuses a scale that overflows half precision', () => {
    const values = new Array(64).fill(0);
    values[40] = 1e9;
    expect(kernels.convert(bytesOf(values), 'F32', 'Q4_0')).toEqual({
      unfit: { element: 32, reason: 'too_large' },
    });
    expect(kernels.convert(bytesOf(values), 'F32', 'F16')).toEqual({
      unfit: { element: 40, reason: 'too_large' },
    });
  });

  it('refuses part of a block', () => {
    expect(() => convert(bytesOf(new Array(100).fill(1)), 'Q4_K')).toThrow(
      /100 elements are not a whole number/,
    );
    expect(() => dequantise(new Uint8Array(17), 'Q4_0')).toThrow(/17 bytes/);
    expect(() => dequantise(new Uint8Array(66), 'IQ2_XXS')).toThrow(/IQ2_XXS cannot be dequantised/);
  });
});

it('has the block sizes of the format', () => {
  for (const type of TARGET_TYPES)
    expect([type, BLOCKS[type].size, BLOCKS[type].bytes]).toEqual([
      type,
      GGML_TYPES[type].blockSize,
      GGML_TYPES[type].blockBytes,
    ]);
});

it('is compiled from the sources beside it', async () => {
  const { compileKernels } = (await import(
    new URL('../../../assembly/build-gguf.mjs', import.meta.url).href
  )) as { compileKernels(): Promise<string> };
  expect(await compileKernels()).toContain(`'${KERNELS_BASE64}'`);
});
