/** The reader, writer and quantisers on SmolLM2-135M-Instruct; digests are of what llama-quantize wrote from it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openGguf } from './format/open-gguf.ts';
import { writeGguf } from './format/write-file.ts';
import { openQuantisePool } from './quantise/pool.ts';
import { contentOf, quantiseContent } from './quantise/quantise.ts';
import type { SchemeName } from './quantise/scheme.ts';
import { realModel } from './testing-model.ts';

/** llama-quantize --allow-requantize MODEL OUT SCHEME of llama.cpp (that of llama-cpp-python 0.3.36), x86-64. */
const LLAMA_QUANTIZE: Partial<Record<SchemeName, string>> = {
  f16: 'a269e3181fcbb25046f99f64ba8d3c159165b211c2ff4ffca7ba1bb219d2ccd0',
  q8_0: '7b46609d11703c058397e5cfe4cc6e4b2508cb1eb4c80ddc472a5d421fbdb508',
  q6_k: 'a969ae2086dd4945a7c61594bf72b2bcc3b7df8571c92aed8f213918673a7f80',
  q5_k_m: '8170c7ef444692b3b2fe63459c326def0358807ef9be6e3cb020efb86a71015e',
  q5_k_s: 'd426b27bf6e06f6afe5ae60cf6457231a463f58db34d881febbd149c08007218',
  q4_k_m: 'dc0f3a02e821146247a0af6895adf9872124f368682cb110cb9ed09ff2a9f9f1',
  q4_k_s: '7d9eb1146bf78d98207372d1db5f4aad16ec094f11f8edd661627eda54f7cf53',
  q4_0: 'aa4256f3b46eb4add75ece1c0eeac1c6e4f1ec0c93e6fbe64fe1770f4ad09ae8',
  iq4_nl: 'b4d1842a26d8952bd7b609eb2062f7352aeb609c1ac5017542be18f83bc1776e',
};

const model = realModel();
const folder = await mkdtemp(join(tmpdir(), 'viva-gguf-real-'));
afterAll(() => rm(folder, { recursive: true }));

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

describe.skipIf(!model)('SmolLM2-135M-Instruct', () => {
  const path = model ?? '';

  it('is read and written back the same', async () => {
    const file = await openGguf(path);
    expect(file.metadata.get('tokenizer.ggml.tokens')?.value).toHaveLength(49152);
    expect(file.tensors).toHaveLength(272);
    const copy = join(folder, 'copy.gguf');
    await writeGguf(copy, contentOf(file));
    await file.close();
    expect(await digest(copy)).toBe(await digest(path));
  });

  it.each(Object.entries(LLAMA_QUANTIZE))(
    'becomes, as %s, the file that llama-quantize writes',
    async (scheme, expected) => {
      const file = await openGguf(path);
      const pool = openQuantisePool(2);
      const out = join(folder, `${scheme}.gguf`);
      try {
        const options = { scheme: scheme as SchemeName, pool, name: path, requantise: true };
        await writeGguf(out, quantiseContent(contentOf(file), options));
        expect(await digest(out)).toBe(expected);
      } finally {
        await pool.close();
        await file.close();
        await rm(out, { force: true });
      }
    },
  );

  it('is not quantised a second time unless asked', async () => {
    const file = await openGguf(path);
    const pool = openQuantisePool(0);
    expect(() => quantiseContent(contentOf(file), { scheme: 'q4_0', pool, name: path })).toThrow(
      /is quantised already/,
    );
    await file.close();
  });
});
