import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { GgufError } from './errors.ts';
import { openGguf } from './open-gguf.ts';
import { encode, Forge, faultOf, openBytes } from './testing.ts';
import type { GgufArray, GgufValue } from './types.ts';
import type { GgufTensorInput } from './write.ts';
import { writeGguf } from './write-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'viva-gguf-'));
afterAll(() => rm(folder, { recursive: true }));

describe('a file that the package gguf wrote (reference/gguf/files.py)', () => {
  const path = fileURLToPath(new URL('fixtures/every-kind.gguf', import.meta.url));

  it('is read', async () => {
    const file = await openGguf(path);
    const value = (key: string) => file.metadata.get(key)?.value;
    expect(file.version).toBe(3);
    expect(value('general.architecture')).toBe('llama');
    expect(value('kind.uint8')).toBe(200);
    expect(value('kind.int8')).toBe(-100);
    expect(value('kind.uint16')).toBe(60000);
    expect(value('kind.int16')).toBe(-30000);
    expect(value('kind.uint32')).toBe(4_000_000_000);
    expect(value('kind.int32')).toBe(-2_000_000_000);
    expect(value('kind.float32')).toBe(Math.fround(0.1));
    expect(value('kind.bool')).toBe(true);
    expect(value('kind.string')).toBe('口试 — viva voce 🎓');
    expect(value('kind.uint64')).toBe(2n ** 64n - 1n);
    expect(value('kind.int64')).toBe(-(2n ** 63n));
    expect(value('kind.float64')).toBe(0.1);
    expect(value('kind.strings')).toEqual(['a', '', '中']);
    expect(value('kind.ints')).toEqual(Int32Array.of(1, -2, 3));
    expect(value('kind.floats')).toEqual(Float32Array.of(0.5, -0.25));
    expect(value('kind.bools')).toEqual([true, false]);
    expect(file.tensors.map(({ name, type, dimensions, bytes }) => [name, type, dimensions, bytes])).toEqual([
      ['token_embd.weight', 'F32', [64, 3], 768],
      ['half.weight', 'F16', [5, 2], 20],
      ['q8.weight', 'Q8_0', [64, 4], 272],
    ]);
    expect((await file.read(file.tensor('half.weight'))).length).toBe(20);
    expect(() => file.tensor('missing')).toThrow(/there is no tensor "missing"/);
    await file.close();
  });

  it('is written back the same', async () => {
    const file = await openGguf(path);
    const copy = join(folder, 'copy.gguf');
    const progress: number[] = [];
    const size = await writeGguf(
      copy,
      {
        metadata: file.metadata,
        tensors: file.tensors.map((tensor) => ({ ...tensor, data: () => file.stream(tensor, 40) })),
      },
      { onProgress: ({ bytes }) => progress.push(bytes) },
    );
    expect(Buffer.compare(await readFile(copy), await readFile(path))).toBe(0);
    expect(progress.at(-1)).toBe(size);
    await file.close();
  });
});

const number = (type: 'uint32' | 'float32', value: number): GgufValue => ({ type, value });
const tensorOf = (name: string, values: number[]): GgufTensorInput => ({
  name,
  type: 'F32',
  dimensions: [values.length],
  data: () => [new Uint8Array(Float32Array.from(values).buffer)],
});

