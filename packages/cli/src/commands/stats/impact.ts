/** `viva stats impact`: the figures of a bias audit under New York City's Local Law 144. */
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import {
  type ApplicantColumn,
  auditWord,
  type BiasAudit,
  biasAudit,
  biasAuditCsv,
  parseApplicants,
  renderBiasAudit,
  StatsError,
} from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { say } from './words.ts';

interface ImpactOptions extends Partial<Record<ApplicantColumn, string>> {
  excludeBelow: string;
  justification?: string;
  html?: string;
  csv?: string;
  json?: boolean;
  lang?: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function print(audits: readonly BiasAudit[], locale: 'zh-CN' | 'en'): string {
  const lines: string[] = [];
  for (const audit of audits) {
    const { kind, total, median, excludeBelow, tables } = audit;
    lines.push(
      auditWord(locale, kind),
      `  ${auditWord(locale, 'all', { total })}`,
      `  ${median === null ? auditWord(locale, 'selectionNote') : auditWord(locale, 'scoringNote', { median })}`,
      `  ${auditWord(locale, 'ratioNote')}`,
    );
    for (const { by, categories, unknown } of tables) {
      if (categories.length === 0) continue;
      const right = (head: string) => ({ head, align: 'right' as const });
      lines.push(
        '',
        textTable(
          [
            { head: auditWord(locale, by) },
            right(auditWord(locale, 'total')),
            right(auditWord(locale, kind === 'selection' ? 'selected' : 'above')),
            right(auditWord(locale, 'rate')),
            right(auditWord(locale, 'ratio')),
          ],
          categories.map(({ names, total: n, counted, rate, ratio, excluded }) => [
            names.join(' · '),
            String(n),
            String(counted),
            percent(rate),
            excluded
              ? auditWord(locale, 'excluded', { share: percent(excludeBelow) })
              : ratio === null
                ? '–'
                : ratio.toFixed(3),
          ]),
        ),
        `  ${auditWord(locale, 'unknown', { count: unknown })}`,
      );
    }
    lines.push('');
  }
  lines.push(auditWord(locale, 'notLaw'));
  return lines.join('\n');
}

/** @throws CommandFailure naming the file and what in it cannot be read */
export async function statsImpact(file: string, options: ImpactOptions): Promise<void> {
  const locale = language(options.lang);
  const excludeBelow = Number(options.excludeBelow) / 100;
  if (!(excludeBelow >= 0 && excludeBelow <= 0.02))
    throw new CommandFailure(`--exclude-below ${options.excludeBelow}: a percentage from 0 to 2.`, 2);
  const csv =
    file === '-'
      ? await readAll(process.stdin)
      : await readFile(file, 'utf8').catch((error: Error) => {
          throw new CommandFailure(`${file} cannot be read: ${error.message}`);
        });
  const audits = ((): BiasAudit[] => {
    try {
      const { sex, race, selected, score } = options;
      const { applicants, has } = parseApplicants(csv, {
        ...(sex ? { sex } : {}),
        ...(race ? { race } : {}),
        ...(selected ? { selected } : {}),
        ...(score ? { score } : {}),
      });
      return [
        ...(has.selected ? [biasAudit(applicants, 'selection', { excludeBelow })] : []),
        ...(has.score ? [biasAudit(applicants, 'scoring', { excludeBelow })] : []),
      ];
    } catch (error) {
      if (error instanceof StatsError) throw new CommandFailure(`${file}: ${error.message}`);
      throw error;
    }
  })();
  const excluded = audits.some(({ tables }) =>
    tables.some(({ categories }) => categories.some((category) => category.excluded)),
  );
  if (excluded && !options.justification)
    throw new CommandFailure(
      'Categories are left out: the rule asks for a justification in the summary. Give it with --justification.',
      2,
    );
  const justification = options.justification ? { justification: options.justification } : {};
  if (options.html) await writeOutput(options.html, [renderBiasAudit(audits, { locale, ...justification })]);
  if (options.csv) await writeOutput(options.csv, [biasAuditCsv(audits)]);
  if (options.json) console.log(JSON.stringify({ audits, ...justification }, null, 2));
  else {
    console.log(print(audits, locale));
    for (const written of [options.html, options.csv])
      if (written) console.log(say(locale, 'written', { file: written }));
  }
}
