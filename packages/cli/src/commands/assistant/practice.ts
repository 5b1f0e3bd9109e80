/** `viva practice`: a practice interview in the terminal. */
import { createInterface } from 'node:readline';
import { answerPractice, beginPractice, type Practice } from '@viva/assistant';
import { language } from '../../terminal/language.ts';
import { openBank } from './ask.ts';
import { cancellable, type ModelOptions, openGuarded, readNumber } from './open-model.ts';
import { questionOf } from './rate.ts';
import { say } from './words.ts';

export interface PracticeCommandOptions extends ModelOptions {
  bank?: string;
  lang?: string;
  probes: string;
  json?: boolean;
  /** For tests. */
  input?: NodeJS.ReadableStream;
}

/** Blocks of lines between empty lines, as somebody types or pipes them. */
async function* blocks(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  let held: string[] = [];
  for await (const line of createInterface({ input })) {
    if (line.trim() !== '') held.push(line);
    else if (held.length > 0) {
      yield held.join('\n');
      held = [];
    }
  }
  if (held.length > 0) yield held.join('\n');
}

export async function practice(id: string, options: PracticeCommandOptions): Promise<void> {
  const locale = language(options.lang);
  const question = questionOf(await openBank(options.bank), id);
  const maxProbes = readNumber(options.probes, '--probes', 0);
  const model = await openGuarded(options, locale);
  let state: Practice = beginPractice(question, locale);
  const tell = (text: string) => {
    if (!options.json) console.log(text);
  };
  tell(`${question.text[locale].title}\n\n${state.turns[0]?.text}\n\n${say(locale, 'typeAnswer')}\n`);
  for await (const answer of blocks(options.input ?? process.stdin)) {
    const before = state;
    state = await cancellable((signal) =>
      answerPractice(before, question, answer, model, { maxProbes, signal }),
    );
    if (state.done) break;
    tell(`\n→ ${state.turns.at(-1)?.text}\n`);
  }
  if (options.json) {
    console.log(JSON.stringify(state, null, 2));
    return;
  }
  if (!state.review) {
    console.log(say(locale, 'noAnswer'));
    return;
  }
  const { anchors, level } = state.review;
  console.log(`\n${level === null ? say(locale, 'noLevel') : say(locale, 'level', { level })}\n`);
  for (const { anchor, status, quotes, lacking } of anchors) {
    console.log(`${anchor}  ${say(locale, status)}  ${question.text[locale].anchors[anchor - 1]}`);
    for (const quote of quotes) console.log(`     “${quote}”`);
    if (lacking) console.log(`     → ${lacking}`);
  }
  console.log(`\n${say(locale, 'practiceNote')}`);
}