describe('writing', () => {
  it('leaves nothing behind when data run short, too long, or the writing is cancelled', async () => {
    const path = join(folder, 'never.gguf');
    const short = { ...tensorOf('a', [1, 2]), data: () => [new Uint8Array(4)] };
    await expect(writeGguf(path, { metadata: new Map(), tensors: [short] })).rejects.toThrow(
      /tensor a should have 8 bytes, but its data are 4 long/,
    );
    const long = { ...tensorOf('a', [1, 2]), data: () => [new Uint8Array(12)] };
    await expect(writeGguf(path, { metadata: new Map(), tensors: [long] })).rejects.toThrow(/are longer/);
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(
      writeGguf(path, { metadata: new Map(), tensors: [tensorOf('a', [1])] }, { signal: stop }),
    ).rejects.toThrow('stopped');
    expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([]);
  });

  it('leaves an older file of that name as it was when it fails', async () => {
    const path = join(folder, 'older.gguf');
    await writeFile(path, 'older');
    const short = { ...tensorOf('a', [1, 2]), data: () => [new Uint8Array(4)] };
    const content = { metadata: new Map(), tensors: [short] };
    await expect(writeGguf(path, content, { overwrite: true })).rejects.toThrow(GgufError);
    await expect(writeGguf(path, content)).rejects.toThrow(/already exists/);
    expect(await readFile(path, 'utf8')).toBe('older');
  });

  it('refuses names that repeat, and rows that are no whole number of blocks', async () => {
    await expect(encode(new Map(), [tensorOf('a', [1]), tensorOf('a', [2])])).rejects.toThrow(
      /tensor a is given twice/,
    );
    const odd: GgufTensorInput = { name: 'odd', type: 'Q4_K', dimensions: [100, 2], data: () => [] };
    await expect(encode(new Map(), [odd])).rejects.toThrow(
      /tensor odd has rows of 100 elements, which Q4_K cannot/,
    );
  });

  it('keeps to the alignment that the metadata name', async () => {
    const bytes = await encode(new Map([['general.alignment', number('uint32', 64)]]), [
      tensorOf('a', [1]),
      tensorOf('b', [2]),
    ]);
    const file = await openBytes(bytes);
    expect(file.tensors.map(({ start }) => start % 64)).toEqual([0, 0]);
    expect(new Float32Array((await file.read(file.tensor('b'))).slice().buffer)).toEqual(Float32Array.of(2));
  });
});

