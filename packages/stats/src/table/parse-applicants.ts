/** Reads one row an applicant: sex, race/ethnicity, and a selection or a score or both. */
import type { Applicant } from '../decision/bias-audit.ts';
import { RatingsFormatError } from '../errors.ts';
import { guessDelimiter, Records } from './parse-csv.ts';

const ROLES = {
  sex: ['sex', 'gender', '性别'],
  race: ['race', 'ethnicity', 'race_ethnicity', 'race/ethnicity', '族裔', '种族'],
  selected: ['selected', 'advanced', 'hired', 'outcome', '入选', '通过'],
  score: ['score', 'overall', '得分', '总分'],
} as const;
export type ApplicantColumn = keyof typeof ROLES;

/** Written for "not known" or "not said". */
const UNKNOWN = new Set(['', 'unknown', 'na', 'n/a', '-', '.', '未知', '不详', '未填']);
const YES = new Set(['1', 'yes', 'y', 'true', 'advance', 'selected', '是', '入选', '通过']);
const NO = new Set(['0', 'no', 'n', 'false', 'hold', 'decline', 'not selected', '否', '未入选', '未通过']);

const fold = (text: string): string => text.trim().toLowerCase();

/**
 * @param columns names of columns, where they are not the usual ones
 * @throws RatingsFormatError for a missing column, or the first twenty cells that cannot be read
 */
export function parseApplicants(
  csv: string,
  columns: Partial<Record<ApplicantColumn, string>> = {},
): { applicants: Applicant[]; has: Record<ApplicantColumn, boolean> } {
  const text = csv.replace(/^\uFEFF/, '');
  let header: string[] | undefined;
  const rows: { fields: string[]; line: number }[] = [];
  const records = new Records(guessDelimiter(text), (fields, line) => {
    if (!header) header = fields.map(fold);
    else if (fields.some((field) => field.trim() !== '')) rows.push({ fields: [...fields], line });
  });
  records.push(text);
  records.end();
  const at = Object.fromEntries(
    (Object.keys(ROLES) as ApplicantColumn[]).map((role) => {
      const wanted = columns[role];
      const names: readonly string[] = wanted === undefined ? ROLES[role] : [fold(wanted)];
      const place = header?.findIndex((name) => names.includes(name)) ?? -1;
      if (wanted !== undefined && place < 0)
        throw new RatingsFormatError(
          'no-column',
          `There is no column "${wanted}"; there are: ${header?.join(', ') ?? 'none'}.`,
        );
      return [role, place];
    }),
  ) as Record<ApplicantColumn, number>;
  if (at.sex < 0 && at.race < 0)
    throw new RatingsFormatError(
      'no-column',
      'A column for sex or one for race/ethnicity is needed; name them with --sex and --race.',
    );
  if (at.selected < 0 && at.score < 0)
    throw new RatingsFormatError(
      'no-column',
      'A column for the selection or one for the score is needed; name them with --selected and --score.',
    );
  const faults: string[] = [];
  const cell = (fields: readonly string[], role: ApplicantColumn): string =>
    at[role] < 0 ? '' : (fields[at[role]] ?? '').trim();
  const named = (value: string): string | null => (UNKNOWN.has(fold(value)) ? null : value);
  const applicants = rows.map(({ fields, line }): Applicant => {
    const chosen = fold(cell(fields, 'selected'));
    const points = cell(fields, 'score');
    const score = UNKNOWN.has(fold(points)) ? null : Number(points);
    if (!UNKNOWN.has(chosen) && !YES.has(chosen) && !NO.has(chosen))
      faults.push(`line ${line}: "${chosen}" is neither yes nor no`);
    if (score !== null && !Number.isFinite(score)) faults.push(`line ${line}: "${points}" is no score`);
    return {
      sex: named(cell(fields, 'sex')),
      race: named(cell(fields, 'race')),
      selected: UNKNOWN.has(chosen) ? null : YES.has(chosen),
      score,
    };
  });
  if (faults.length > 0)
    throw new RatingsFormatError(
      'bad-cells',
      `${faults.length} cells cannot be read: ${faults.slice(0, 20).join('; ')}${faults.length > 20 ? ' …' : ''}`,
    );
  return {
    applicants,
    has: { sex: at.sex >= 0, race: at.race >= 0, selected: at.selected >= 0, score: at.score >= 0 },
  };
}
