import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../safetensors/reader.ts';
import { bytesOf, type Dtype, fromFloat32, toFloat32 } from '../tensor/dtype.ts';
import type { TensorReader } from '../tensor/tensor.ts';
import type { FourBitType } from './codebooks.ts';
import { dequantizeScales, quantizeScales } from './double-quant.ts';
import { type BlockSize, dequantizeFourBit, quantizeFourBit } from './four-bit.ts';
import { quantizeInt8Rows } from './llm-int8.ts';
import { pythonFloat, stateTensors, type TorchFloat } from './quant-state.ts';
import { torchMean } from './torch-mean.ts';

interface Golden {
  versions: Record<string, string>;
  cases: {
    name: string;
    index: number;
    quantType: FourBitType;
    blockSize: BlockSize;
    double: boolean;
    dtype: TorchFloat;
  }[];
  sums: { count: number; mean: number }[];
}

const fixtures = new URL('../fixtures/', import.meta.url);
const golden = JSON.parse(await readFile(new URL('bitsandbytes.golden.json', fixtures), 'utf8')) as Golden;
let file: TensorReader;
beforeAll(async () => {
  file = await openSafetensors(new URL('bitsandbytes.safetensors', fixtures).pathname);
});
afterAll(() => file.close());

const bytes = async (name: string) => {
  const tensor = file.find(name);
  if (!tensor) throw new Error(`no ${name} in the golden file`);
  return { ...tensor, bytes: await file.read(tensor) };
};

describe(`bit for bit what bitsandbytes ${golden.versions.bitsandbytes} computes on CPU`, () => {
  it.each(golden.cases)('$name ($dtype)', async ({ name, index, quantType, blockSize, double, dtype }) => {
    const source = await bytes(`${index}.source`);
    const values = toFloat32(source.bytes, source.dtype as Dtype);
    const blocks = quantizeFourBit(values, quantType, blockSize);
    expect(blocks.packed).toEqual((await bytes(`${name}.weight`)).bytes);
    const scales = double ? quantizeScales(blocks.absmax) : blocks.absmax;
    const state = { type: quantType, blockSize, dtype, shape: source.shape };
    const tensors = stateTensors(`${name}.weight`, state, scales);
    expect(tensors.map(({ name }) => name).sort()).toEqual(
      file.tensors
        .map(({ name }) => name)
        .filter((other) => other.startsWith(`${name}.weight.`))
        .sort(),
    );
    for (const tensor of tensors) {
      const expected = await bytes(tensor.name);
      expect({ name: tensor.name, dtype: tensor.dtype, shape: tensor.shape }).toEqual({
        name: expected.name,
        dtype: expected.dtype,
        shape: expected.shape,
      });
      expect(tensor.bytes, tensor.name).toEqual(expected.bytes);
    }
    if (!file.find(`${name}.dequantized`)) return;
    const expected = await bytes(`${name}.dequantized`);
    const expectedValues = toFloat32(expected.bytes, expected.dtype as Dtype);
    const absmax = scales instanceof Float32Array ? scales : dequantizeScales(scales);
    const back = dequantizeFourBit({ packed: blocks.packed, absmax }, quantType, blockSize, values.length);
    // By value: bitsandbytes' CPU kernel gives FP4's second zero a sign that its own quant_map does not have.
    const rounded = toFloat32(fromFloat32(back, expected.dtype as Dtype), expected.dtype as Dtype);
    const unlike = rounded.findIndex((value, i) => value !== expectedValues[i]);
    expect(unlike, `value ${rounded[unlike]}, expected ${expectedValues[unlike]}`).toBe(-1);
  });

  it.each(golden.sums)('the mean of $count values', ({ count, mean }) => {
    const values = Float32Array.from({ length: count }, (_, i) => (Math.imul(i, 2654435761) >>> 8) / 2 ** 24);
    expect(torchMean(values)).toBe(mean);
  });

  it.each([0, 1, 2])('LLM.int8() weights, case %i', async (index) => {
    const source = await bytes(`int8.${index}.source`);
    const { codes, absmax } = quantizeInt8Rows(toFloat32(source.bytes, source.dtype as Dtype), 48);
    expect(bytesOf(absmax)).toEqual((await bytes(`int8.${index}.SCB`)).bytes);
    expect(bytesOf(codes)).toEqual((await bytes(`int8.${index}.weight`)).bytes);
  });

  it('would notice one wrong byte', async () => {
    const { bytes: source } = await bytes('0.source');
    const { packed } = quantizeFourBit(toFloat32(source, 'F32'), 'nf4', 64);
    packed[7] = (packed[7] as number) ^ 1;
    expect(packed).not.toEqual((await bytes('0.nf4.64.single.weight')).bytes);
    expect(bytesOf(Float32Array.of(0))).not.toEqual(bytesOf(Float32Array.of(-0)));
  });
});

describe('numbers as Python writes them', () => {
  it.each([
    [0.05188658460974693, '0.05188658460974693'],
    [0.0001, '0.0001'],
    [0.000012345, '1.2345e-05'],
    [1e-7, '1e-07'],
    [2, '2.0'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e22, '1e+22'],
    [-0.00123, '-0.00123'],
    [0, '0.0'],
  ])('%d is %s', (value, text) => expect(pythonFloat(value)).toBe(text));
});
