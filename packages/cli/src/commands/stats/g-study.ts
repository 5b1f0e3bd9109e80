/** `viva stats gstudy`: variance components, and what more raters or items would bring. */
import { type GDesign, gStudyReport, OptionError, sourceName, statementText } from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { type ReadOptions, readRatings } from './read-ratings.ts';
import { say } from './words.ts';

export interface GStudyCommandOptions extends ReadOptions {
  design: string;
  raters?: string;
  items?: string;
  fixedItems?: boolean;
  json?: boolean;
}

/** `1-4,8` → 1, 2, 3, 4, 8. */
export function readCounts(option: string, text: string): number[] {
  const counts = text.split(',').flatMap((part) => {
    const [, from, to] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    const first = Number(from);
    const last = to === undefined ? first : Number(to);
    if (!(first >= 1 && last >= first && last <= 1000))
      throw new CommandFailure(`${option} ${text}: whole numbers from 1 to 1000, as in 2,3,4 or 1-6.`, 2);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  return [...new Set(counts)].sort((a, b) => a - b);
}

export async function statsGStudy(file: string, options: GStudyCommandOptions): Promise<void> {
  const locale = language(options.lang);
  const grid = {
    ...(options.raters === undefined ? {} : { raters: readCounts('--raters', options.raters) }),
    ...(options.items === undefined ? {} : { items: readCounts('--items', options.items) }),
  };
  const { table } = await readRatings(file, options);
  const study = (() => {
    try {
      return gStudyReport(table, {
        design: options.design as GDesign,
        fixedItems: options.fixedItems ?? false,
        ...grid,
      });
    } catch (error) {
      if (error instanceof OptionError)
        throw new CommandFailure(
          `${error.message} There are crossed, raters-in-items and raters-in-persons.`,
          2,
        );
      throw error;
    }
  })();
  if (options.json) {
    console.log(JSON.stringify(study, null, 2));
    return;
  }
  const number = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));
  const right = (head: string) => ({ head, align: 'right' as const });
  const lines = [say(locale, study.usable ? 'usableStudy' : 'unusableStudy')];
  for (const { code, params } of study.statements) lines.push(`  · ${statementText(code, params, locale)}`);
  if (study.usable && study.current) {
    lines.push(
      '',
      textTable(
        [{ head: say(locale, 'source') }, right(say(locale, 'variance')), right(say(locale, 'share'))],
        study.components.map(({ source, variance, share }) => [
          sourceName(source, locale),
          number(variance, 4),
          `${Math.round(100 * share)} %`,
        ]),
      ),
      '',
      say(locale, 'now', {
        raters: Number(study.current.raters.toFixed(1)),
        items: Number(study.current.items.toFixed(1)),
        g: number(study.current.generalizability),
        phi: number(study.current.dependability),
      }),
      '',
      say(locale, 'grid'),
    );
    const raters = [...new Set(study.grid.map((cell) => cell.raters))];
    const items = [...new Set(study.grid.map((cell) => cell.items))];
    lines.push(
      textTable(
        [{ head: '' }, ...raters.map((count) => right(String(count)))],
        items.map((count) => [
          String(count),
          ...raters.map((r) =>
            number(
              study.grid.find((cell) => cell.raters === r && cell.items === count)?.generalizability ?? null,
            ),
          ),
        ]),
      ),
    );
  }
  if (study.advice.length > 0) {
    lines.push('', say(locale, 'next'));
    for (const { code, params } of study.advice) lines.push(`  → ${statementText(code, params, locale)}`);
  }
  console.log(lines.join('\n'));
}
