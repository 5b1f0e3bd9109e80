import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openGguf } from '@viva/checkpoint';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { quantizeGguf } from './quantize-gguf.ts';

const folder = await mkdtemp(join(tmpdir(), 'viva-cli-gguf-'));
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());
const tiny = fileURLToPath(
  new URL('../../../../checkpoint/src/gguf/convert/fixtures/qwen3', import.meta.url),
);

describe('viva model quantize to GGUF', () => {
  it('takes a Hugging Face folder', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const out = join(folder, 'qwen3.gguf');
    await quantizeGguf(tiny, out, { scheme: 'Q8_0', threads: '1', json: true });
    expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({
      output: out,
      scheme: 'q8_0',
      threads: 1,
    });
    const file = await openGguf(out);
    expect(file.tensor('blk.1.ffn_down.weight').type).toBe('Q8_0');
    expect(file.tensor('blk.1.attn_q_norm.weight').type).toBe('F32');
    await file.close();
    await expect(quantizeGguf(tiny, out, { scheme: 'q8_0' })).rejects.toThrow(/already exists/);
  });

  it('says in Chinese what it did', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await quantizeGguf(tiny, join(folder, 'zh.gguf'), { scheme: 'q4_0', threads: '1', lang: 'zh-CN' });
    expect(log.mock.calls[0]?.[0]).toMatch(
      /blk\.0\.ffn_down\.weight +BF16 → Q4_0 +4\.0 KiB +1\.1 KiB +\d\.\d+e-2/,
    );
    expect(log.mock.calls[0]?.[0]).toContain('平均误差');
    expect(log.mock.calls.at(-1)?.[0]).toMatch(/每个权重 [\d.]+ 位/);
  });

  it('leaves nothing behind when the input is cut off', async () => {
    const cut = join(folder, 'cut');
    await cp(tiny, cut, { recursive: true });
    await truncate(join(cut, 'model.safetensors'), 50_000);
    const out = join(folder, 'never.gguf');
    await expect(quantizeGguf(cut, out, { scheme: 'q8_0' })).rejects.toThrow(/model\.safetensors/);
    expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([]);
  });

  it('names what is wrong with its arguments', async () => {
    await expect(quantizeGguf(tiny, join(folder, 'x.bin'), { scheme: 'q8_0' })).rejects.toThrow(
      /is named \*\.gguf/,
    );
    await expect(
      quantizeGguf(join(folder, 'none'), join(folder, 'x.gguf'), { scheme: 'q8_0' }),
    ).rejects.toThrow(/none could not be opened/);
    await expect(
      quantizeGguf(tiny, join(folder, 'x.gguf'), { scheme: 'q8_0', threads: 'many' }),
    ).rejects.toThrow(/--threads many: a whole number/);
  });
});
