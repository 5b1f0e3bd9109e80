import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { DTYPE_BYTES, type Dtype } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import { INDEX_FILE, openModelFolder } from './folder.ts';
import { encodeHeader, type NewTensor } from './header.ts';
import { openSafetensors } from './reader.ts';
import { writeSafetensors } from './writer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-safetensors-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A file from a raw header text and so many bytes of data. */
async function raw(
  header: string | Uint8Array,
  data = 0,
  length?: bigint,
  name = 'model.safetensors',
): Promise<string> {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function write(name: string, tensors: (NewTensor & { bytes: Uint8Array })[]): Promise<string> {
  const path = join(folder, name);
  await writeSafetensors(path, { names: tensors.map(({ name }) => name) }, async (writer) => {
    for (const { bytes, ...tensor } of tensors) await writer.add(tensor, bytes);
  });
  return path;
}

const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe('hostile and damaged files', () => {
  it.each([
    ['TRUNCATED', 'nothing', '', 0, undefined],
    ['HEADER_LENGTH', 'header of 2^60 bytes', '{}', 0, 2n ** 60n],
    ['HEADER_LENGTH', 'header of no bytes', '', 0, 0n],
    ['TRUNCATED', 'header past the end', '{}', 0, 3n],
    ['BAD_JSON', 'not JSON', '{"a":', 0, undefined],
    ['BAD_JSON', 'an array', '[1, 2]', 0, undefined],
    ['BAD_JSON', 'not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 0, undefined],
    [
      'DUPLICATE_KEY',
      'a tensor twice',
      `{"w":${entry('U8', [1], 0, 1)},"w":${entry('U8', [1], 0, 1)}}`,
      1,
      undefined,
    ],
    [
      'DUPLICATE_KEY',
      'a tensor twice, escaped',
      `{"w":${entry('U8', [1], 0, 1)},"\\u0077":${entry('U8', [1], 0, 1)}}`,
      1,
      undefined,
    ],
    [
      'DUPLICATE_KEY',
      'a field twice',
      '{"w":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
      1,
      undefined,
    ],
    ['UNKNOWN_DTYPE', 'unknown format', `{"w":${entry('Q4', [1], 0, 1)}}`, 1, undefined],
    ['UNKNOWN_DTYPE', 'inherited name', `{"w":${entry('constructor', [1], 0, 1)}}`, 1, undefined],
    ['BAD_SHAPE', 'negative size', `{"w":${entry('U8', [-1], 0, 1)}}`, 1, undefined],
    ['BAD_SHAPE', 'half a size', `{"w":${entry('U8', [0.5], 0, 1)}}`, 1, undefined],
    ['BAD_OFFSETS', 'offsets backwards', `{"w":${entry('U8', [1], 1, 0)}}`, 1, undefined],
    ['BAD_OFFSETS', 'offsets beyond 2^53', `{"w":${entry('U8', [1], 0, 2 ** 60)}}`, 1, undefined],
    ['WRONG_LENGTH', 'shape too large', `{"w":${entry('F32', [2], 0, 4)}}`, 4, undefined],
    [
      'WRONG_LENGTH',
      'shape that overflows to the right size',
      `{"w":${entry('U8', [2 ** 32, 2 ** 32, 2], 0, 0)}}`,
      0,
      undefined,
    ],
    ['TRUNCATED', 'data past the end', `{"w":${entry('U8', [9], 0, 9)}}`, 8, undefined],
    [
      'OVERLAP',
      'overlapping tensors',
      `{"a":${entry('U8', [4], 0, 4)},"b":${entry('U8', [4], 2, 6)}}`,
      6,
      undefined,
    ],
    [
      'HOLE',
      'a hole between tensors',
      `{"a":${entry('U8', [1], 0, 1)},"b":${entry('U8', [1], 2, 3)}}`,
      3,
      undefined,
    ],
    ['HOLE', 'bytes after the last', `{"a":${entry('U8', [1], 0, 1)}}`, 2, undefined],
    ['BAD_ENTRY', 'a number for a tensor', '{"w":1}', 0, undefined],
    ['BAD_METADATA', 'metadata with numbers', '{"__metadata__":{"a":1}}', 0, undefined],
  ] as const)('%s: %s', async (code, _, header, data, length) => {
    const path =
      code === 'TRUNCATED' && header === ''
        ? join(folder, 'empty.safetensors')
        : await raw(header, data, length);
    if (header === '' && code === 'TRUNCATED') await writeFile(path, '');
    const error = await openSafetensors(path).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(path);
    if (typeof header === 'string' && header.startsWith('{"w"'))
      expect((error as CheckpointError).tensor).toBeDefined();
  });

  it('names what is missing', async () => {
    await expect(openSafetensors(join(folder, 'no.safetensors'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'NO_WEIGHTS' });
    await writeFile(join(folder, 'pytorch_model.bin'), 'x');
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'PICKLED' });
  });

  it('never shows raw control characters of a name', async () => {
    const path = await raw(`{${JSON.stringify('\u001b[31mred\n')}:1}`);
    const error = await openSafetensors(path).catch((error: Error) => error);
    expect((error as Error).message).not.toContain('\u001b');
    expect((error as Error).message).toContain('\\u001b[31mred\\n');
  });

  it('reads what any bytes say or refuses with an error of its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 0, max: 70 }),
        fc.boolean(),
        async (bytes, length, brace) => {
          if (brace && bytes.length > 0) bytes[0] = 0x7b;
          const path = await raw(bytes, 0, BigInt(length), 'fuzz.safetensors');
          await survives(path);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('survives any one byte changed and any cut of a good file', async () => {
    const path = await write('good.safetensors', [
      { name: 'a', dtype: 'F32', shape: [2, 2], bytes: new Uint8Array(16) },
      { name: 'b', dtype: 'I8', shape: [3], bytes: new Uint8Array(3) },
    ]);
    const { readFile } = await import('node:fs/promises');
    const good = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const bad = cut ? good.subarray(0, at) : Buffer.from(good);
        if (!cut) bad[at] = value;
        const other = join(folder, 'bad.safetensors');
        await writeFile(other, bad);
        if (cut) await expect(openSafetensors(other)).rejects.toBeInstanceOf(CheckpointError);
        else await survives(other);
      }),
      { numRuns: 400 },
    );
  });
});

