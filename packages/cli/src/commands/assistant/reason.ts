/** `viva assistant reason`: one problem, one strategy, with what it cost. */
import {
  chainOfThought,
  direct,
  type Reasoned,
  type SelfConsistent,
  selfConsistency,
  type TreeLevel,
  tree24,
  verify24,
} from '@viva/assistant';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { cancellable, type ModelOptions, openGuarded, readNumber } from './open-model.ts';
import { say } from './words.ts';

export interface ReasonCommandOptions extends ModelOptions {
  strategy: string;
  samples: string;
  breadth: string;
  seed?: string;
  lang?: string;
  json?: boolean;
}

/** Four whole numbers and nothing else: a hand of the Game of 24. */
function readHand(words: readonly string[]): number[] | null {
  const numbers = words
    .join(' ')
    .trim()
    .split(/[\s,，]+/);
  return numbers.length === 4 && numbers.every((text) => /^\d{1,3}$/.test(text)) ? numbers.map(Number) : null;
}

const STRATEGIES = ['direct', 'cot', 'self-consistency', 'tree'];

export async function reason(words: string[], options: ReasonCommandOptions): Promise<void> {
  const locale = language(options.lang);
  const hand = readHand(words);
  if (!STRATEGIES.includes(options.strategy))
    throw new CommandFailure(`--strategy ${options.strategy}: one of ${STRATEGIES.join(', ')}.`, 2);
  if (options.strategy === 'tree' && !hand)
    throw new CommandFailure(
      'A tree of thoughts needs steps that can be checked; here it plays the Game of 24. Give four numbers: viva assistant reason 4 9 10 13 --strategy tree',
      2,
    );
  const problem = hand ? say(locale, 'problem24', { numbers: hand.join(' ') }) : words.join(' ');
  const samples = readNumber(options.samples, '--samples', 1);
  const breadth = readNumber(options.breadth, '--breadth', 1);
  const seed = options.seed === undefined ? {} : { seed: readNumber(options.seed, '--seed', 0) };
  const began = performance.now();
  const { model, found } = await cancellable(async (signal) => {
    const opened = await openGuarded(options, locale);
    const common = { locale, signal, ...seed };
    const progress = new Progress({ label: options.strategy, total: samples });
    const run = (): Promise<Reasoned & Partial<SelfConsistent> & { levels?: TreeLevel[] }> => {
      if (options.strategy === 'tree' && hand) return tree24(hand, opened, { ...common, breadth });
      if (options.strategy === 'self-consistency')
        return selfConsistency(problem, opened, {
          ...common,
          samples,
          onProgress: (done) => progress.update(done),
        });
      return (options.strategy === 'cot' ? chainOfThought : direct)(problem, opened, common);
    };
    return { model: opened.id, found: await run().finally(() => progress.done()) };
  });
  const verdict = hand && found.answer !== null ? verify24(found.answer, hand) : null;
  if (options.json) {
    console.log(JSON.stringify({ model, strategy: options.strategy, ...found, verdict }, null, 2));
    return;
  }
  console.log(found.answer ?? say(locale, 'noResult'));
  if (verdict)
    console.log(verdict.solved ? say(locale, 'verified') : `${say(locale, 'refuted')} ${verdict.detail}`);
  for (const { answer, count } of found.votes ?? []) console.log(`  ${count} × ${answer}`);
  for (const { depth, proposed, rejected, kept } of found.levels ?? [])
    console.log(
      say(locale, 'level24', { depth, proposed, rejected, kept: kept.map(({ key }) => key).join(' | ') }),
    );
  const { inputTokens, outputTokens, estimated } = found.usage;
  console.error(
    say(locale, 'tokens', {
      model,
      input: inputTokens,
      output: outputTokens,
      estimated: estimated ? say(locale, 'estimated') : '',
      seconds: ((performance.now() - began) / 1000).toFixed(1),
    }),
  );
}
