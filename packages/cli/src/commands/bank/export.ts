/** Writes the bank, or a part of it, to one file. */
import { resolve } from 'node:path';
import { loadBank } from '@viva/bank';
import { ExchangeError, type ExportFormat, exportBank, SelectionError } from '@viva/bank/exchange';
import { CommandFailure } from '../../failure.ts';
import { bankFolder } from '../../folders.ts';
import { language } from '../../terminal/language.ts';
import { writeOutput } from '../../terminal/write-output.ts';

interface ExportCommand {
  format: ExportFormat;
  out?: string;
  kit?: string;
  area?: string;
  question: string[];
  lang?: string;
  bank?: string;
  json?: boolean;
}

/** @throws CommandFailure where there is no such question, kit or area (exit code 2), or the file cannot be written */
export async function bankExport(options: ExportCommand): Promise<void> {
  const { format, kit, area, question, lang } = options;
  const bank = await loadBank(resolve(options.bank ?? bankFolder()));
  try {
    const file = exportBank(bank, {
      format,
      ...(kit === undefined ? {} : { kit }),
      ...(area === undefined ? {} : { area }),
      ...(question.length === 0 ? {} : { questions: question }),
      // Cards come in both languages unless one is asked for; a text to read is in one.
      ...(lang === undefined && format !== 'markdown' ? {} : { locale: language(lang) }),
    });
    const path = options.out ?? file.name;
    await writeOutput(path, file.bytes);
    const { questions, bytes } = file;
    if (options.json)
      console.log(JSON.stringify({ file: path, format, questions, bytes: bytes.length }, null, 2));
    else
      console.log(
        `${path}: ${questions} question${questions === 1 ? '' : 's'}, ${Math.ceil(bytes.length / 1024)} KiB.`,
      );
  } catch (error) {
    if (error instanceof SelectionError) throw new CommandFailure(error.message, 2);
    if (error instanceof ExchangeError) throw new CommandFailure(error.message);
    throw error;
  }
}
