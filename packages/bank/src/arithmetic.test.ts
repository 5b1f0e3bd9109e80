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

/** The answers of one question in both languages hold a figure in either way of writing it. */
function saysEither(id: string, zh: readonly string[], en: readonly string[]): void {
  for (const piece of zh) expect(bank.questions.get(id)?.text['zh-CN'].answer, id).toContain(piece);
  for (const piece of en) expect(bank.questions.get(id)?.text.en.answer, id).toContain(piece);
}

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

describe('arithmetic on efficiency', () => {
  it('sums up KV caches', () => {
    const token = 2 * 80 * 8 * 128 * 2;
    expect([token, token / 1024, (token * 131072) / 2 ** 30]).toEqual([327_680, 320, 40]);
    expect((201 / ((token * 131072) / 1e9)).toFixed(1)).toBe('4.7');
    expect(60 * 576 * 2).toBe(69_120);
    saysEither(
      'kv-cache-budget',
      ['327680', '40 GiB', '4.7', '69120'],
      ['327,680', '40 GiB', '4.7', '69,120'],
    );
    expect([(2 * 32 * 8 * 128 * 2) / 1024, (2 * 32 * 8 * 128 * 2 * 32768) / 2 ** 30]).toEqual([128, 4]);
  });

  it('speeds up by speculation', () => {
    const produced = (alpha: number) => (1 - alpha ** 5) / (1 - alpha);
    expect(produced(0.8).toFixed(2)).toBe('3.36');
    expect((produced(0.8) / 1.2).toFixed(2)).toBe('2.80');
    expect((produced(0.5) / 1.2).toFixed(2)).toBe('1.61');
    says('speculative-decoding', '3.36', '2.80', '1.61');
  });

  it('accepts and rejects so that the target distribution stays', () => {
    const [p, q] = [
      [0.5, 0.3, 0.2],
      [0.2, 0.7, 0.1],
    ];
    const rest = p?.map((value, index) => Math.max(0, value - (q?.[index] ?? 0))) ?? [];
    const rejected = 1 - (p ?? []).reduce((sum, value, index) => sum + Math.min(value, q?.[index] ?? 0), 0);
    const mass = rest.reduce((sum, value) => sum + value, 0);
    expect(mass).toBeCloseTo(rejected, 12);
    for (const [index, value] of (p ?? []).entries())
      expect(Math.min(value, q?.[index] ?? 0) + (rejected * (rest[index] ?? 0)) / mass).toBeCloseTo(
        value,
        12,
      );
  });

  it('finds the batch where computation becomes the limit', () => {
    expect(312 / 2).toBe(156);
    expect(Math.floor(2e12 / 14e9 / 10) * 10).toBe(140);
    says('llm-serving', '156', '140');
  });

  it('computes online softmax in two blocks', () => {
    const first = Math.exp(-2) + 1;
    const second = first * Math.exp(-2) + Math.exp(-3) + 1;
    const once = Math.exp(-4) + Math.exp(-2) + Math.exp(-3) + 1;
    expect([first.toFixed(4), second.toFixed(4), once.toFixed(4)]).toEqual(['1.1353', '1.2034', '1.2034']);
    says('flash-attention', '1.1353', '1.2034');
  });

  it('steps over outliers', () => {
    expect([(60 / 127).toFixed(3), (0.5 / 127).toFixed(4), 60 / 0.5]).toEqual(['0.472', '0.0039', 120]);
    expect(Math.sqrt(60 / 0.6)).toBeCloseTo(10, 12);
    says('activation-outliers', '0.472', '0.0039', '√100 = 10');
  });

  it('shards training states', () => {
    const size = (bytes: number) => ((7.5e9 * bytes) / 1e9).toFixed(1);
    expect([16, 4 + 12 / 64, 2 + 14 / 64, 16 / 64].map(size)).toEqual(['120.0', '31.4', '16.6', '1.9']);
    expect([((4096 * 4096 * 34) / 1e9).toFixed(2), ((32 * 2 * 4096 * 4096) / 1e9).toFixed(2)]).toEqual([
      '0.57',
      '1.07',
    ]);
    says('zero-memory', '31.4', '16.6', '1.9', '0.57', '1.07');
    const other = [16, 4 + 12 / 32, 2 + 14 / 32, 16 / 32].map((bytes) => (13 * bytes).toFixed(1));
    expect(other).toEqual(['208.0', '56.9', '31.7', '6.5']);
  });

  it('lays out parallelism', () => {
    expect([((7 / 32) * 100).toFixed(1), ((7 / 39) * 100).toFixed(1)]).toEqual(['21.9', '17.9']);
    expect([Math.round((4096 * 8192 * 2) / 1e6), 256 * 4096]).toEqual([67, 1_048_576]);
    expect(Math.round(Math.sqrt(2 * 2 * 180))).toBe(27);
    says('parallelism-plan', '21.9%', '17.9%', '67 MB', '27');
  });
});

