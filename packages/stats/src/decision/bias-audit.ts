/**
 * The figures of a bias audit under New York City's Local Law 144 of 2021, as its rule defines them (6 RCNY §§ 5-300 and
 * 5-301, final rule of the Department of Consumer and Worker Protection, 2023): selection rates or scoring rates and
 * impact ratios by sex, by race/ethnicity, and by both together.
 */
import { OptionError } from '../errors.ts';

export interface Applicant {
  /** Null: unknown. */
  sex: string | null;
  race: string | null;
  /** Moved forward, or put into the class that is audited. */
  selected?: boolean | null;
  score?: number | null;
}

export interface BiasAuditOptions {
  /**
   * Categories with a smaller share of the data than this are left out of the impact ratios, and stay in the report with
   * their count and rate. The rule allows it below 2 % (§ 5-301 (d)); 0, the default, leaves out none.
   */
  excludeBelow?: number;
}

export interface AuditedCategory {
  /** The sex, the race/ethnicity, or both. */
  names: string[];
  total: number;
  /** Selected, or with a score above the median of the whole sample. */
  counted: number;
  /** `counted / total`: selection rate or scoring rate (§ 5-300). */
  rate: number;
  /** Rate over the highest rate; null where the category is left out, or where nobody at all counts. */
  ratio: number | null;
  /** Below the rule's threshold, and left out: the auditor has to justify it. */
  excluded: boolean;
}

export interface AuditedTable {
  by: 'sex' | 'race' | 'intersection';
  /** In the order of the names. */
  categories: AuditedCategory[];
  /** Assessed, but with an unknown category: in no row of this table (§ 5-301 (b) (5)). */
  unknown: number;
}

export interface BiasAudit {
  kind: 'selection' | 'scoring';
  /** All who were assessed. */
  total: number;
  counted: number;
  /** Of the whole sample, unknown categories included; null for selections. */
  median: number | null;
  excludeBelow: number;
  tables: AuditedTable[];
}

/** The middle of the sorted numbers; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

type Namer = (applicant: Applicant) => string[] | null;

const NAMERS: Record<AuditedTable['by'], Namer> = {
  sex: ({ sex }) => (sex === null ? null : [sex]),
  race: ({ race }) => (race === null ? null : [race]),
  intersection: ({ sex, race }) => (sex === null || race === null ? null : [sex, race]),
};

function tabulate(
  by: AuditedTable['by'],
  people: readonly { applicant: Applicant; counts: boolean }[],
  excludeBelow: number,
): AuditedTable {
  const found = new Map<string, { names: string[]; total: number; counted: number }>();
  let unknown = 0;
  for (const { applicant, counts } of people) {
    const names = NAMERS[by](applicant);
    if (!names) {
      unknown++;
      continue;
    }
    const key = names.join('\0');
    const cell = found.get(key) ?? { names, total: 0, counted: 0 };
    cell.total++;
    if (counts) cell.counted++;
    found.set(key, cell);
  }
  const rows = [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  // The rule speaks of the share of the data being used: everyone assessed.
  const excluded = (total: number): boolean => total / people.length < excludeBelow;
  const highest = Math.max(
    0,
    ...rows.filter(({ total }) => !excluded(total)).map(({ total, counted }) => counted / total),
  );
  return {
    by,
    unknown,
    categories: rows.map((cell) => {
      const rate = cell.counted / cell.total;
      const out = excluded(cell.total);
      return { ...cell, rate, ratio: out || highest === 0 ? null : rate / highest, excluded: out };
    }),
  };
}

/**
 * Selection rates (`kind: 'selection'`) need `selected` of everyone; scoring rates (`'scoring'`) need `score`, and count
 * who is above the median of the whole sample, as the rule defines them. Whoever lacks it was not assessed and is left
 * out.
 * @throws OptionError without anybody assessed, or for a threshold outside 0 to 0.02
 */
export function biasAudit(
  applicants: readonly Applicant[],
  kind: BiasAudit['kind'],
  { excludeBelow = 0 }: BiasAuditOptions = {},
): BiasAudit {
  if (!(excludeBelow >= 0 && excludeBelow <= 0.02))
    throw new OptionError(
      'bad-threshold',
      'Categories may be left out below 2 % at most (6 RCNY § 5-301 (d)).',
    );
  const scores = applicants.flatMap(({ score }) => (score === null || score === undefined ? [] : [score]));
  const middle = kind === 'scoring' ? median(scores) : null;
  const people = applicants.flatMap((applicant) => {
    if (kind === 'selection')
      return applicant.selected === null || applicant.selected === undefined
        ? []
        : [{ applicant, counts: applicant.selected }];
    return applicant.score === null || applicant.score === undefined || middle === null
      ? []
      : [{ applicant, counts: applicant.score > middle }];
  });
  if (people.length === 0)
    throw new OptionError(
      'nobody',
      `Nobody has a ${kind === 'selection' ? 'selection' : 'score'}: nothing can be audited.`,
    );
  return {
    kind,
    total: people.length,
    counted: people.filter(({ counts }) => counts).length,
    median: middle,
    excludeBelow,
    tables: (['sex', 'race', 'intersection'] as const).map((by) => tabulate(by, people, excludeBelow)),
  };
}