async function survives(path: string): Promise<void> {
  try {
    const reader = await openSafetensors(path);
    for (const tensor of reader.tensors) expect((await reader.read(tensor)).length).toBe(tensor.byteLength);
    await reader.close();
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
  }
}

describe('writing and reading', () => {
  const dtype = fc.constantFrom(...(Object.keys(DTYPE_BYTES) as Dtype[]));
  const tensor = fc
    .record({
      name: fc.string({ unit: 'binary', maxLength: 12 }),
      dtype,
      shape: fc.array(fc.nat(5), { maxLength: 3 }),
    })
    .filter(({ name }) => name !== '__metadata__');

  it('gives back every tensor, aligned for its format, whatever the names', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 8 }),
        async (list) => {
          const filled = list.map((tensor, i) => ({
            ...tensor,
            bytes: new Uint8Array(elementCount(tensor.shape) * DTYPE_BYTES[tensor.dtype]).fill(i + 1),
          }));
          const reader = await openSafetensors(await write(`${run++}.safetensors`, filled));
          expect(reader.tensors.length).toBe(list.length);
          for (const { name, shape, dtype, bytes } of filled) {
            const found = reader.find(name)!;
            expect(found).toMatchObject({ name, dtype, shape });
            if (DTYPE_BYTES[dtype] <= 4) expect(found.offset % DTYPE_BYTES[dtype]).toBe(0);
            expect(await reader.read(found)).toEqual(bytes);
          }
          await reader.close();
        },
      ),
      { numRuns: 120 },
    );
  });

  it('streams in chunks and stops when told', async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
    const reader = await openSafetensors(
      await write('a.safetensors', [{ name: 'w', dtype: 'U8', shape: [10, 100], bytes }]),
    );
    const [w] = reader.tensors;
    const parts: number[] = [];
    for await (const part of reader.chunks(w!, { chunkBytes: 48 })) parts.push(...part);
    expect(parts).toEqual([...bytes]);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(reader.chunks(w!, { signal })[Symbol.asyncIterator]().next()).rejects.toThrow('enough');
    await reader.close();
  });

  it('reads a tensor that stands misaligned in the file', async () => {
    const header = `{"a":${entry('U8', [1], 0, 1)},"w":${entry('F32', [1], 1, 5)}}`;
    const path = await raw(header, 5);
    const reader = await openSafetensors(path);
    expect(await reader.read(reader.find('w')!)).toHaveLength(4);
    await reader.close();
  });

  it('leaves no file behind where a tensor is shorter than its shape, or comes twice', async () => {
    const path = join(folder, 'x.safetensors');
    const attempt = (names: string[], bytes: number) =>
      writeSafetensors(path, { names }, async (writer) => {
        for (const name of names) await writer.add({ name, dtype: 'U8', shape: [8] }, new Uint8Array(bytes));
      });
    await expect(attempt(['a'], 7)).rejects.toMatchObject({ code: 'WRONG_LENGTH', tensor: 'a' });
    await expect(attempt(['a', 'a'], 8)).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('notices a file that shrinks while it is read', async () => {
    const path = await write('a.safetensors', [
      { name: 'w', dtype: 'U8', shape: [80], bytes: new Uint8Array(80) },
    ]);
    const reader = await openSafetensors(path);
    await writeFile(path, 'short');
    await expect(reader.read(reader.tensors[0]!)).rejects.toMatchObject({ code: 'SHRUNK', tensor: 'w' });
    await reader.close();
  });
});

