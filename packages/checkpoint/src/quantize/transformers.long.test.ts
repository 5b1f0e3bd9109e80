import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { referencePython } from '../testing/python.ts';
import { quantizeModel } from './quantize-model.ts';
import type { WeightScheme } from './quantize-tensor.ts';

const python = referencePython();
if (!python)
  console.warn(
    'SKIPPED: no Python with torch, transformers, bitsandbytes and accelerate. Install them (pip) and set VIVA_PYTHON to that Python.',
  );
const scripts = new URL('../../../../reference/checkpoint/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'viva-transformers-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(script: string, ...args: string[]): string {
  const env = { ...process.env, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '' };
  const { status, stdout, stderr } = spawnSync(python ?? '', [join(scripts, script), ...args], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

describe.skipIf(!python)('a quantised model in Python transformers', () => {
  it.each<[string, string[], WeightScheme]>([
    ['nf4', ['float16'], { kind: 'nf4', blockSize: 64, doubleQuant: false }],
    ['nf4', ['bfloat16', 'tied'], { kind: 'nf4', blockSize: 64, doubleQuant: true }],
    ['fp4', ['float32'], { kind: 'fp4', blockSize: 64, doubleQuant: true }],
    ['int8', ['float16'], { kind: 'int8' }],
    ['int8', ['bfloat16'], { kind: 'int8' }],
  ])('%s of %j: the same weights and logits as bitsandbytes makes itself', async (name, model, scheme) => {
    const id = `${name}-${model.join('-')}`;
    const [original, quantized] = [join(folder, id), join(folder, `${id}-quantized`)];
    run('tiny_llama.py', original, ...model);
    await quantizeModel({ input: original, output: quantized, scheme });
    const double = 'doubleQuant' in scheme && scheme.doubleQuant ? ['double'] : [];
    const result = JSON.parse(run('load_quantized.py', original, quantized, name, ...double)) as Record<
      string,
      unknown
    >;
    expect(result).toMatchObject({
      layers: 14,
      layersThatBitsandbytesMakes: 14,
      unlike: [],
      missing: [],
      unexpected: [],
      logitsEqual: true,
      largestDifferenceFromBitsandbytes: 0,
    });
    expect(result.largestDifferenceFromOriginal).toBeGreaterThan(0);
  });
});
