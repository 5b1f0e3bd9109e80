/** How far raters agree, with everything that a table of ratings allows, and what it does not. */
import { type AgreementEstimate, fleissKappa, gwetAc } from '../agreement/chance-corrected.ts';
import { type IccReport, icc } from '../agreement/icc.ts';
import { cohenKappa, type KappaEstimate } from '../agreement/kappa.ts';
import { type AlphaEstimate, krippendorffAlpha } from '../agreement/krippendorff.ts';
import { type RatingMatrix, toMatrix } from '../agreement/matrix.ts';
import { type Advice, advice, type Statement, statement } from '../statements/statement.ts';
import type { RatingsTable } from '../table/ratings-table.ts';

/** Shares of rater pairs on the same person and item. */
export interface PlainAgreement {
  pairs: number;
  exact: number | null;
  /** At most one step of the scale apart. */
  adjacent: number | null;
}

export interface AgreementReport {
  usable: boolean;
  statements: Statement[];
  size: { ratings: number; persons: number; raters: number; items: number; units: number };
  plain: PlainAgreement;
  /** Units are persons × items. */
  alpha: AlphaEstimate | null;
  ac2: AgreementEstimate | null;
  fleiss: AgreementEstimate | null;
  /** Of each rater's mean over items a person; null unless two persons were rated by all. */
  icc: IccReport | null;
  items: { item: string; plain: PlainAgreement; alpha: number | null; ac2: number | null }[];
  pairs: { first: string; second: string; plain: PlainAgreement; kappa: KappaEstimate; difference: number }[];
  advice: Advice[];
}

function plainAgreement(matrix: RatingMatrix, step: number): PlainAgreement {
  let pairs = 0;
  let exact = 0;
  let adjacent = 0;
  for (const row of matrix) {
    const values = row.filter((value): value is number => value !== null);
    for (let a = 0; a < values.length; a++)
      for (let b = 0; b < a; b++) {
        const gap = Math.abs((values[a] as number) - (values[b] as number));
        pairs++;
        if (gap === 0) exact++;
        if (gap <= step * (1 + 1e-9)) adjacent++;
      }
  }
  return { pairs, exact: pairs > 0 ? exact / pairs : null, adjacent: pairs > 0 ? adjacent / pairs : null };
}

/** Pairs of raters that are compared one by one; with more raters the most shared ones are. */
const MOST_PAIRS = 300;

/** More different scores than this are not categories: coefficients for categories are then left out. */
const MOST_CATEGORIES = 100;

/**
 * Weighted coefficients use quadratic weights for kappas and AC2, alpha is ordinal with a bootstrap interval over units.
 * @param options.seed of the bootstrap, default 1; `draws` default 1,000
 */
