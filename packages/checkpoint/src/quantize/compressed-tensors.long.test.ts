/** Whole-number weights as Python transformers loads them by compressed-tensors. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { quantizeWithText } from '../posttraining/quantize-with-text.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { fromFloat32, toFloat32 } from '../tensor/dtype.ts';
import { referencePython } from '../testing/python.ts';
import type { IntegerScheme } from './integer-format.ts';
import { logicalWeights } from './logical-weights.ts';
import { quantizeModel } from './quantize-model.ts';

const python = referencePython(['torch', 'transformers', 'accelerate', 'compressed_tensors']);
if (!python)
  console.warn(
    'SKIPPED: no Python with torch, transformers, accelerate and compressed-tensors. Install them (pip) and set VIVA_PYTHON to that Python.',
  );
const script = fileURLToPath(new URL('../../../../reference/checkpoint/load_integers.py', import.meta.url));
const model = fileURLToPath(new URL('../gguf/convert/fixtures/llama', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'viva-compressed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = 'Quantisation maps 32-bit weights to 4 bits; 结构化面试对每位候选人提出同样的问题。 '.repeat(40);
const common = { kind: 'int', granularity: { per: 'channel' } } as const;
const CASES: [string, IntegerScheme, 'gptq' | 'text' | 'plain'][] = [
  ['8 bits, a tensor', { ...common, bits: 8, symmetric: true, granularity: { per: 'tensor' } }, 'plain'],
  ['8 bits, a channel, asymmetric', { ...common, bits: 8, symmetric: false }, 'plain'],
  [
    '8 bits, groups of 16',
    { ...common, bits: 8, symmetric: true, granularity: { per: 'group', size: 16 } },
    'plain',
  ],
  [
    '8 bits, dynamic activations',
    { ...common, bits: 8, symmetric: true, activations: { dynamic: true, symmetric: true } },
    'plain',
  ],
  [
    '8 bits, static activations, asymmetric',
    {
      ...{ ...common, bits: 8, symmetric: true },
      activations: { dynamic: false, symmetric: false, method: { method: 'mse' } },
    },
    'text',
  ],
  [
    '4 bits, groups of 16',
    { ...common, bits: 4, symmetric: true, granularity: { per: 'group', size: 16 } },
    'plain',
  ],
  [
    '4 bits, groups of 16, asymmetric, GPTQ',
    { ...common, bits: 4, symmetric: false, granularity: { per: 'group', size: 16 } },
    'gptq',
  ],
];

describe.skipIf(!python)('transformers loads', () => {
  it.each(CASES)('%s: the weights that we read back', async (name, scheme, how) => {
    const output = join(folder, name.replaceAll(/\W+/g, '-'));
    const calibration = { text: TEXT, sequenceLength: 64, sequences: 8 };
    if (how === 'plain') await quantizeModel({ input: model, output, scheme });
    else
      await quantizeWithText({
        ...{ input: model, output, scheme, calibration },
        ...(how === 'gptq' ? { gptq: {} } : {}),
      });
    // transformers 5.24 loads packed zero points only while it dequantises.
    const mode = scheme.bits === 4 && !scheme.symmetric ? ['dequantize'] : [];
    const env = { ...process.env, HF_HUB_OFFLINE: '1' };
    const run = spawnSync(python ?? '', [script, model, output, ...mode], { env, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    const result = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as {
      quantized: number;
      weights: Record<string, string>;
      difference: number;
      scale: number;
    };
    expect(result).toMatchObject({ missing: [], unexpected: [], quantized: mode.length > 0 ? 0 : 14 });
    expect(result.difference).toBeGreaterThan(0);
    // The tiny model is random, so that 4 bits change it much.
    expect(result.difference).toBeLessThan((scheme.bits === 8 ? 0.1 : 0.6) * result.scale);
    const opened = await openModelFolder(output);
    const ours = logicalWeights(opened);
    expect(Object.keys(result.weights)).toHaveLength(14);
    for (const [module, bytes] of Object.entries(result.weights)) {
      const theirs = new Float32Array(new Uint8Array(Buffer.from(bytes, 'base64')).buffer);
      // The model is in bfloat16, and so is what comes back there.
      const own = toFloat32(fromFloat32(await ours.load(`${module}.weight`), 'BF16'), 'BF16');
      expect(Buffer.compare(Buffer.from(own.buffer), Buffer.from(theirs.buffer)), module).toBe(0);
    }
    await opened.close();
  });
});
