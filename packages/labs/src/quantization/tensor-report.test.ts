import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../engine/random.ts';
import { DEFAULT_SCHEME } from './schemes.ts';
import { MOST_VALUES, openDropped, reportOf } from './tensor-report.ts';

/** A safetensors file of one matrix. */
function safetensors(values: Float32Array<ArrayBuffer>, columns: number): Blob {
  const header = new TextEncoder().encode(
    JSON.stringify({
      w: { dtype: 'F32', shape: [values.length / columns, columns], data_offsets: [0, values.byteLength] },
    }),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return new Blob([length, header, values]);
}

describe('a dropped tensor', () => {
  it('is read as it is, and measured: normal numbers have no excess kurtosis, NF4 loses least of the four bits', async () => {
    const values = new Float32Array(createRandom(3).normals(128 * 256));
    const file = await openDropped('mine.safetensors', safetensors(values, 256));
    expect(file).toMatchObject({
      kind: 'safetensors',
      tensors: [{ name: 'w', shape: [128, 256], readable: true }],
    });
    const read = await file.read('w');
    expect([...read.values.subarray(0, 50)]).toEqual([...values.subarray(0, 50)]);
    const report = reportOf(read, DEFAULT_SCHEME);
    expect(report.whole).toBe(true);
    expect(Math.abs(report.statistics.kurtosis)).toBeLessThan(0.15);
    expect(report.statistics.sd).toBeCloseTo(1, 1);
    const of = (scheme: string, nominal = 4) =>
      report.table.find(
        (row) => row.scheme === scheme && row.nominal === nominal && row.granularity !== 'tensor',
      )!;
    expect(of('nf4').sqnr!).toBeGreaterThan(of('fp4').sqnr! + 1);
    expect(of('symmetric', 8).sqnr!).toBeGreaterThan(38);
    expect(report.histogram.counts.reduce((a, b) => a + b)).toBe(128 * 256);
    expect(report.histogram.levels).toHaveLength(15);
    const mean = report.error.values.reduce((sum, value) => sum + value ** 2, 0) / (64 * 64);
    expect(10 * Math.log10(1 / mean)).toBeCloseTo(of('symmetric').sqnr!, 0);
  });

  it('of bitsandbytes’ golden file opens too, and only floating tensors are readable', async () => {
    const path = fileURLToPath(
      new URL('../../../checkpoint/src/fixtures/bitsandbytes.safetensors', import.meta.url),
    );
    const file = await openDropped('golden.safetensors', new Blob([await readFile(path)]));
    expect(file.tensors.length).toBeGreaterThan(10);
    for (const { dtype, readable } of file.tensors) if (dtype === 'U8') expect(readable).toBe(false);
  });

  it('that is large is cut to whole rows', async () => {
    const values = new Float32Array(4_200_000);
    const file = await openDropped('large.safetensors', safetensors(values, 1000));
    const { values: read, whole } = await file.read('w');
    expect(whole).toBe(false);
    expect(read.length % 1000).toBe(0);
    expect(read.length).toBeLessThanOrEqual(MOST_VALUES);
  });

  it('with a NaN, and a file that is none, are refused by name', async () => {
    const values = Float32Array.of(1, 2, Number.NaN, 4);
    expect(() => reportOf({ values, columns: 2, whole: true }, DEFAULT_SCHEME)).toThrow(/Row 1, column 0/);
    await expect(openDropped('letter.txt', new Blob(['Dear all, '.repeat(9)]))).rejects.toThrow(
      /letter\.txt/,
    );
  });
});
