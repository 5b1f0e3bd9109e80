/** `viva ask`: a question to the bank, answered with citations or not at all. */
import { resolve } from 'node:path';
import {
  answerQuestion,
  bankPassages,
  HOW_TO_SET_UP,
  type RetrievedPassage,
  Retriever,
  readConfiguration,
} from '@viva/assistant';
import { BankError, type Locale, loadBank } from '@viva/bank';
import { CommandFailure } from '../../failure.ts';
import { bankFolder } from '../../folders.ts';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { cancellable, type ModelOptions, openGuarded } from './open-model.ts';
import { say } from './words.ts';

export interface AskOptions extends ModelOptions {
  bank?: string;
  lang?: string;
  passages?: boolean;
  json?: boolean;
}

const plain = (markdown: string): string => markdown.replace(/\s+/g, ' ').trim();

function listPassages(found: readonly RetrievedPassage[]): string {
  return found
    .map(({ passage }) => {
      const text = plain(passage.text);
      return `[${passage.question}] ${passage.title}\n  ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`;
    })
    .join('\n\n');
}

export async function openBank(folder: string | undefined) {
  try {
    return await loadBank(resolve(folder ?? bankFolder()));
  } catch (error) {
    if (error instanceof BankError) throw new CommandFailure(`${error.message} Run: viva bank check`);
    throw error;
  }
}

export async function ask(words: string[], options: AskOptions): Promise<void> {
  const question = words.join(' ').trim();
  if (question === '')
    throw new CommandFailure('There is no question. Try: viva ask "why double quantisation"', 2);
  const locale: Locale = options.lang
    ? language(options.lang)
    : /\p{Script=Han}/u.test(question)
      ? 'zh-CN'
      : 'en';
  const bank = await openBank(options.bank);
  const retriever = new Retriever(bankPassages(bank));
  const configured = options.passages ? undefined : await readConfiguration();

  if (!configured) {
    const found = (await retriever.search(question, { limit: 12 }))
      .filter(({ passage }) => passage.locale === locale)
      .slice(0, 5);
    if (options.json)
      console.log(JSON.stringify({ status: 'passages', passages: found.map(toJson) }, null, 2));
    else if (found.length === 0) console.log(say(locale, 'nothingFound'));
    else console.log(`${say(locale, 'passagesOnly')}\n\n${listPassages(found)}`);
    if (!options.passages) console.error(`\n${HOW_TO_SET_UP}`);
    return;
  }

  const began = performance.now();
  await cancellable(async (signal) => {
    const model = await openGuarded(options, locale);
    if (model.embed) {
      const progress = new Progress({ label: say(locale, 'embedding'), total: retriever.passages.length });
      await retriever
        .addVectors(model, { signal, onProgress: (done) => progress.update(done) })
        .finally(() => progress.done());
    }
    if (process.stderr.isTTY) process.stderr.write(say(locale, 'asking', { model: model.id }));
    const answer = await answerQuestion(question, { retriever, model }, { locale, signal }).finally(() => {
      if (process.stderr.isTTY) process.stderr.write('\r\u001B[2K');
    });
    if (options.json) {
      console.log(JSON.stringify({ ...answer, passages: answer.passages.map(toJson) }, null, 2));
      return;
    }
    if (answer.status === 'refused') {
      const word =
        answer.reason === 'nothing-found'
          ? 'nothingFound'
          : answer.reason === 'no-citation'
            ? 'noCitation'
            : 'notInPassages';
      console.log(say(locale, word));
      if (answer.passages.length > 0) console.log(`\n${listPassages(answer.passages.slice(0, 3))}`);
      return;
    }
    console.log(`${answer.text}\n\n${say(locale, 'sources')}`);
    for (const id of answer.citations)
      console.log(`  [${id}] ${bank.questions.get(id)?.text[locale].title ?? ''}`);
    if (answer.invented.length > 0)
      console.error(say(locale, 'invented', { ids: answer.invented.join(', ') }));
    const { inputTokens, outputTokens, estimated } = answer.usage;
    console.error(
      say(locale, 'tokens', {
        model: model.id,
        input: inputTokens,
        output: outputTokens,
        estimated: estimated ? say(locale, 'estimated') : '',
        seconds: ((performance.now() - began) / 1000).toFixed(1),
      }),
    );
  });
}

const toJson = ({ passage, score, coverage, similarity }: RetrievedPassage) => ({
  id: passage.id,
  question: passage.question,
  title: passage.title,
  text: passage.text,
  score,
  coverage,
  similarity,
});
