import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../numeric/random.ts';
import { readJson } from '../testing/fixtures.ts';
import { brennanPrediger, fleissKappa, gwetAc } from './chance-corrected.ts';
import { type IccForm, icc } from './icc.ts';
import { cohenKappa } from './kappa.ts';
import { type AlphaMetric, krippendorffAlpha } from './krippendorff.ts';
import type { RatingMatrix } from './matrix.ts';

interface Cac {
  gwet: { value: number; se: number };
  fleiss: { value: number; se: number };
  bp: { value: number; se: number };
}
interface Set_ {
  data: (number | null)[][];
  icc: { form: IccForm; value: number; lower: number; upper: number; f: number; p: number }[];
  alpha: Record<AlphaMetric, number>;
  cac: Record<'unweighted' | 'linear' | 'quadratic' | 'ordinal', Cac>;
}
interface Golden {
  source: string;
  shrout: Set_;
  made: Set_ & {
    kappa: Record<'unweighted' | 'equal' | 'squared', { value: number; z: number }> & {
      vcd: { se: number; seSquared: number };
    };
  };
  holes: Set_;
  kripp: Set_;
  diagnoses: { data: number[][]; fleiss: number };
}

const golden = readJson<Golden>('agreement.golden.json');
const METRICS = ['nominal', 'ordinal', 'interval', 'ratio'] as const;

describe(`against ${golden.source}`, () => {
  it.each(['shrout', 'made'] as const)(
    'the six intraclass correlations and their intervals (psych): %s',
    (name) => {
      const { forms } = icc(golden[name].data);
      for (const { form, value, lower, upper, f, p } of golden[name].icc) {
        expect(forms[form].value).toBeCloseTo(value, 9);
        expect(forms[form].lower).toBeCloseTo(lower, 7);
        expect(forms[form].upper).toBeCloseTo(upper, 7);
        expect(forms[form].f).toBeCloseTo(f, 7);
        expect(forms[form].p).toBeCloseTo(p, 9);
      }
    },
  );

  it('Shrout & Fleiss (1979), table 4', () => {
    const { forms } = icc(golden.shrout.data);
    const published = { '1,1': 0.17, '2,1': 0.29, '3,1': 0.71, '1,k': 0.44, '2,k': 0.62, '3,k': 0.91 };
    for (const [form, value] of Object.entries(published))
      expect(forms[form as IccForm].value).toBeCloseTo(value, 2);
  });

  it.each(['made', 'holes', 'kripp'] as const)("Krippendorff's alpha in four metrics (irr): %s", (name) => {
    for (const metric of METRICS)
      expect(krippendorffAlpha(golden[name].data, { metric, draws: 0 }).value).toBeCloseTo(
        golden[name].alpha[metric],
        9,
      );
  });

  it("Krippendorff's published example", () => {
    const published = { nominal: 0.743, ordinal: 0.815, interval: 0.849, ratio: 0.797 };
    for (const metric of METRICS) {
      const alpha = krippendorffAlpha(golden.kripp.data, { metric });
      expect(alpha.value).toBeCloseTo(published[metric], 3);
      expect(alpha.units).toBe(11);
      expect(alpha.values).toBe(40);
      expect(alpha.lower!).toBeLessThan(alpha.value!);
      expect(alpha.upper!).toBeGreaterThan(alpha.value!);
    }
  });

  it.each(['made', 'holes', 'kripp'] as const)(
    'AC1, AC2, Fleiss and Brennan–Prediger with standard errors (irrCAC): %s',
    (name) => {
      for (const [label, weights] of [
        ['unweighted', 'none'],
        ['linear', 'linear'],
        ['quadratic', 'quadratic'],
        ['ordinal', 'ordinal'],
      ] as const) {
        const { data, cac } = golden[name];
        for (const [ours, theirs] of [
          [gwetAc(data, { weights }), cac[label].gwet],
          [fleissKappa(data, { weights }), cac[label].fleiss],
          [brennanPrediger(data, { weights }), cac[label].bp],
        ] as const) {
          // irrCAC prints five decimals.
          expect(Math.abs(ours.value! - theirs.value)).toBeLessThan(6e-6);
          expect(Math.abs(ours.se! - theirs.se)).toBeLessThan(6e-6);
        }
      }
    },
  );

  it("Cohen's kappa, weighted too (irr for value and z, vcd for the error)", () => {
    const { data, kappa } = golden.made;
    const [a, b] = [0, 1].map((column) => data.map((row) => row[column]!));
    for (const [label, weights] of [
      ['unweighted', 'none'],
      ['equal', 'linear'],
      ['squared', 'quadratic'],
    ] as const) {
      const ours = cohenKappa(a!, b!, { weights });
      expect(ours.value).toBeCloseTo(kappa[label].value, 9);
      expect(ours.z).toBeCloseTo(kappa[label].z, 6);
    }
    expect(cohenKappa(a!, b!).se).toBeCloseTo(kappa.vcd.se, 9);
    expect(cohenKappa(a!, b!, { weights: 'quadratic' }).se).toBeCloseTo(kappa.vcd.seSquared, 9);
  });

  it("Fleiss' kappa on the psychiatric diagnoses of Fleiss (1971)", () => {
    expect(fleissKappa(golden.diagnoses.data).value).toBeCloseTo(golden.diagnoses.fleiss, 9);
    expect(fleissKappa(golden.diagnoses.data).value).toBeCloseTo(0.43, 2);
  });
});

