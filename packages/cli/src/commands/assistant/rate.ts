/** `viva assistant rate` and `calibrate`: the advisory rater, and what it is worth. */
import { readFile } from 'node:fs/promises';
import { RATING_STRATEGIES, type RatingStrategy, rateByStrategy, rateTranscript } from '@viva/assistant';
import type { Bank, Question } from '@viva/bank';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { openBank } from './ask.ts';
import { cancellable, type ModelOptions, openGuarded, readNumber } from './open-model.ts';
import { say } from './words.ts';

export interface RateCommandOptions extends ModelOptions {
  bank?: string;
  lang?: string;
  json?: boolean;
}

export function questionOf(bank: Bank, id: string): Question {
  const question = bank.questions.get(id);
  if (!question)
    throw new CommandFailure(`There is no question "${id}". See what is there: viva bank search WORDS`, 2);
  return question;
}

export interface RateOneOptions extends RateCommandOptions {
  strategy: string;
  samples: string;
  temperature?: string;
  seed?: string;
}

function readStrategy(text: string): RatingStrategy {
  const found = RATING_STRATEGIES.find((name) => name === text);
  if (!found)
    throw new CommandFailure(`--strategy ${text}: one of ${RATING_STRATEGIES.join(', ')} is wanted.`, 2);
  return found;
}

export async function rate(id: string, file: string, options: RateOneOptions): Promise<void> {
  const strategy = readStrategy(options.strategy);
  const samples = readNumber(options.samples, '--samples', 2);
  if (!Number.isInteger(samples) || samples > 25)
    throw new CommandFailure(`--samples ${options.samples}: a whole number from 2 to 25 is wanted.`, 2);
  const locale = language(options.lang);
  const question = questionOf(await openBank(options.bank), id);
  let transcript: string;
  try {
    transcript = await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`);
  }
  const rating = await cancellable(async (signal) => {
    const model = await openGuarded(options, locale);
    const many = strategy === 'self-consistency';
    const progress = many ? new Progress({ label: say(locale, 'rating'), total: samples }) : null;
    return rateByStrategy(question, transcript, model, {
      locale,
      strategy,
      samples,
      ...(options.temperature === undefined
        ? {}
        : { temperature: readNumber(options.temperature, '--temperature', 0) }),
      ...(options.seed === undefined ? {} : { seed: readNumber(options.seed, '--seed', 0) }),
      onProgress: (done) => progress?.update(done),
      signal,
    }).finally(() => progress?.done());
  });
  if (options.json) {
    console.log(JSON.stringify(rating, null, 2));
    return;
  }
  console.log(
    rating.score === null
      ? say(locale, 'withheld', { given: rating.given })
      : say(locale, 'score', { score: rating.score }),
  );
  if (rating.strategy === 'self-consistency')
    console.log(
      say(locale, 'votes', {
        votes: rating.votes.map(({ score, count }) => `${score} × ${count}`).join(', ') || '–',
        without: rating.withoutVote,
        spread: rating.spread === null ? '–' : rating.spread.toFixed(2),
      }),
    );
  for (const { anchor, stance, quote } of rating.evidence)
    console.log(`  ${stance === 'for' ? '+' : '−'} ${anchor}  “${quote}”`);
  if (rating.lacking) console.log(`\n${say(locale, 'lacking')}\n  ${rating.lacking}`);
  if (rating.dropped.length > 0) console.log(`\n${say(locale, 'dropped', { count: rating.dropped.length })}`);
  if (rating.setAside.length > 0) {
    console.log(`\n${say(locale, 'setAside', { count: rating.setAside.length })}`);
    for (const { text, reason } of rating.setAside)
      console.log(`  “${text}”  ${say(locale, `aside-${reason}`)}`);
  }
  console.log(`\n${say(locale, 'advisory')}`);
}

/** The bank's calibration transcripts in one language, with the experts' scores. */
export function calibrationCases(bank: Bank, locale: 'zh-CN' | 'en') {
  return [...bank.calibrations.values()].flatMap(({ family, transcripts }) =>
    transcripts.map(({ id, question, expert, text }) => ({
      name: `${family}/${id}`,
      question: questionOf(bank, question),
      transcript: text[locale].transcript,
      expert,
      locale,
    })),
  );
}

export async function calibrate(options: RateCommandOptions): Promise<void> {
  const locale = language(options.lang);
  const cases = calibrationCases(await openBank(options.bank), locale);
  const rows = await cancellable(async (signal) => {
    const model = await openGuarded(options, locale);
    const progress = new Progress({ label: say(locale, 'rating'), total: cases.length });
    const found = [];
    for (const [at, entry] of cases.entries()) {
      progress.update(at, entry.name);
      const { score, given, dropped } = await rateTranscript(entry.question, entry.transcript, model, {
        locale,
        signal,
      });
      found.push({ name: entry.name, expert: entry.expert, score, given, dropped: dropped.length });
    }
    progress.done();
    return found;
  });
  const rated = rows.flatMap(({ score, expert }) => (score === null ? [] : [score - expert]));
  const share = (within: number): number =>
    rated.length === 0
      ? 0
      : rated.filter((difference) => Math.abs(difference) <= within).length / rows.length;
  const summary = {
    transcripts: rows.length,
    rated: rated.length,
    exact: share(0),
    withinOne: share(1),
    meanDifference: rated.reduce((sum, difference) => sum + difference, 0) / Math.max(1, rated.length),
  };
  if (options.json) {
    console.log(JSON.stringify({ ...summary, rows }, null, 2));
    return;
  }
  console.log(
    textTable(
      [
        { head: say(locale, 'transcript') },
        { head: say(locale, 'expert'), align: 'right' },
        { head: say(locale, 'model'), align: 'right' },
        { head: say(locale, 'droppedShort'), align: 'right' },
      ],
      rows.map(({ name, expert, score, given, dropped }) => [
        name,
        String(expert),
        score === null ? `(${given})` : String(score),
        String(dropped),
      ]),
    ),
  );
  const percent = (value: number): string => `${Math.round(100 * value)} %`;
  console.log(
    `\n${say(locale, 'calibrated', {
      exact: percent(summary.exact),
      within: percent(summary.withinOne),
      mean: `${summary.meanDifference > 0 ? '+' : ''}${summary.meanDifference.toFixed(2)}`,
      count: rows.length,
    })}`,
  );
}
