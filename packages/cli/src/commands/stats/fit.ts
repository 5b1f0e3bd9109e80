/** `viva stats fit`: a many-facet Rasch model of a CSV of ratings. */
import {
  biasInteractions,
  type Element,
  type FitMethod,
  fitRatings,
  OptionError,
  type RaschModel,
  type RatingsFit,
  readRaters,
  renderFitHtml,
  statementText,
  toFitJson,
} from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { type ReadOptions, readRatings } from './read-ratings.ts';
import { say } from './words.ts';

export interface FitCommandOptions extends ReadOptions {
  model: string;
  method: string;
  json?: boolean;
  html?: string;
  scale?: string;
  bias?: string;
  top: string;
}

export async function statsFit(file: string, options: FitCommandOptions): Promise<void> {
  const locale = language(options.lang);
  const { table } = await readRatings(file, options);
  let fit: RatingsFit;
  try {
    fit = fitRatings(table, {
      model: options.model as RaschModel,
      method: options.method as FitMethod,
      ...(options.scale === undefined ? {} : { scale: readScale(options.scale) }),
    });
  } catch (error) {
    if (error instanceof OptionError) throw new CommandFailure(error.message, 2);
    throw error;
  }
  const bias = readBias(options.bias, fit);
  if (options.html !== undefined) {
    await writeOutput(options.html, [renderFitHtml(fit, { locale, date: today() })]);
    console.error(say(locale, 'written', { file: options.html }));
  }
  if (options.json) console.log(JSON.stringify({ ...toFitJson(fit), ...(bias ? { bias } : {}) }, null, 2));
  else if (options.html === undefined) print(fit, bias, locale, readTop(options.top));
}

const today = (): string => new Date().toISOString().slice(0, 10);

function readScale(text: string): { min: number; max: number } {
  const [, min, max] = /^(-?\d+)(?:-|:|\.\.)(-?\d+)$/.exec(text) ?? [];
  if (min === undefined || max === undefined || Number(min) >= Number(max))
    throw new CommandFailure(`--scale ${text}: give the lowest and the highest score, as in 1-5.`, 2);
  return { min: Number(min), max: Number(max) };
}

function readTop(text: string): number {
  const top = Number(text);
  if (Number.isInteger(top) && top >= 0) return top;
  throw new CommandFailure(`--top ${text}: a whole number of at least 0 is needed.`, 2);
}

type Bias = ReturnType<typeof biasInteractions>;

function readBias(by: string | undefined, fit: RatingsFit): Bias | null {
  if (by === undefined) return null;
  if (by !== 'item' && by !== 'group') throw new CommandFailure(`--bias ${by}: item or group.`, 2);
  if (!fit.trust.usable) return null;
  try {
    return biasInteractions(fit, by);
  } catch (error) {
    if (error instanceof OptionError) throw new CommandFailure(error.message, 2);
    throw error;
  }
}

function print(fit: RatingsFit, bias: Bias | null, locale: ReturnType<typeof language>, top: number): void {
  const number = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));
  const text = (word: Parameters<typeof say>[1], values = {}): string => say(locale, word, values);
  const lines: string[] = [];
  lines.push(text(fit.trust.usable ? 'usable' : 'unusable'));
  for (const { code, level, params } of fit.trust.statements)
    lines.push(`  ${{ fatal: '✗', limits: '!', note: '·' }[level]} ${statementText(code, params, locale)}`);
  lines.push(
    '',
    text('method', {
      model: fit.model.toUpperCase(),
      method: fit.method.toUpperCase(),
      used: fit.size.used,
      persons: fit.size.persons,
      raters: fit.size.raters,
      items: fit.size.items,
      iterations: fit.iterations,
    }),
  );
  const readings = new Map(readRaters(fit, locale).map((reading) => [reading.id, reading.text]));
  const facet = (name: 'persons' | 'raters' | 'items', elements: Element[]): void => {
    const sorted = [...elements].sort(
      (a, b) => (b.measure ?? Number.NEGATIVE_INFINITY) - (a.measure ?? Number.NEGATIVE_INFINITY),
    );
    const shown = name === 'persons' && top > 0 ? sorted.slice(0, top) : sorted;
    const { reliability, separation } = fit.reliability[name];
    lines.push(
      '',
      `${text(name)}  ${text('reliability', { reliability: number(reliability), separation: number(separation) })}`,
    );
    const right = (word: Parameters<typeof say>[1]) => ({ head: text(word), align: 'right' as const });
    lines.push(
      textTable(
        [
          { head: text('name') },
          right('measure'),
          right('se'),
          right('fair'),
          right('raw'),
          right('infit'),
          right('outfit'),
          right('count'),
          { head: name === 'raters' ? text('reading') : '' },
        ],
        shown.map((element) => [
          element.id,
          number(element.measure),
          number(element.se),
          number(element.fairAverage),
          number(element.observedAverage),
          number(element.infit),
          number(element.outfit),
          String(element.count),
          [
            element.extreme ? text(element.extreme === 'high' ? 'extremeHigh' : 'extremeLow') : '',
            name === 'raters' ? (readings.get(element.id) ?? '') : '',
          ]
            .filter(Boolean)
            .join('; '),
        ]),
      ),
    );
    if (shown.length < sorted.length) lines.push(text('more', { count: sorted.length - shown.length, top }));
  };
  facet('raters', fit.raters);
  facet('items', fit.items);
  facet('persons', fit.persons);
  if (fit.steps.length > 0) {
    lines.push('', text('steps'));
    lines.push(
      textTable(
        [
          { head: text('score') },
          { head: text('measure'), align: 'right' },
          { head: text('se'), align: 'right' },
        ],
        fit.steps.map(({ item, category, measure, se }) => [
          item === null ? String(category) : `${item} ${category}`,
          number(measure),
          number(se),
        ]),
      ),
    );
  }
  if (bias) {
    const clear = bias.terms.filter(({ pAdjusted }) => pAdjusted < 0.05);
    lines.push(
      '',
      text('bias', {
        by: text(bias.by === 'item' ? 'items' : 'groups'),
        count: clear.length,
        terms: bias.terms.length,
      }),
    );
    if (clear.length > 0)
      lines.push(
        textTable(
          [
            { head: text('raters') },
            { head: text(bias.by === 'item' ? 'items' : 'groups') },
            { head: text('measure'), align: 'right' },
            { head: text('se'), align: 'right' },
            { head: 't', align: 'right' },
            { head: 'p', align: 'right' },
          ],
          clear
            .slice(0, 30)
            .map((term) => [
              term.rater,
              term.other,
              number(term.bias),
              number(term.se),
              number(term.t),
              number(term.pAdjusted, 4),
            ]),
        ),
      );
  }
  if (fit.advice.length > 0) {
    lines.push('', text('next'));
    for (const { code, params } of fit.advice) lines.push(`  → ${statementText(code, params, locale)}`);
  }
  console.log(lines.join('\n'));
}
