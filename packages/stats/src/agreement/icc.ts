/** Intraclass correlations in the six forms of Shrout & Fleiss (1979). */
import { TableShapeError } from '../errors.ts';
import { fCdf, fQuantile } from '../numeric/distributions.ts';
import { checkMatrix, type RatingMatrix } from './matrix.ts';

export type IccForm = '1,1' | '2,1' | '3,1' | '1,k' | '2,k' | '3,k';

export interface IccEstimate {
  form: IccForm;
  /** Null when the ratings do not vary at all. */
  value: number | null;
  lower: number | null;
  upper: number | null;
  /** Test against zero. */
  f: number | null;
  df1: number;
  df2: number;
  p: number | null;
}

export interface IccReport {
  subjects: number;
  raters: number;
  /** Subjects left out because a rating was missing: these forms need complete rows. */
  incomplete: number;
  meanSquares: { subjects: number; raters: number; error: number; within: number };
  forms: Record<IccForm, IccEstimate>;
}

/**
 * ICC(1,1) to ICC(3,k) with intervals: 1, each subject has other raters; 2, raters are a sample; 3, these raters only; k,
 * of the mean of all raters. Formulas and intervals of Shrout & Fleiss (1979), Psychol. Bull. 86, 420–428; the interval
 * of ICC(2,k) is that of ICC(2,1) stepped up by Spearman–Brown (R's psych does so; irr's differs).
 * @param level of the interval, default 0.95
 * @throws TableShapeError with fewer than two complete subjects or two raters
 */
export function icc(matrix: RatingMatrix, level = 0.95): IccReport {
  const { raters: k } = checkMatrix(matrix);
  const complete = matrix.filter((row): row is readonly number[] => row.every((value) => value !== null));
  const n = complete.length;
  if (n < 2 || k < 2)
    throw new TableShapeError(
      'too-few-subjects',
      `Intraclass correlations need two raters and two subjects whom all of them rated; here are ${k} and ${n}.`,
    );
  const grand = complete.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0) / (n * k);
  let ssSubjects = 0;
  let ssTotal = 0;
  const columns = new Float64Array(k);
  for (const row of complete) {
    const mean = row.reduce((a, b) => a + b, 0) / k;
    ssSubjects += k * (mean - grand) ** 2;
    for (const [j, value] of row.entries()) {
      ssTotal += (value - grand) ** 2;
      columns[j] = (columns[j] as number) + value / n;
    }
  }
  const ssRaters = columns.reduce((sum, mean) => sum + n * (mean - grand) ** 2, 0);
  const tiny = 1e-12 * Math.max(ssTotal, 1e-300);
  const clean = (value: number): number => (value < tiny ? 0 : value);
  const msr = clean(ssSubjects) / (n - 1);
  const msc = clean(ssRaters) / (k - 1);
  const mse = clean(ssTotal - ssSubjects - ssRaters) / ((n - 1) * (k - 1));
  const msw = clean(ssTotal - ssSubjects) / (n * (k - 1));
  const dfError = (n - 1) * (k - 1);
  const flat = ssTotal === 0 || msr + mse + msc === 0;
  const q = 1 - (1 - level) / 2;
  const known = (value: number): boolean => !flat && Number.isFinite(value);

  const make = (
    form: IccForm,
    value: number,
    [lower, upper]: readonly [number, number],
    f: number,
    df2: number,
  ): IccEstimate => ({
    form,
    // Means of subjects that do not differ at all leave the ratio without a value.
    value: known(value) ? value : null,
    lower: known(value) && known(lower) ? Math.min(lower, value) : null,
    upper: known(value) && known(upper) ? Math.min(1, Math.max(upper, value)) : null,
    f: Number.isFinite(f) ? f : null,
    df1: n - 1,
    df2,
    p: flat ? null : Number.isNaN(f) ? null : 1 - fCdf(f, n - 1, df2),
  });
  const ratio = (f: number): number => (f === Number.POSITIVE_INFINITY ? 1 : (f - 1) / (f + k - 1));
  const averaged = (r: number): number => (r * k) / (1 + (k - 1) * r);

  const f1 = msw > 0 ? msr / msw : msr > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  const df1 = n * (k - 1);
  const low1 = f1 / fQuantile(q, n - 1, df1);
  const high1 = f1 * fQuantile(q, df1, n - 1);
  const icc1 = (msr - msw) / (msr + (k - 1) * msw);

  const f3 = mse > 0 ? msr / mse : msr > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  const low3 = f3 / fQuantile(q, n - 1, dfError);
  const high3 = f3 * fQuantile(q, dfError, n - 1);
  const icc3 = (msr - mse) / (msr + (k - 1) * mse);

  const icc2 = (msr - mse) / (msr + (k - 1) * mse + (k * (msc - mse)) / n);
  const bounds2 = ((): readonly [number, number] => {
    if (mse === 0 && msc === 0) return [1, 1];
    const fj = mse > 0 ? msc / mse : Number.POSITIVE_INFINITY;
    // Satterthwaite's degrees of freedom; their limit when raters never err but for their level.
    const a = k * icc2;
    const b = n * (1 + (k - 1) * icc2) - k * icc2;
    const v =
      fj === Number.POSITIVE_INFINITY
        ? k - 1
        : (dfError * (a * fj + b) ** 2) / ((n - 1) * (a * fj) ** 2 + b * b);
    const fl = fQuantile(q, n - 1, v);
    const fu = fQuantile(q, v, n - 1);
    const rest = k * msc + (k * n - k - n) * mse;
    return [(n * (msr - fl * mse)) / (fl * rest + n * msr), (n * (fu * msr - mse)) / (rest + n * fu * msr)];
  })();
  return {
    subjects: n,
    raters: k,
    incomplete: matrix.length - n,
    meanSquares: { subjects: msr, raters: msc, error: mse, within: msw },
    forms: {
      '1,1': make('1,1', icc1, [ratio(low1), ratio(high1)], f1, df1),
      '2,1': make('2,1', icc2, bounds2, f3, dfError),
      '3,1': make('3,1', icc3, [ratio(low3), ratio(high3)], f3, dfError),
      '1,k': make('1,k', 1 - msw / msr, [1 - 1 / low1, 1 - 1 / high1], f1, df1),
      '2,k': make(
        '2,k',
        (msr - mse) / (msr + (msc - mse) / n),
        [averaged(bounds2[0]), averaged(bounds2[1])],
        f3,
        dfError,
      ),
      '3,k': make('3,k', 1 - mse / msr, [1 - 1 / low3, 1 - 1 / high3], f3, dfError),
    },
  };
}
