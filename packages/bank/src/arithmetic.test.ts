/** The figures in the answers that are arithmetic are worked out here, in both languages. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBank } from './load.ts';
import { type Bank, LOCALES } from './types.ts';

let bank: Bank;
beforeAll(async () => {
  bank = await loadBank(fileURLToPath(new URL('../../../bank', import.meta.url)));
});

/** Every piece stands in the answer, in both languages. */
function says(id: string, ...pieces: string[]): void {
  for (const locale of LOCALES)
    for (const piece of pieces) expect(bank.questions.get(id)?.text[locale].answer, locale).toContain(piece);
}

/** Rounds to the nearest half-precision number, ties to even (IEEE 754; 5 exponent bits, 10 stored bits). */
function toHalf(x: number): number {
  if (x === 0) return 0;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -14);
  const unit = 2 ** (exponent - 10);
  const steps = Math.abs(x) / unit;
  const down = Math.floor(steps);
  const rest = steps - down;
  const whole = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
  return Math.sign(x) * whole * unit;
}

describe('arithmetic in the answers', () => {
  it('quantises 0.75689 with 255 intervals to 193, and with 256 to 194', () => {
    expect((0.75689 * 255).toFixed(3)).toBe('193.007');
    expect((0.75689 * 256).toFixed(2)).toBe('193.76');
    says('quantization', '193.007', '193', '193.76', '194', '256');
  });

  it('counts the bits of quantisation constants', () => {
    const before = 32 / 64;
    const after = 8 / 64 + 32 / (64 * 256);
    expect(after.toFixed(3)).toBe('0.127');
    expect((before - after).toFixed(2)).toBe('0.37');
    says('quantization', '0.127', '0.37', '32/64 = 0.5');
    says('quantized-pipeline-review', (4 + after).toFixed(3));
  });

  it('counts the parameters and the cache of Mistral 7B', () => {
    const [layers, d, ffn, heads, size, vocabulary] = [32, 4096, 14336, 8, 128, 32000];
    const linear = layers * (2 * d * d + 2 * d * heads * size + 3 * d * ffn);
    const embeddings = 2 * vocabulary * d;
    const norms = (2 * layers + 1) * d;
    const total = linear + embeddings + norms;
    expect((total / 1e9).toFixed(2)).toBe('7.24');
    expect(((total * 2) / 1e9).toFixed(1)).toBe('14.5');
    expect(((linear * 4.127) / 8 / 1e9).toFixed(1)).toBe('3.6');
    expect(((embeddings * 2) / 1e9).toFixed(1)).toBe('0.5');
    const cache = 2 * layers * heads * size * 2;
    expect(cache).toBe(128 * 1024);
    expect(cache * 8192).toBe(2 ** 30);
    says('quantized-pipeline-review', '14.5 GB', '3.6 GB', '0.5 GB', '4.1 GB', '128 KiB', '1 GiB');
  });

  it('needs 59 cases without a miss to bound a rate by 5 %', () => {
    expect(0.95 ** 59).toBeLessThan(0.05);
    expect(0.95 ** 58).toBeGreaterThan(0.05);
    says('medical-model-evaluation', '59');
  });

  it('loses FP16 gradients and updates where the answer says', () => {
    expect(toHalf(2 ** -24)).toBe(2 ** -24);
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.01)).toBe(2 ** -24);
    let lostBetween = 0;
    let keptBetween = 0;
    for (let mantissa = 1024; mantissa < 2048; mantissa++) {
      const weight = mantissa / 1024;
      expect(toHalf(weight + weight / 4096)).toBe(weight);
      expect(toHalf(weight + (weight / 2048) * 1.001)).not.toBe(weight);
      if (toHalf(weight + weight / 3000) === weight) lostBetween++;
      else keptBetween++;
    }
    expect(lostBetween).toBeGreaterThan(0);
    expect(keptBetween).toBeGreaterThan(0);
    says('mixed-precision', '2⁻²⁴', '2⁻²⁵', '4096');
  });
});
