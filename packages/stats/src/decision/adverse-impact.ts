/** Adverse impact: the four-fifths rule beside exact tests. */
import { OptionError } from '../errors.ts';
import { logGamma } from '../numeric/distributions.ts';

/** A 2 × 2 table: rows are groups, columns selected and not. */
export interface ExactTest {
  /** Two-sided: all tables with the same margins that are no likelier than this one (Fisher 1935). */
  p: number;
  /** The same with half of this table's own probability (Lancaster 1961): less conservative. */
  midP: number;
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/**
 * Fisher's exact test of selected a of a + b against c of c + d.
 * @throws OptionError for counts that are negative or not whole
 */
export function fisherExact(a: number, b: number, c: number, d: number): ExactTest {
  for (const count of [a, b, c, d])
    if (!Number.isInteger(count) || count < 0)
      throw new OptionError('bad-count', `Counts must be whole and not negative; ${count} is not.`);
  const first = a + b;
  const second = c + d;
  const selected = a + c;
  if (first === 0 || second === 0 || selected === 0 || b + d === 0)
    return { p: 1, midP: first + second === 0 ? 1 : 0.5 };
  const low = Math.max(0, selected - second);
  const high = Math.min(selected, first);
  const base = logChoose(first + second, selected);
  const probability = (x: number): number =>
    Math.exp(logChoose(first, x) + logChoose(second, selected - x) - base);
  const own = probability(a);
  let p = 0;
  for (let x = low; x <= high; x++) {
    const here = probability(x);
    // The same tolerance as R's fisher.test: equal probabilities may differ in the last digits.
    if (here <= own * (1 + 1e-7)) p += here;
  }
  return { p: Math.min(1, p), midP: Math.max(0, Math.min(1, p) - own / 2) };
}

export interface GroupOutcome {
  group: string;
  selected: number;
  total: number;
}

export interface ImpactComparison extends GroupOutcome {
  rate: number | null;
  /** Rate over the reference group's; null without persons or when nobody of the reference was selected. */
  ratio: number | null;
  /** True where the ratio is below 0.8 (Uniform Guidelines 1978, § 1607.4 D). */
  belowFourFifths: boolean;
  test: ExactTest | null;
  /** One decision the other way would carry the ratio across 0.8: too few persons to lean on the rule. */
  fragile: boolean;
}

export interface AdverseImpact {
  reference: string | null;
  groups: ImpactComparison[];
  statements: {
    code: 'no-groups' | 'one-group' | 'nobody-selected' | 'few-persons';
    params: Record<string, number>;
  }[];
}

/**
 * Every group against the one with the highest selection rate, or a named one.
 * @throws OptionError for more selected than there are, a group given twice, or an unknown reference
 */
export function adverseImpact(
  outcomes: readonly GroupOutcome[],
  options: { reference?: string } = {},
): AdverseImpact {
  const names = new Set<string>();
  for (const { group, selected, total } of outcomes) {
    if (names.has(group)) throw new OptionError('repeated-group', `The group “${group}” is given twice.`);
    names.add(group);
    if (!Number.isInteger(selected) || !Number.isInteger(total) || selected < 0 || selected > total)
      throw new OptionError('bad-count', `In group “${group}”, ${selected} of ${total} selected cannot be.`);
  }
  if (options.reference !== undefined && !names.has(options.reference))
    throw new OptionError('unknown-group', `There is no group “${options.reference}”.`);
  const statements: AdverseImpact['statements'] = [];
  const rate = ({ selected, total }: GroupOutcome): number | null => (total > 0 ? selected / total : null);
  const present = outcomes.filter(({ total }) => total > 0);
  if (present.length === 0) statements.push({ code: 'no-groups', params: {} });
  else if (present.length === 1) statements.push({ code: 'one-group', params: {} });
  if (present.length > 0 && present.every(({ selected }) => selected === 0))
    statements.push({ code: 'nobody-selected', params: {} });
  const small = present.filter(({ total }) => total < 30).length;
  if (small > 0 && present.length > 1) statements.push({ code: 'few-persons', params: { groups: small } });
  const reference =
    present.find(({ group }) => group === options.reference) ??
    present.reduce<GroupOutcome | null>(
      (best, next) => (best === null || (rate(next) ?? 0) > (rate(best) ?? 0) ? next : best),
      null,
    );
  const ratioOf = (selected: number, total: number): number | null => {
    const base = reference ? rate(reference) : null;
    return total > 0 && base !== null && base > 0 ? selected / total / base : null;
  };
  return {
    reference: reference?.group ?? null,
    groups: outcomes.map((outcome): ImpactComparison => {
      const { group, selected, total } = outcome;
      const isReference = group === reference?.group;
      const ratio = ratioOf(selected, total);
      const below = ratio !== null && ratio < 0.8;
      const other = below
        ? ratioOf(Math.min(total, selected + 1), total)
        : ratioOf(Math.max(0, selected - 1), total);
      return {
        group,
        selected,
        total,
        rate: rate(outcome),
        ratio,
        belowFourFifths: below,
        test:
          isReference || !reference || total === 0
            ? null
            : fisherExact(
                selected,
                total - selected,
                reference.selected,
                reference.total - reference.selected,
              ),
        fragile: !isReference && other !== null && other < 0.8 !== below,
      };
    }),
    statements,
  };
}
