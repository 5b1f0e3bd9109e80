/** The figures in the answers on efficiency, evaluation and medicine are worked out here, in both languages. */
import { describe, expect, it } from 'vitest';
import { bank, says, saysEither } from './testing/answers.ts';
import { LOCALES } from './types.ts';

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

  it('divides logits by temperatures', () => {
    const softmax = (logits: readonly number[], temperature: number) => {
      const powers = logits.map((logit) => Math.exp(logit / temperature));
      const sum = powers.reduce((total, power) => total + power, 0);
      return powers.map((power) => (power / sum).toFixed(3));
    };
    const shown = [1, 0.5, 2].flatMap((temperature) => softmax([2, 1, 0], temperature));
    says('decoding-control', ...shown, '0.910', '0.731', '0.269');
    const other = [...softmax([3, 2, 1, 0], 1), ...softmax([3, 2, 1, 0], 0.5)];
    for (const locale of LOCALES)
      for (const figure of other)
        expect(bank.questions.get('decoding-control')?.text[locale].parallel).toContain(figure);
  });
});