describe('hostile files', () => {
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['empty', new Uint8Array(0), 'GGUF_NOT_GGUF', /not a GGUF file/],
    ['another format', Buffer.from('PK\x03\x04 and so on'), 'GGUF_NOT_GGUF', /begin with the letters GGUF/],
    ['version 1', new Forge().head(0, 0, 1).bytes(), 'GGUF_VERSION', /version 1 cannot be read/],
    ['big-endian', new Forge().head(0, 0, 0x03000000).bytes(), 'GGUF_VERSION', /big-endian/],
    ['2^60 tensors', new Forge().head(2n ** 60n, 0).bytes(), 'GGUF_TRUNCATED', /1152921504606846976 tensors/],
    ['2^60 pairs', new Forge().head(0, 2n ** 60n).bytes(), 'GGUF_TRUNCATED', /1152921504606846976 pairs/],
    [
      'a key of 2^60 bytes',
      new Forge()
        .head(0, 1)
        .u64(2n ** 60n)
        .u64(0)
        .bytes(),
      'GGUF_TRUNCATED',
      /metadata key 0 at byte 32 needs 1152921504606846976 bytes, but the file ends after 8 more/,
    ],
    [
      'an array of 2^60 numbers',
      new Forge()
        .head(0, 1)
        .text('k')
        .u32(9)
        .u32(4)
        .u64(2n ** 60n)
        .bytes(),
      'GGUF_TRUNCATED',
      /the value of "k", an array of 1152921504606846976 × uint32/,
    ],
    [
      'an array of 2^64 − 1 strings',
      new Forge()
        .head(0, 1)
        .text('k')
        .u32(9)
        .u32(8)
        .u64(2n ** 64n - 1n)
        .bytes(),
      'GGUF_TRUNCATED',
      /array of 18446744073709551615 × string/,
    ],
    [
      'an unknown value type',
      new Forge().head(0, 1).text('k').u32(13).u64(0).bytes(),
      'GGUF_METADATA',
      /"k" has the unknown value type 13/,
    ],
    [
      'a bool of 7',
      new Forge().head(0, 1).text('k').u32(7).u8(7).u64(0).bytes(),
      'GGUF_METADATA',
      /"k" is a bool of value 7/,
    ],
    [
      'bad UTF-8',
      new Forge().head(0, 1).u64(2).raw(Uint8Array.of(0xff, 0xfe)).u32(0).u64(0).bytes(),
      'GGUF_METADATA',
      /metadata key 0 at byte 32 is not valid UTF-8/,
    ],
    [
      'a key twice',
      new Forge().head(0, 2).text('k').u32(0).u8(1).text('k').u32(0).u8(1).u64(0).bytes(),
      'GGUF_METADATA',
      /"k" occurs twice/,
    ],
    [
      'an alignment of 48',
      new Forge().head(0, 1).text('general.alignment').u32(4).u32(48).bytes(),
      'GGUF_METADATA',
      /general.alignment is uint32 48; it must be/,
    ],
    [
      'arrays within arrays without end',
      (() => {
        const forge = new Forge().head(0, 1).text('k').u32(9);
        for (let i = 0; i < 12; i += 1) forge.u32(9).u64(1);
        return forge.u32(0).u64(0).bytes();
      })(),
      'GGUF_METADATA',
      /nests arrays more than 8 deep/,
    ],
    [
      'a tensor twice',
      new Forge().head(2, 0).tensor('a', [1], 0, 0).tensor('a', [1], 0, 32).bytes(64),
      'GGUF_TENSOR',
      /"a" occurs twice/,
    ],
    [
      'five dimensions',
      new Forge().head(1, 0).tensor('a', [1, 1, 1, 1, 1], 0, 0).bytes(64),
      'GGUF_TENSOR',
      /"a" has 5 dimensions/,
    ],
    [
      'a dimension of 0',
      new Forge().head(1, 0).tensor('a', [0], 0, 0).bytes(64),
      'GGUF_TENSOR',
      /"a" has a dimension of size 0/,
    ],
    [
      'dimensions whose product is beyond 2^53',
      new Forge()
        .head(1, 0)
        .tensor('a', [2n ** 32n, 2n ** 32n], 0, 0)
        .bytes(64),
      'GGUF_TENSOR',
      /"a" claims more than 2\^53 elements/,
    ],
    [
      'an unknown type',
      new Forge().head(1, 0).tensor('a', [32], 99, 0).bytes(64),
      'GGUF_TENSOR',
      /"a" has the element type 99/,
    ],
    [
      'a withdrawn type',
      new Forge().head(1, 0).tensor('a', [32], 4, 0).bytes(64),
      'GGUF_TENSOR',
      /element type 4, which is unknown or withdrawn/,
    ],
    [
      'a broken row',
      new Forge().head(1, 0).tensor('a', [31], 2, 0).bytes(64),
      'GGUF_TENSOR',
      /"a" has rows of 31 elements.*Q4_0, 32/,
    ],
    [
      'an offset off the alignment',
      new Forge().head(1, 0).tensor('a', [1], 0, 4).bytes(64),
      'GGUF_TENSOR',
      /"a" begins at 4, off the alignment of 32/,
    ],
    [
      'an offset past the end',
      new Forge()
        .head(1, 0)
        .tensor('a', [1], 0, 2n ** 60n)
        .bytes(64),
      'GGUF_TRUNCATED',
      /"a" needs bytes/,
    ],
    [
      'a tensor that is cut off',
      new Forge().head(1, 0).tensor('a', [17], 0, 0).bytes(64),
      'GGUF_TRUNCATED',
      /"a" needs bytes 64 to 132, but the file has 128/,
    ],
    [
      'tensors that overlap',
      new Forge().head(2, 0).tensor('a', [16], 0, 0).tensor('b', [8], 0, 32).bytes(64),
      'GGUF_TENSOR',
      /tensors "a" and "b" overlap at byte/,
    ],
    [
      'a name of 64 bytes',
      new Forge().head(1, 0).tensor('n'.repeat(64), [1], 0, 0).bytes(64),
      'GGUF_TENSOR',
      /more than 63 bytes/,
    ],
    [
      'no name',
      new Forge().head(1, 0).tensor('', [1], 0, 0).bytes(64),
      'GGUF_TENSOR',
      /tensor 0 has an empty name/,
    ],
  ];

  it.each(cases)('%s', async (_, bytes, code, message) => {
    const fault = await faultOf(bytes);
    expect(fault?.message).toMatch(message);
    expect(fault?.message).toMatch(/^test\.gguf: /);
    expect(fault?.code).toBe(code);
  });

  it('a header that is longer than allowed', async () => {
    const bytes = await encode(new Map([['k', { type: 'string', value: 'x'.repeat(5000) }]]), []);
    await expect(openBytes(bytes, 1000)).rejects.toThrow(/the header goes on past 1000 bytes/);
    expect((await openBytes(bytes, 6000)).metadata.size).toBe(1);
  });

  it('names the tensor in the error', async () => {
    const fault = await faultOf(new Forge().head(1, 0).tensor('blk.0.attn_q.weight', [31], 2, 0).bytes(64));
    expect(fault?.tensor).toBe('blk.0.attn_q.weight');
  });
});

