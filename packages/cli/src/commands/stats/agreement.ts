/** `viva stats agreement`: how far raters agree. */
import { agreementReport, statementText } from '@viva/stats';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { type ReadOptions, readRatings } from './read-ratings.ts';
import { readSeed } from './simulate.ts';
import { say } from './words.ts';

export async function statsAgreement(
  file: string,
  options: ReadOptions & { json?: boolean; seed: string },
): Promise<void> {
  const locale = language(options.lang);
  const { table } = await readRatings(file, options);
  const report = agreementReport(table, { seed: readSeed(options.seed) });
  if (options.json) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  const number = (value: number | null | undefined): string => (value == null ? '–' : value.toFixed(2));
  const percent = (value: number | null): string => (value === null ? '–' : `${Math.round(100 * value)} %`);
  const lines = [say(locale, report.usable ? 'usableAgreement' : 'unusableAgreement')];
  for (const { code, params } of report.statements) lines.push(`  · ${statementText(code, params, locale)}`);
  if (report.usable) {
    const { plain } = report;
    lines.push(
      '',
      say(locale, 'exact', {
        exact: percent(plain.exact),
        adjacent: percent(plain.adjacent),
        pairs: plain.pairs,
      }),
      '',
    );
    const interval = (lower: number | null, upper: number | null): string =>
      lower === null || upper === null ? '–' : `${number(lower)} … ${number(upper)}`;
    const rows: string[][] = [];
    for (const key of ['alpha', 'ac2', 'fleiss'] as const) {
      const estimate = report[key];
      if (estimate)
        rows.push([say(locale, key), number(estimate.value), interval(estimate.lower, estimate.upper)]);
    }
    for (const estimate of Object.values(report.icc?.forms ?? {}))
      rows.push([
        say(locale, 'icc', { form: `ICC(${estimate.form})` }),
        number(estimate.value),
        interval(estimate.lower, estimate.upper),
      ]);
    const right = (head: string) => ({ head, align: 'right' as const });
    lines.push(
      textTable(
        [{ head: say(locale, 'coefficient') }, right(say(locale, 'value')), right(say(locale, 'interval'))],
        rows,
      ),
      '',
      textTable(
        [
          { head: say(locale, 'item') },
          right(say(locale, 'same')),
          right(say(locale, 'alpha')),
          right('AC2'),
        ],
        report.items.map(({ item, plain: own, alpha, ac2 }) => [
          item,
          percent(own.exact),
          number(alpha),
          number(ac2),
        ]),
      ),
    );
    if (report.pairs.length > 0)
      lines.push(
        '',
        textTable(
          [
            { head: say(locale, 'pair') },
            right('n'),
            right(say(locale, 'same')),
            right(say(locale, 'kappa')),
            right(say(locale, 'difference')),
          ],
          report.pairs
            .slice(0, 30)
            .map(({ first, second, plain: own, kappa, difference }) => [
              `${first} – ${second}`,
              String(own.pairs),
              percent(own.exact),
              number(kappa.value),
              `${difference > 0 ? '+' : ''}${number(difference)}`,
            ]),
        ),
      );
  }
  if (report.advice.length > 0) {
    lines.push('', say(locale, 'next'));
    for (const { code, params } of report.advice) lines.push(`  → ${statementText(code, params, locale)}`);
  }
  console.log(lines.join('\n'));
}
