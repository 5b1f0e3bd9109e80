/** GPTQ and AWQ on SmolLM2-135M-Instruct, calibrated on half of the question bank and measured on the other half. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDecoder, sequenceLogProbabilities } from '../decoder/decoder.ts';
import { cutSequences, openTokenizer } from '../decoder/tokenize.ts';
import { realModel } from '../gguf/testing-model.ts';
import { ggufToFolder } from '../gguf/to-folder/to-folder.ts';
import { createMatmul } from '../kernels/matmul.ts';
import type { IntegerScheme } from '../quantize/integer-format.ts';
import { quantizeModel } from '../quantize/quantize-model.ts';
import { openModelFolder } from '../safetensors/folder.ts';
import { quantizeWithText, withAwqModel } from './quantize-with-text.ts';

const model = realModel();
const work = mkdtempSync(join(tmpdir(), 'viva-real-'));
const matmul = createMatmul(2);
afterAll(async () => {
  await matmul.close();
  rmSync(work, { recursive: true });
});

const questions = fileURLToPath(new URL('../../../../bank/questions', import.meta.url));
const texts = readdirSync(questions)
  .sort()
  .flatMap((area) =>
    readdirSync(join(questions, area))
      .sort()
      .map((id) => join(questions, area, id, 'en.md')),
  )
  .filter((path) => existsSync(path))
  .map((path) => readFileSync(path, 'utf8'));
const half = (odd: number) => texts.filter((_, i) => i % 2 === odd).join('\n\n');
const calibration = { text: half(0), sequenceLength: 256, sequences: 8 };

const scheme: IntegerScheme = {
  ...{ kind: 'int', bits: 4, symmetric: true },
  granularity: { per: 'group', size: 64 },
};

/** Perplexity on 2,048 tokens of the other half. */
async function perplexity(path: string): Promise<number> {
  const opened = await openModelFolder(path);
  const decoder = openDecoder(opened, matmul);
  const sequences = cutSequences((await openTokenizer(path))(half(1)), 256, 8);
  const logs = await sequenceLogProbabilities(decoder, sequences);
  await opened.close();
  let [sum, count] = [0, 0];
  for (const each of logs)
    for (const log of each) {
      sum += log;
      count++;
    }
  return Math.exp(-sum / count);
}

describe.skipIf(!model)('SmolLM2-135M-Instruct at 4 bits, groups of 64', () => {
  const folder = join(work, 'model');
  const figures: Record<string, number> = {};

  beforeAll(async () => {
    await ggufToFolder({ input: model ?? '', output: folder });
    await quantizeModel({ input: folder, output: join(work, 'rounded'), scheme });
    figures.original = await perplexity(folder);
    figures.rounded = await perplexity(join(work, 'rounded'));
  }, 1_800_000);
  afterAll(() => console.log(`perplexity on held-out text: ${JSON.stringify(figures)}`));

  it('loses something by rounding', () => {
    expect(figures.rounded).toBeGreaterThan(1.02 * (figures.original ?? Number.NaN));
  });

  it('loses less by GPTQ', async () => {
    const output = join(work, 'gptq');
    await quantizeWithText({ input: folder, output, scheme, calibration, gptq: {} });
    figures.gptq = await perplexity(output);
    expect(figures.gptq).toBeLessThan(figures.rounded ?? Number.NaN);
  }, 3_600_000);

  it('loses less after AWQ', async () => {
    const output = join(work, 'awq');
    await withAwqModel(output, { input: folder, calibration, rounding: scheme, steps: 8 }, (scaled) =>
      quantizeModel({ input: scaled, output, scheme }),
    );
    figures.awq = await perplexity(output);
    expect(figures.awq).toBeLessThan(figures.rounded ?? Number.NaN);
  }, 3_600_000);
});
