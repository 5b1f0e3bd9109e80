/** Writes questions out in every format that people exchange them in. */
import type { Bank, Locale, Question } from '../types.ts';
import { LOCALES } from '../types.ts';
import { writeCsv } from './csv.ts';
import { kitFile, questionFiles } from './folder.ts';
import { toAnki, toMarkdown } from './learners.ts';
import { writePackage } from './qti/write-package.ts';
import { toTables } from './tables.ts';
import { writeWorkbook } from './workbook.ts';
import { writeZip } from './zip.ts';

export const EXPORT_FORMATS = ['folder', 'xlsx', 'csv', 'qti', 'markdown', 'anki'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  format: ExportFormat;
  /** Only these; all where it is left out. Kits are written where all their questions are. */
  questions?: readonly string[];
  area?: string;
  /** Only the questions of this kit, with the kit. */
  kit?: string;
  /** For learners' formats: one language, or both for Anki where it is left out. */
  locale?: Locale;
}

export interface ExportedFile {
  name: string;
  /** The media type. */
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  questions: number;
}

/** What was asked for does not exist. */
export class SelectionError extends Error {
  override readonly name = 'SelectionError';
  readonly code = 'no-such-selection';
}

function select(bank: Bank, { questions, area, kit }: ExportOptions): Question[] {
  const kitIds = kit === undefined ? undefined : bank.kits.get(kit)?.items.map(({ question }) => question);
  if (kit !== undefined && !kitIds)
    throw new SelectionError(`There is no kit ${kit}. There are: ${[...bank.kits.keys()].join(', ')}.`);
  const unknown = questions?.find((id) => !bank.questions.has(id));
  if (unknown !== undefined) throw new SelectionError(`There is no question ${unknown}.`);
  const areas = [...new Set([...bank.questions.values()].map((question) => question.area))];
  if (area !== undefined && !areas.includes(area))
    throw new SelectionError(`There is no area ${area}. There are: ${areas.join(', ')}.`);
  return [...bank.questions.values()].filter(
    (question) =>
      (questions === undefined || questions.includes(question.id)) &&
      (area === undefined || question.area === area) &&
      (kitIds === undefined || kitIds.includes(question.id)),
  );
}

/**
 * One file that holds it all.
 * @throws SelectionError, ExchangeError where a format cannot hold a text
 */
export function exportBank(bank: Bank, options: ExportOptions): ExportedFile {
  const questions = select(bank, options);
  const ids = new Set(questions.map(({ id }) => id));
  const kits = [...bank.kits.values()].filter(
    ({ id, items }) =>
      (options.kit === undefined || id === options.kit) && items.every(({ question }) => ids.has(question)),
  );
  const base = options.kit ?? options.area ?? (questions.length === 1 ? questions[0]?.id : 'bank') ?? 'bank';
  const encode = (text: string) => new TextEncoder().encode(text);
  const file = (name: string, type: string, bytes: Uint8Array<ArrayBuffer>): ExportedFile => ({
    name: `viva-${base}${name}`,
    type,
    bytes,
    questions: questions.length,
  });
  switch (options.format) {
    case 'folder':
      return file(
        '.zip',
        'application/zip',
        writeZip([
          ...questions.flatMap((one) => [...questionFiles(one)]),
          ...kits.flatMap((kit) => [...kitFile(kit)]),
        ]),
      );
    case 'qti':
      return file(
        '-qti3.zip',
        'application/zip',
        writeZip(
          writePackage({
            questions: questions.map(({ hash: _, ...content }) => content),
            kits,
            competencies: bank.competencies,
          }),
        ),
      );
    case 'xlsx':
      return file(
        '.xlsx',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        writeWorkbook(toTables(questions)),
      );
    case 'csv':
      return file(
        '-csv.zip',
        'application/zip',
        writeZip(
          toTables(questions).map(({ name, rows }) => [`${name}.csv`, encode(writeCsv(rows))] as const),
        ),
      );
    case 'markdown': {
      const locale = options.locale ?? 'zh-CN';
      return file(`.${locale}.md`, 'text/markdown; charset=utf-8', encode(toMarkdown(questions, locale)));
    }
    case 'anki':
      return file(
        `${options.locale ? `.${options.locale}` : ''}-anki.txt`,
        'text/plain; charset=utf-8',
        encode(toAnki(questions, options.locale ? [options.locale] : LOCALES)),
      );
  }
}