describe('arithmetic on evaluation and medicine', () => {
  /** Two-sided exact probability of McNemar's test. */
  function mcnemar(b: number, c: number): number {
    let tail = 0;
    for (let k = 0; k <= Math.min(b, c); k++) {
      let ways = 1;
      for (let i = 0; i < k; i++) ways = (ways * (b + c - i)) / (i + 1);
      tail += ways;
    }
    return Math.min(1, (2 * tail) / 2 ** (b + c));
  }

  it('tests paired differences', () => {
    expect(mcnemar(30, 18).toFixed(2)).toBe('0.11');
    expect(mcnemar(26, 14).toFixed(2)).toBe('0.08');
    expect(((Math.sqrt(48 - 144 / 500) / 500) * 100).toFixed(2)).toBe('1.38');
    expect((Math.sqrt((0.72 * 0.28 + 0.696 * 0.304) / 500) * 100).toFixed(2)).toMatch(/^2\.8[78]$/);
    expect(Math.round((2.8 ** 2 * (0.096 - 0.024 ** 2)) / 0.024 ** 2 / 100)).toBe(13);
    says('paired-significance', '1.38', '0.11');
  });

  it('bounds the success of an agent', () => {
    const [p, n, z] = [0.82, 50, 1.96];
    const middle = (p + z ** 2 / 2 / n) / (1 + z ** 2 / n);
    const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / 4 / n ** 2)) / (1 + z ** 2 / n);
    expect([Math.round((middle - half) * 100), Math.round((middle + half) * 100)]).toEqual([69, 90]);
    expect([Math.round(0.82 ** 8 * 100), Math.round(0.97 ** 10 * 100)]).toEqual([20, 74]);
    says('agent-evaluation', '69%', '90%', '20%', '74%');
  });

  it('measures agreement beyond chance', () => {
    expect(((0.8 - 0.58) / (1 - 0.58)).toFixed(2)).toBe('0.52');
    expect((Math.sqrt((0.58 * 0.42) / 200) * 100).toFixed(1)).toBe('3.5');
    says('llm-as-judge', '0.58', '0.52', '3.5');
  });

  it('compares new with published questions', () => {
    const error = Math.sqrt((0.92 * 0.08 + 0.84 * 0.16) / 300);
    expect([(error * 100).toFixed(1), (8 - 196 * error).toFixed(1), (8 + 196 * error).toFixed(1)]).toEqual([
      ...['2.6', '2.8', '13.2'],
    ]);
    says('benchmark-contamination', '2.6', '2.8', '13.2');
  });

  it('weighs alarms by net benefit', () => {
    const net = (tp: number, fp: number, threshold: number) => tp - (fp * threshold) / (1 - threshold);
    expect(Math.round((16 / 114) * 100)).toBe(14);
    expect([
      net(0.016, 0.098, 0.05).toFixed(4),
      net(0.02, 0.98, 0.05).toFixed(4),
      net(0.016, 0.098, 0.2).toFixed(4),
    ]).toEqual(['0.0108', '-0.0316', '-0.0085']);
    says('sepsis-shift', '14%', '98', '0.0108', '0.0316', '0.0085');
    expect(net(0.021, 0.1455, 0.1).toFixed(4)).toBe('0.0048');
  });

  it('ties false positives to prevalence', () => {
    const rate = (p: number) => (p / (1 - p)) * ((1 - 0.6) / 0.6) * (1 - 0.3);
    expect([rate(0.2).toFixed(3), rate(0.1).toFixed(3)]).toEqual(['0.117', '0.052']);
    says('algorithmic-fairness', '0.117', '0.052');
  });

  it('needs 99 cases without a miss to bound a rate by 3 %', () => {
    expect(0.97 ** 99).toBeLessThan(0.05);
    expect(0.97 ** 98).toBeGreaterThan(0.05);
    expect([(0.62347 * 255).toFixed(2), (0.62347 * 256).toFixed(2)]).toEqual(['158.98', '159.61']);
    for (const locale of LOCALES) {
      expect(bank.questions.get('medical-model-evaluation')?.text[locale].parallel).toContain('0.97⁹⁹');
      expect(bank.questions.get('quantization')?.text[locale].parallel).toContain('159.61');
    }
  });

  it('scores confidence', () => {
    expect((0.5 * Math.abs(0.9 - 0.8) + 0.5 * Math.abs(0.6 - 0.7)).toFixed(2)).toBe('0.10');
    const brier = (said: number, right: number) => right * (1 - said) ** 2 + (1 - right) * said ** 2;
    expect([brier(0.9, 0.8), brier(0.6, 0.7)].map((score) => score.toFixed(2))).toEqual(['0.17', '0.22']);
    expect(((brier(0.9, 0.8) + brier(0.6, 0.7)) / 2).toFixed(3)).toBe('0.195');
    expect(brier(0.75, 0.75)).toBe(0.1875);
    expect(((brier(0.8, 0.9) + brier(0.5, 0.4)) / 2).toFixed(3)).toBe('0.175');
    says('confidence-calibration', '0.10', '0.17', '0.22', '0.195', '0.1875');
    expect(Math.log(32768).toFixed(1)).toBe('10.4');
    says('contrastive-image-text', '10.4');
  });
});