describe('folders', () => {
  const bytes = new Uint8Array(8);
  const shard = (name: string, ...tensors: string[]) =>
    write(
      name,
      tensors.map((name) => ({ name, dtype: 'U8' as const, shape: [8], bytes })),
    );
  const index = (map: Record<string, unknown>) =>
    writeFile(join(folder, INDEX_FILE), JSON.stringify({ metadata: {}, weight_map: map }));

  it('reads shards through the index, and config and other files beside them', async () => {
    await shard('m-1.safetensors', 'a', 'b');
    await shard('m-2.safetensors', 'c', 'extra');
    await index({ a: 'm-1.safetensors', b: 'm-1.safetensors', c: 'm-2.safetensors' });
    await writeFile(join(folder, 'config.json'), '{"model_type":"llama"}');
    await writeFile(join(folder, 'tokenizer.json'), '{}');
    await symlink(join(folder, 'tokenizer.json'), join(folder, 'linked.txt'));
    const model = await openModelFolder(folder);
    expect(model.tensors.tensors.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'extra']);
    expect(model.config).toEqual({ model_type: 'llama' });
    expect(model.otherFiles).toEqual(['linked.txt', 'tokenizer.json']);
    expect(model.warnings).toHaveLength(1);
    expect(await model.tensors.read(model.tensors.find('c')!)).toEqual(bytes);
    await model.close();
  });

  it.each([
    '../m-1.safetensors',
    '/etc/passwd',
    'sub/m-1.safetensors',
    '..\\m-1.safetensors',
    'C:m-1.safetensors',
    '.hidden.safetensors',
    'm-1.bin',
    '',
    7,
  ])('refuses the shard name %j', async (name) => {
    await shard('m-1.safetensors', 'a');
    await index({ a: name });
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'BAD_SHARD_NAME', tensor: 'a' });
  });

  it('refuses shards that contradict the index or each other', async () => {
    await shard('m-1.safetensors', 'a');
    await shard('m-2.safetensors', 'b');
    await index({ a: 'm-1.safetensors', b: 'm-2.safetensors', c: 'm-2.safetensors' });
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'MISSING_TENSOR', tensor: 'c' });
    await index({ a: 'm-2.safetensors', b: 'm-1.safetensors' });
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'WRONG_SHARD' });
    await shard('m-3.safetensors', 'a');
    await index({ a: 'm-1.safetensors', b: 'm-2.safetensors', c: 'm-3.safetensors' });
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
    await index({ a: 'gone.safetensors' });
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses several files without an index', async () => {
    await shard('x.safetensors', 'a');
    await shard('y.safetensors', 'b');
    await expect(openModelFolder(folder)).rejects.toMatchObject({ code: 'NO_INDEX' });
  });

  it('pads the header so that data begin at a multiple of eight', () => {
    for (let i = 0; i < 9; i++) {
      const header = encodeHeader([{ name: 'n'.repeat(i), dtype: 'U8', shape: [0], byteLength: 0 }]);
      expect(header.length % 8).toBe(0);
    }
  });
});
