/** The measuring half of `viva prompts check`: worst cases of each prompt on the model that is set up. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  BASELINES_FILE,
  bankPassages,
  CHECK_PLANS,
  cachedModel,
  checkTasks,
  compareWorstCase,
  countAnswers,
  type LanguageModel,
  loadQuerySet,
  measurePrompt,
  PERTURBATIONS,
  type Perturbation,
  type PromptMeasure,
  Retriever,
  readBaselines,
  templatesOf,
  toBaseline,
  type WorstCaseChange,
} from '@viva/assistant';
import { LOCALES, type Locale } from '@viva/bank';
import { CommandFailure } from '../../failure.ts';
import { bankFolder } from '../../folders.ts';
import { Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { openBank } from './ask.ts';
import { readNumber } from './open-model.ts';
import { say } from './words.ts';

export interface MeasureChoice {
  bank?: string;
  /** Ids with commas; all without. */
  prompts?: string;
  items: string;
  perturbations?: string;
  languages?: string;
  baseline?: string;
  update?: boolean;
  strict?: boolean;
  tolerance: string;
  plan: string;
  concurrency?: string;
  cache?: string;
}

/** Calls at once to a server. */
const SERVER_CALLS = 4;

export interface MeasuredPrompt extends PromptMeasure {
  change: WorstCaseChange;
  fails: boolean;
}

/** @throws CommandFailure 2 naming what is unknown */
function listed<T extends string>(text: string | undefined, known: readonly T[], option: string): T[] {
  if (text === undefined) return [...known];
  return text.split(',').map((each) => {
    const found = known.find((one) => one === each.trim());
    if (found === undefined)
      throw new CommandFailure(`${option} ${each}: one of ${known.join(', ')} is wanted.`, 2);
    return found;
  });
}

/**
 * Measures, compares with what is recorded, and records where told. What was answered before is read from the cache, so a
 * run that was cut off goes on.
 */
export async function measurePrompts(
  model: LanguageModel,
  choice: MeasureChoice,
  signal: AbortSignal,
): Promise<{ measured: MeasuredPrompt[]; baseline: string; kept: number; asked: number }> {
  const bank = await openBank(choice.bank);
  const tasks = await checkTasks({
    bank,
    queries: await loadQuerySet(resolve(choice.bank ?? bankFolder()), bank.questions),
    retriever: new Retriever(bankPassages(bank)),
    count: readNumber(choice.items, '--items', 1),
  });
  const ids = listed(
    choice.prompts,
    tasks.map(({ prompt }) => prompt),
    '--prompts',
  );
  const perturbations: Perturbation[] = listed(choice.perturbations, PERTURBATIONS, '--perturbations');
  const locales = listed(choice.languages, LOCALES, '--languages');
  const [plan = 'all'] = listed(choice.plan, CHECK_PLANS, '--plan');
  // A model in this process answers one after another; waiting in its queue would count as time that it took.
  const concurrency = choice.concurrency
    ? readNumber(choice.concurrency, '--concurrency', 1)
    : model.host === null
      ? 1
      : SERVER_CALLS;
  const tolerance = readNumber(choice.tolerance, '--tolerance', 0);
  const file = choice.baseline ? resolve(choice.baseline) : BASELINES_FILE;
  const baselines = await readBaselines(file);
  const cache = choice.cache ?? join(homedir(), '.cache/viva/answers');
  const cached = cachedModel(model, resolve(cache));
  const measured: MeasuredPrompt[] = [];
  for (const task of tasks.filter(({ prompt }) => ids.includes(prompt))) {
    const templates = await templatesOf(task.prompt);
    const asked = { templates, perturbations, locales, plan };
    const progress = new Progress({ label: task.prompt, total: countAnswers(task, asked) });
    const measure = await measurePrompt(task, cached, {
      ...asked,
      concurrency,
      signal,
      onProgress: (done, _, where) => progress.update(done, where),
    }).finally(() => progress.done());
    const change = compareWorstCase(baselines[model.id]?.[task.prompt], measure, { tolerance });
    const fails = change.verdict === 'worse' || (choice.strict === true && change.verdict === 'unclear');
    measured.push({ ...measure, change, fails });
    if (choice.update) {
      baselines[model.id] = { ...baselines[model.id], [task.prompt]: toBaseline(measure, new Date()) };
      await writeOutput(file, [`${JSON.stringify(baselines, null, 1)}\n`]);
    }
  }
  return { measured, baseline: file, kept: cached.counts.kept, asked: cached.counts.asked };
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** @returns lines for a terminal */
export function measureTable(measured: readonly MeasuredPrompt[], locale: Locale): string[] {
  const right = (head: string) => ({ head, align: 'right' as const });
  const table = textTable(
    [
      { head: say(locale, 'promptColumn') },
      right(say(locale, 'answersColumn')),
      right(say(locale, 'meanColumn')),
      right(say(locale, 'worstColumn')),
      right(say(locale, 'deviationColumn')),
      { head: say(locale, 'worstWhere') },
      right(say(locale, 'before')),
      { head: say(locale, 'verdict') },
    ],
    measured.map(({ prompt, answers, mean, worst, variance, change }) => [
      prompt,
      String(answers),
      figure(mean),
      figure(worst.mean),
      figure(Math.sqrt(variance)),
      `${worst.template}, ${worst.perturbation}, ${worst.locale}`,
      figure(change.before),
      `${say(locale, `verdict-${change.verdict}`)}${change.p === null ? '' : ` (p = ${change.p.toFixed(3)})`}`,
    ]),
  );
  const factors = measured.flatMap(({ prompt, factors: { template, perturbation, locale: languages } }) => [
    `  ${prompt}  ${[template, perturbation, languages]
      .map((levels) =>
        Object.entries(levels)
          .map(([level, value]) => `${level} ${value.toFixed(2)}`)
          .join(' · '),
      )
      .join('  |  ')}`,
  ]);
  return [table, '', say(locale, 'factorsHead'), ...factors];
}