const anyMatrix = fc.integer({ min: 2, max: 4 }).chain((raters) =>
  fc.array(
    fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }), {
      minLength: raters,
      maxLength: raters,
    }),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
);

describe('any matrix', () => {
  const finite = (value: unknown): void => {
    if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    else if (value && typeof value === 'object') for (const part of Object.values(value)) finite(part);
  };

  it('never gives a NaN', () => {
    fc.assert(
      fc.property(anyMatrix, (matrix: RatingMatrix) => {
        for (const weights of ['none', 'linear', 'quadratic', 'ordinal'] as const)
          for (const value of [gwetAc, fleissKappa, brennanPrediger]) finite(value(matrix, { weights }));
        for (const metric of METRICS) finite(krippendorffAlpha(matrix, { metric, draws: 20 }));
        if (matrix.filter((row) => row.every((value) => value !== null)).length > 1) finite(icc(matrix));
      }),
    );
  });

  it('does not depend on the order of subjects or raters', () => {
    fc.assert(
      fc.property(anyMatrix, (matrix: RatingMatrix) => {
        const turned = [...matrix].reverse().map((row) => [...row].reverse());
        for (const metric of METRICS)
          expect(krippendorffAlpha(turned, { metric, draws: 0 }).value ?? 9).toBeCloseTo(
            krippendorffAlpha(matrix, { metric, draws: 0 }).value ?? 9,
            9,
          );
        expect(gwetAc(turned).value ?? 9).toBeCloseTo(gwetAc(matrix).value ?? 9, 9);
      }),
    );
  });

  it('is one where all agree, and alpha in the interval metric does not mind a shift', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 15 }), (scores) => {
        fc.pre(new Set(scores).size > 1);
        const matrix = scores.map((score) => [score, score, score]);
        for (const metric of METRICS) expect(krippendorffAlpha(matrix, { metric, draws: 0 }).value).toBe(1);
        expect(gwetAc(matrix).value).toBeCloseTo(1, 12);
        expect(fleissKappa(matrix).value).toBeCloseTo(1, 12);
        expect(cohenKappa(scores, scores).value).toBeCloseTo(1, 12);
        for (const estimate of Object.values(icc(matrix).forms)) expect(estimate.value).toBeCloseTo(1, 9);
      }),
    );
    const shifted = golden.made.data.map((row) => row.map((value) => value! + 100));
    expect(krippendorffAlpha(shifted, { metric: 'interval', draws: 0 }).value).toBeCloseTo(
      golden.made.alpha.interval,
      9,
    );
    for (const { form, value } of golden.made.icc)
      expect(icc(shifted).forms[form].value).toBeCloseTo(value, 9);
  });

  it('gives the same interval for the same seed', () => {
    const run = (seed: number) => krippendorffAlpha(golden.holes.data, { seed, draws: 500 });
    expect(run(3)).toEqual(run(3));
    expect(run(3).lower).not.toBe(run(4).lower);
  });
});

it('draws many units by their kind, and comes to the same interval as unit by unit', () => {
  const random = createRandom(4);
  const unit = () => {
    const truth = random.below(4);
    return [truth, truth, truth].map((value) => (random.next() < 0.3 ? random.below(4) : value));
  };
  const few = Array.from({ length: 500 }, unit);
  const many = [...few, few[0]!];
  const one = krippendorffAlpha(few, { draws: 4000, seed: 3 });
  const other = krippendorffAlpha(many, { draws: 4000, seed: 3 });
  expect(Math.abs(one.lower! - other.lower!)).toBeLessThan(0.008);
  expect(Math.abs(one.upper! - other.upper!)).toBeLessThan(0.008);
});

it('says what is wrong with a matrix', () => {
  expect(() => icc([[1, 2]])).toThrow('two subjects');
  expect(() => icc([[1, 2], [1]])).toThrow('Row 2 has 1 ratings');
  expect(() => gwetAc([[1, Number.NaN]])).toThrow('a missing rating is null');
  expect(() => cohenKappa([1, null], [null, 2])).toThrow('no subject in common');
  expect(() => krippendorffAlpha([[-1, 2]], { metric: 'ratio' })).toThrow('below zero');
});
