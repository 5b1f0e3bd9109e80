/** The figures in the answers that are arithmetic are worked out here, in both languages. */
import { describe, expect, it } from 'vitest';
import { says, saysEither } from './testing/answers.ts';

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

describe('arithmetic on generative models', () => {
  it('computes the KL of a Gaussian to the standard normal', () => {
    expect((0.5 * (1 + 0.25 - 1 - Math.log(0.25))).toFixed(3)).toBe('0.818');
    says('vae-elbo', '0.818', '1.386');
  });

  it('changes variables in one dimension', () => {
    const base = -0.5 * Math.log(2 * Math.PI);
    expect((base - Math.log(2)).toFixed(3)).toBe('-1.612');
    expect(Math.log(100).toFixed(1)).toBe('4.6');
    says('normalizing-flows', '0.919', '0.693', '1.612', '4.6');
  });

  it('multiplies out the linear noise schedule', () => {
    let kept = 1;
    for (let step = 0; step < 1000; step++) kept *= 1 - (1e-4 + ((0.02 - 1e-4) * step) / 999);
    expect((kept * 1e5).toFixed(1)).toBe('4.0');
    expect(Math.sqrt(kept).toFixed(4)).toBe('0.0064');
    says('ddpm-objective', '4.0 × 10⁻⁵', '0.0064');
  });

  it('counts the compression of latents', () => {
    expect((512 * 512 * 3) / (64 * 64 * 4)).toBe(48);
    saysEither('latent-diffusion', ['786432', '16384', '48', '1024'], ['786,432', '16,384', '48', '1,024']);
  });
});