describe('fuzz', () => {
  const scalar: fc.Arbitrary<GgufValue> = fc.oneof(
    fc.record({ type: fc.constant('uint32' as const), value: fc.nat(2 ** 32 - 1) }),
    fc.record({ type: fc.constant('int16' as const), value: fc.integer({ min: -32768, max: 32767 }) }),
    fc.record({ type: fc.constant('float32' as const), value: fc.float({ noNaN: true }) }),
    fc.record({ type: fc.constant('float64' as const), value: fc.double({ noNaN: true }) }),
    fc.record({ type: fc.constant('uint64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
    fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
    fc.record({ type: fc.constant('string' as const), value: fc.string({ unit: 'binary' }) }),
  );
  const array: fc.Arbitrary<GgufArray> = fc.oneof(
    fc.int32Array().map((value) => ({ type: 'array' as const, of: 'int32' as const, value })),
    fc
      .float64Array({ noNaN: true })
      .map((value) => ({ type: 'array' as const, of: 'float64' as const, value })),
    fc.array(fc.string()).map((value) => ({ type: 'array' as const, of: 'string' as const, value })),
    fc.array(fc.boolean()).map((value) => ({ type: 'array' as const, of: 'bool' as const, value })),
    fc
      .array(fc.uint8Array().map((value) => ({ type: 'array' as const, of: 'uint8' as const, value })))
      .map((value) => ({ type: 'array' as const, of: 'array' as const, value })),
  );
  const content = fc.record({
    metadata: fc
      .array(fc.tuple(fc.string({ unit: 'binary' }), fc.oneof(scalar, array)), { maxLength: 8 })
      .map((entries) => new Map<string, GgufValue>(entries.filter(([key]) => key !== 'general.alignment'))),
    tensors: fc
      .uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 5 })
      .chain((names) =>
        fc.tuple(
          ...names.map((name) =>
            fc
              .array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 40 })
              .map((values) => tensorOf(name, values)),
          ),
        ),
      ),
  });

  it('whatever is written is read back the same', async () => {
    await fc.assert(
      fc.asyncProperty(content, async ({ metadata, tensors }) => {
        const bytes = await encode(metadata, tensors);
        const file = await openBytes(bytes);
        expect(file.metadata).toEqual(metadata);
        expect(file.tensors.map(({ name }) => name)).toEqual(tensors.map(({ name }) => name));
        const again = await encode(
          file.metadata,
          file.tensors.map((tensor) => ({ ...tensor, data: () => file.stream(tensor) })),
        );
        expect(Buffer.compare(again, bytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('a damaged or truncated file is read or refused, and never anything else', async () => {
    const path = fileURLToPath(new URL('fixtures/every-kind.gguf', import.meta.url));
    const good = new Uint8Array(await readFile(path));
    const header = 1000;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(header), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(good.length - 1), { freq: 4 }),
        async (changes, cut) => {
          const bytes = good.slice(0, cut ?? good.length);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          if (await faultOf(bytes)) refused += 1;
        },
      ),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it('every truncation is refused', async () => {
    const path = fileURLToPath(new URL('fixtures/every-kind.gguf', import.meta.url));
    const good = new Uint8Array(await readFile(path));
    const lastTensorEnd = (await openBytes(good)).tensors.reduce(
      (end, t) => Math.max(end, t.start + t.bytes),
      0,
    );
    for (let length = 0; length < lastTensorEnd; length += 1)
      expect(await faultOf(good.slice(0, length)), `cut to ${length} bytes`).toBeDefined();
  });
});
