import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LEVELS } from '../quantize/codebooks.ts';
import { addError, noError } from '../quantize/error-measure.ts';
import { BLOCK_SIZES, type BlockSize, dequantizeFourBit, quantizeFourBit } from '../quantize/four-bit.ts';
import { quantizeTensor } from '../quantize/quantize-tensor.ts';
import { fromFloat32, toFloat32 } from '../tensor/dtype.ts';
import { FOUR_BIT_WASM } from './four-bit.wasm.ts';
import { createFourBitKernels, type KernelDtype, kernelQuantizer } from './four-bit-kernels.ts';

const kernels = createFourBitKernels(2);
afterAll(() => kernels.close());

const dtypes: KernelDtype[] = ['F32', 'F16', 'BF16'];

/** Values of all magnitudes, among them zeros, subnormals and exact middles between levels. */
function values(count: number, seed: number, type: 'nf4' | 'fp4'): Float32Array {
  let state = seed * 2654435761 + 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, (_, i) => {
    const kind = next();
    if (kind < 0.02) return 0;
    if (kind < 0.04) return (next() - 0.5) * 1e-6;
    if (kind < 0.05) return -0;
    if (kind < 0.15) return (LEVELS[type][i % 16] as number) * 0.25;
    if (kind < 0.16) return (next() - 0.5) * 1000;
    return (next() + next() + next() - 1.5) * 0.05;
  });
}

describe('the WebAssembly kernels', () => {
  it.each(dtypes)('%s: the same bits as plain TypeScript, for any length and block size', async (dtype) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9000 }),
        fc.constantFrom(...BLOCK_SIZES),
        fc.constantFrom('nf4' as const, 'fp4' as const),
        fc.nat(1000),
        fc.constantFrom(...dtypes),
        async (count, blockSize, type, seed, out) => {
          const bytes = fromFloat32(values(count, seed, type), dtype);
          const plain = quantizeFourBit(toFloat32(bytes, dtype), type, blockSize);
          const fast = await kernels.quantize(bytes, dtype, type, blockSize);
          expect(Buffer.compare(fast.packed, plain.packed)).toBe(0);
          expect(
            Buffer.compare(new Uint8Array(fast.absmax.buffer), new Uint8Array(plain.absmax.buffer)),
          ).toBe(0);
          const back = dequantizeFourBit(plain, type, blockSize, count);
          const fastBack = await kernels.dequantize(plain, out, type, blockSize, count);
          expect(Buffer.compare(fastBack, fromFloat32(back, out))).toBe(0);
          const sums = noError();
          addError(sums, toFloat32(bytes, dtype), back);
          const fastSums = await kernels.measure(bytes, plain, dtype, type, blockSize);
          expect(fastSums.count).toBe(count);
          expect(fastSums.max).toBeCloseTo(sums.max, 5);
          for (const key of ['abs', 'signal', 'noise'] as const)
            expect(Math.abs(fastSums[key] - sums[key])).toBeLessThanOrEqual(1e-4 * sums[key] + 1e-30);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('writes halves for scales from the smallest to beyond the largest', async () => {
    for (const scale of [
      0, 1e-9, 6e-8, 1e-5, 6.1e-5, 0.0119, 0.012, 0.0121, 0.05, 1, 64999, 65000, 65001, 65504, 70000, 1e30,
    ]) {
      const block = {
        packed: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 255),
        absmax: Float32Array.of(scale),
      };
      for (const out of dtypes)
        for (const type of ['nf4', 'fp4'] as const)
          expect(
            [...(await kernels.dequantize(block, out, type, 64, 64))],
            `${scale} ${out} ${type}`,
          ).toEqual([...fromFloat32(dequantizeFourBit(block, type, 64, 64), out)]);
    }
  });

  it('work in their own memory without copies', async () => {
    const bytes = fromFloat32(values(64 * 33, 9, 'nf4'), 'F16');
    const input = kernels.input(bytes.length);
    input.set(bytes);
    const blocks = await kernels.quantize(input, 'F16', 'nf4', 64);
    expect(blocks).toEqual(quantizeFourBit(toFloat32(bytes, 'F16'), 'nf4', 64));
    const view = await kernels.dequantizeView(blocks, 'F16', 'nf4', 64, 64 * 33);
    expect([...view]).toEqual([...(await kernels.dequantize(blocks, 'F16', 'nf4', 64, 64 * 33))]);
    expect(() => kernels.dequantizeView(blocks, 'F16', 'nf4', 64, 65)).toThrow(/whole number of blocks/);
  });

  it('measure rightly after other calls have used the memory', async () => {
    const [a, b] = [1, 2].map((seed) => fromFloat32(values(64 * 40, seed, 'nf4'), 'F16')) as [
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>,
    ];
    const [first, second] = [
      await kernels.quantize(a, 'F16', 'nf4', 64),
      await kernels.quantize(b, 'F16', 'nf4', 64),
    ];
    const direct = await kernels.measure(b, second, 'F16', 'nf4', 64);
    const other = await kernels.measure(a, first, 'F16', 'nf4', 64);
    await kernels.dequantize(first, 'F32', 'nf4', 64, 64 * 40);
    expect(await kernels.measure(b, second, 'F16', 'nf4', 64)).toEqual(direct);
    expect(await kernels.measure(a, first, 'F16', 'nf4', 64)).toEqual(other);
    expect(other.noise).not.toBe(direct.noise);
  });

  it.each([
    ['F32', Number.NaN, 77],
    ['F16', Number.POSITIVE_INFINITY, 700],
    ['BF16', Number.NaN, 1030],
    ['F16', Number.NaN, 3],
  ] as const)('names the element that is not finite (%s %d at %i)', async (dtype, value, index) => {
    const list = values(1040, 3, 'nf4');
    list[index] = value;
    const scheme = { kind: 'nf4' as const, blockSize: 64 as BlockSize, doubleQuant: true };
    const info = { dtype, shape: [104, 10] };
    const where = { file: 'm.safetensors', tensor: 'w.weight' };
    const message = `m.safetensors, tensor "w.weight": the weight at row ${Math.floor(index / 10)}, column ${index % 10} is ${value}`;
    const bytes = fromFloat32(list, dtype);
    await expect((async () => quantizeTensor('w.weight', bytes, info, scheme, where))()).rejects.toThrow(
      message,
    );
    await expect(
      (async () => kernelQuantizer(kernels)('w.weight', bytes, info, scheme, where))(),
    ).rejects.toThrow(message);
  });

  it('are what the AssemblyScript source compiles to', async () => {
    const { compile } = (await import('../../assembly/build.mjs' as string)) as {
      compile: () => Promise<Uint8Array>;
    };
    expect(Buffer.from(await compile()).toString('base64')).toBe(FOUR_BIT_WASM);
  });
});
