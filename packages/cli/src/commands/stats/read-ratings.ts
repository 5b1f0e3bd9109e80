/** Reads a CSV of ratings from a file or stdin for the `viva stats` commands; bad rows are named, all of them. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ColumnRole, type CsvResult, parseRatingsCsv, RatingsFormatError } from '@viva/stats';
import type { Command } from 'commander';
import { CommandFailure } from '../../failure.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';

export interface ReadOptions {
  person?: string;
  rater?: string;
  item?: string;
  score?: string;
  group?: string;
  delimiter?: string;
  missing?: string[];
  skipBadRows?: boolean;
  lang?: string;
}

/** The options that every command with a CSV has. */
export const withReadOptions = (command: Command): Command =>
  command
    .argument('<ratings.csv>', 'one row a rating; - reads standard input')
    .option('--person <column>', 'column of the person rated (found by name: person, candidate, …)')
    .option('--rater <column>', 'column of the rater (rater, interviewer, judge, …)')
    .option(
      '--item <column>',
      'column of the item (item, criterion, question, …); without one, all count as one item',
    )
    .option('--score <column>', 'column of the score (score, rating, …); empty scores are missing ratings')
    .option('--group <column>', 'column of the person’s group')
    .option('--delimiter <character>', 'default: comma, semicolon or tab, as the header has it')
    .option('--missing <words...>', 'what stands for a missing score besides nothing (NA NaN null - .)')
    .option('--skip-bad-rows', 'leave rows out that cannot be read, instead of stopping')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)');

/** Bad rows that are printed one by one. */
const SHOWN = 20;

/** @throws CommandFailure naming the file and every bad row (the first twenty), unless they are to be skipped */
export async function readRatings(file: string, options: ReadOptions): Promise<CsvResult> {
  const chosen = (['person', 'rater', 'item', 'score', 'group'] as const).flatMap((role) =>
    options[role] === undefined ? [] : [[role, options[role]] as const],
  );
  const columns = Object.fromEntries(chosen) as Partial<Record<ColumnRole, string>>;
  const total = file === '-' ? undefined : (await statistics(file)).size;
  const progress = new Progress({ label: 'Reading', total, format: byteSize });
  const delimiter = options.delimiter === '\\t' ? '\t' : options.delimiter;
  if (delimiter !== undefined && delimiter.length !== 1)
    throw new CommandFailure(`--delimiter ${delimiter}: one character is needed; \\t stands for a tab.`, 2);
  try {
    const result = await parseRatingsCsv(file === '-' ? process.stdin : createReadStream(file), {
      columns,
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(options.missing ? { missing: options.missing } : {}),
      badRows: 'skip',
      onProgress: ({ bytes, rows }) => progress.update(bytes, `${rows.toLocaleString('en')} rows`),
    });
    progress.done();
    if (result.skipped > 0) {
      for (const { message } of result.errors.slice(0, SHOWN)) console.error(message);
      if (result.skipped > SHOWN) console.error(`… and ${result.skipped - SHOWN} more.`);
      const count = `${result.skipped} of ${result.rows} rows of ${file} cannot be read`;
      if (!options.skipBadRows)
        throw new CommandFailure(`${count}. Mend them, or leave them out with --skip-bad-rows.`);
      console.error(`${count} and were left out.`);
    }
    return result;
  } catch (error) {
    progress.done();
    if (error instanceof RatingsFormatError) throw new CommandFailure(`${file}: ${error.message}`);
    throw error;
  }
}

async function statistics(file: string): Promise<{ size: number }> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(
      error.code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${error.message}`,
    );
  });
  if (found.isDirectory()) throw new CommandFailure(`${file} is a folder; a CSV file is needed.`);
  return found;
}