describe('arithmetic on transformers and training', () => {
  it('crosses attention with the linear layers, and stores n × n', () => {
    // 4n²d = 8nd² and 4n²d = 24nd².
    expect([2 * 4096, 6 * 4096, 2 * 8192, 6 * 8192]).toEqual([8192, 24576, 16384, 49152]);
    expect((8192 ** 2 * 32 * 2) / 2 ** 30).toBe(4);
    saysEither('attention-mechanics', ['8192', '24576', '4 GiB'], ['8192', '24,576', '4 GiB']);
  });

  it('has the slowest wavelength of RoPE', () => {
    expect(Math.round((2 * Math.PI * 10000 ** (126 / 128)) / 1000)).toBe(54);
    saysEither('positional-encoding', ['5.4 万'], ['54,000']);
  });

  it('counts a larger vocabulary', () => {
    expect(2 * 64000 * 4096).toBe(524_288_000);
    expect((1.5 * 0.7).toFixed(2)).toBe('1.05');
    expect(((524.288e6 / 7e9) * 100).toFixed(1)).toBe('7.5');
    expect(Math.round((700 / 1500) * 100)).toBe(47);
    saysEither('tokenization', ['5.24 亿', '7.5%', '47%'], ['524 million', '7.5%', '47%']);
  });

  it('counts the parameters of Mixtral', () => {
    const expert = 3 * 4096 * 14336;
    const attention = 2 * 4096 ** 2 + 2 * 4096 * 1024;
    const shared = 32 * attention + 2 * 32000 * 4096;
    expect(((8 * 32 * expert + shared) / 1e9).toFixed(1)).toBe('46.7');
    expect(((2 * 32 * expert + shared) / 1e9).toFixed(1)).toBe('12.9');
    saysEither(
      'mixture-of-experts',
      ['467 亿', '129 亿', '1.762 亿'],
      ['46.7 billion', '12.9 billion', '176.2 million'],
    );
  });

  it('spends compute by 6ND and 20 tokens a parameter', () => {
    const compute = 64 * 1e15 * 0.4 * 30 * 86400;
    expect((compute / 1e22).toFixed(2)).toBe('6.64');
    const n = Math.sqrt(compute / 120);
    expect([(n / 1e10).toFixed(2), ((20 * n) / 1e11).toFixed(1)]).toEqual(['2.35', '4.7']);
    expect((compute / 6 / 8e9 / 1e12).toFixed(2)).toBe('1.38');
    says('scaling-laws', '6.64 × 10²²', '2.35 × 10¹⁰', '4.7 × 10¹¹', '1.38 × 10¹²');
    const other = 256 * 4e14 * 0.45 * 10 * 86400;
    expect((other / 1e22).toFixed(2)).toBe('3.98');
    expect((Math.sqrt(other / 120) / 1e10).toFixed(2)).toBe('1.82');
  });

  it('has the chance of a candidate pair under MinHash', () => {
    const chance = (s: number) => 1 - (1 - s ** 8) ** 14;
    expect([chance(0.75).toFixed(2), chance(0.5).toFixed(2)]).toEqual(['0.77', '0.05']);
    says('pretraining-data', '0.77', '0.05');
  });

  it('counts LoRA', () => {
    expect(16 * (4096 + 4096)).toBe(131_072);
    expect(((131_072 / 4096 ** 2) * 100).toFixed(2)).toBe('0.78');
    expect(8 * (4096 + 14336)).toBe(147_456);
    expect(((147_456 / (4096 * 14336)) * 100).toFixed(2)).toBe('0.25');
    saysEither('lora', ['131072', '0.78%'], ['131,072', '0.78%']);
  });

  it('budgets QLoRA at 70B', () => {
    const [layers, d, ffn, kv, rank] = [80, 8192, 28672, 1024, 16];
    const linear = layers * (2 * d * d + 2 * d * kv + 3 * d * ffn);
    const embeddings = 2 * 32000 * d;
    expect([(linear / 1e9).toFixed(2), ((linear + embeddings) / 1e9).toFixed(2)]).toEqual(['68.45', '68.98']);
    expect(Math.round(((linear + embeddings) * 16) / 1e9)).toBe(1104);
    const base = (linear * 4.127) / 8;
    const adapters = layers * rank * (2 * 2 * d + 2 * (d + kv) + 3 * (d + ffn));
    const kept = layers * 2048 * d * 2;
    expect([base, embeddings * 2, adapters * 16, kept].map((bytes) => (bytes / 1e9).toFixed(1))).toEqual([
      ...['35.3', '1.0', '3.3', '2.7'],
    ]);
    expect(Math.round(adapters / 1e6)).toBe(207);
    const logits = 2048 * 32000 * 4;
    expect((logits / 1e9).toFixed(2)).toBe('0.26');
    // Base, embeddings, adapters, checkpoints, a layer in progress, logits with their gradient.
    expect(Math.round((base + embeddings * 2 + adapters * 16 + kept + 1e9 + 2 * logits) / 1e9)).toBe(44);
    says('qlora-memory-budget', '35.3 GB', '3.3 GB', '2.7 GB', '0.26 GB', '44 GB');
  });

  it('computes losses and advantages of preference learning', () => {
    const sigma = 1 / (1 + Math.exp(-0.2));
    expect([sigma.toFixed(3), (-Math.log(sigma)).toFixed(3), Math.log(2).toFixed(3)]).toEqual([
      '0.550',
      '0.598',
      '0.693',
    ]);
    says('dpo', '0.550', '0.598', '0.693');
    expect((Math.log(16) - 15 / 16).toFixed(2)).toBe('1.84');
    says('rlhf-reward-model', '1.84');
    const deviation = Math.sqrt(0.25 * 0.75);
    expect([(0.75 / deviation).toFixed(3), (-0.25 / deviation).toFixed(3)]).toEqual(['1.732', '-0.577']);
    expect(Math.round(0.95 ** 8 * 100)).toBe(66);
    says('grpo', '0.433', '1.732', '0.577', '66%');
  });

  it('estimates pass@k without bias', () => {
    expect((1 - 56 / 252).toFixed(3)).toBe('0.778');
    expect((1 - 0.8 ** 5).toFixed(3)).toBe('0.672');
    expect((0.8 ** 100 / 1e-10).toFixed(0)).toBe('2');
    says('test-time-compute', '56/252', '0.778', '0.672', '2 × 10⁻¹⁰');
  });

  it('calibrates by an empty input', () => {
    const [yes, no] = [0.6 / 0.7, 0.4 / 0.3];
    expect([yes.toFixed(3), no.toFixed(3), Math.round((yes / (yes + no)) * 100)]).toEqual([
      '0.857',
      '1.333',
      39,
    ]);
    says('in-context-learning', '0.857', '1.333', '39%', '61%');
  });
});