export function agreementReport(
  table: RatingsTable,
  options: { seed?: number; draws?: number } = {},
): AgreementReport {
  const { seed = 1, draws = 1000 } = options;
  const statements: Statement[] = [];
  const { matrix } = toMatrix(table, 'person-item');
  const scores = [...new Set(table.score)].sort((a, b) => a - b);
  const gaps = scores.slice(1).map((score, at) => score - (scores[at] as number));
  const step = gaps.length > 0 ? Math.min(...gaps) : 1;
  const units = matrix.filter((row) => row.filter((value) => value !== null).length > 1).length;
  const report: AgreementReport = {
    usable: false,
    statements,
    size: {
      ratings: table.size,
      persons: table.persons.length,
      raters: table.raters.length,
      items: table.items.length,
      units,
    },
    plain: plainAgreement(matrix, step),
    alpha: null,
    ac2: null,
    fleiss: null,
    icc: null,
    items: [],
    pairs: [],
    advice: [],
  };
  if (table.size === 0) statements.push(statement('no-ratings', 'fatal'));
  else if (table.raters.length === 1) statements.push(statement('one-rater', 'fatal'));
  else if (units === 0) statements.push(statement('no-overlap', 'fatal'));
  else if (scores.length === 1)
    statements.push(statement('no-variation', 'fatal', { score: scores[0] as number }));
  if (statements.length > 0) return report;
  report.usable = true;
  if (units < 20) statements.push(statement('few-units', 'limits', { count: units }));
  const categorical = scores.length <= MOST_CATEGORIES;
  const coefficient = { weights: 'quadratic' as const, categories: scores };
  report.alpha = krippendorffAlpha(matrix, { metric: categorical ? 'ordinal' : 'interval', draws, seed });
  if (categorical) {
    report.ac2 = gwetAc(matrix, coefficient);
    report.fleiss = fleissKappa(matrix, coefficient);
  }
  const means = toMatrix(table, 'person-mean').matrix;
  const complete = means.filter((row) => row.every((value) => value !== null)).length;
  if (complete >= 2) report.icc = icc(means);
  if (complete < means.length)
    statements.push(statement('incomplete-rows', 'note', { complete, persons: means.length }));

  for (const item of table.items) {
    const own = toMatrix(table, { item }).matrix;
    report.items.push({
      item,
      plain: plainAgreement(own, step),
      alpha: krippendorffAlpha(own, { metric: 'ordinal', draws: 0 }).value,
      ac2: categorical ? gwetAc(own, coefficient).value : null,
    });
  }
  if (categorical) comparePairs(table, matrix, report, { scores, step });

  const { plain, alpha, ac2 } = report;
  if (
    plain.exact !== null &&
    plain.exact > 0.6 &&
    alpha.value !== null &&
    ac2?.value != null &&
    ac2.value - alpha.value > 0.25
  )
    statements.push(
      statement('prevalence', 'note', {
        exact: Math.round(100 * plain.exact),
        alpha: Number(alpha.value.toFixed(2)),
        ac2: Number(ac2.value.toFixed(2)),
      }),
    );
  const [worst] = report.pairs
    .filter(({ plain: { pairs }, kappa }) => pairs >= 10 && kappa.value !== null && (kappa.upper ?? 1) < 0.6)
    .sort((a, b) => (a.kappa.value ?? 0) - (b.kappa.value ?? 0));
  if (worst)
    report.advice.push(
      advice('calibrate-pair', {
        first: worst.first,
        second: worst.second,
        kappa: Number((worst.kappa.value ?? 0).toFixed(2)),
      }),
    );
  report.advice.push(advice('use-g-study'));
  return report;
}

function comparePairs(
  table: RatingsTable,
  matrix: RatingMatrix,
  report: AgreementReport,
  { scores, step }: { scores: number[]; step: number },
): void {
  const n = table.raters.length;
  const shared = new Map<number, number>();
  for (const row of matrix) {
    const present = row.flatMap((value, r) => (value === null ? [] : [r]));
    for (let a = 0; a < present.length; a++)
      for (let b = a + 1; b < present.length; b++) {
        const key = (present[a] as number) * n + (present[b] as number);
        shared.set(key, (shared.get(key) ?? 0) + 1);
      }
  }
  const chosen = [...shared].sort(([, a], [, b]) => b - a).slice(0, MOST_PAIRS);
  for (const [key] of chosen) {
    const a = Math.floor(key / n);
    const b = key % n;
    const both = matrix.filter((row) => row[a] !== null && row[b] !== null);
    const first = both.map((row) => row[a] as number);
    const second = both.map((row) => row[b] as number);
    report.pairs.push({
      first: table.raters[a] as string,
      second: table.raters[b] as string,
      plain: plainAgreement(
        both.map((row) => [row[a] as number, row[b] as number]),
        step,
      ),
      kappa: cohenKappa(first, second, { weights: 'quadratic', categories: scores }),
      difference: first.reduce((sum, value, at) => sum + value - (second[at] as number), 0) / first.length,
    });
  }
}
