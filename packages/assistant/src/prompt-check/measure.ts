/** One prompt over its paraphrases, perturbed inputs and languages: mean, worst case, variance. */
import { createHash } from 'node:crypto';
import type { Locale } from '@viva/bank';
import { StructuredOutputError } from '../errors.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { Prompt } from '../prompts/prompt.ts';
import { mean } from '../rater/movement.ts';
import { inParallel } from '../reasoning/in-parallel.ts';
import type { Perturbation } from './perturb.ts';
import type { Template } from './variants.ts';

export interface CheckItem {
  id: string;
  /** 0 to 1, by a rule that is exact. @throws what the model throws */
  score(
    model: LanguageModel,
    asked: { template: Prompt; how: Perturbation; locale: Locale; seed: number; signal?: AbortSignal },
  ): Promise<number>;
}

/** What a prompt is held to. */
export interface CheckTask {
  prompt: string;
  items: Record<Locale, readonly CheckItem[]>;
}

export interface Cell {
  template: string;
  perturbation: Perturbation;
  locale: Locale;
  /** By item. */
  scores: Record<string, number>;
}

export interface PromptMeasure {
  prompt: string;
  model: string;
  /** Of the prompt that the product sends, and of its paraphrases together. */
  hash: string;
  variantsHash: string;
  cells: Cell[];
  /** Over all answers. */
  mean: number;
  /** The cell with the lowest mean. */
  worst: { template: string; perturbation: Perturbation; locale: Locale; mean: number };
  /** Of the cells' means; population variance, since the cells are all there are. */
  variance: number;
  /** Means by each level of each factor. */
  factors: Record<'template' | 'perturbation' | 'locale', Record<string, number>>;
  answers: number;
}

/**
 * `all`: every paraphrase with every kind of input. `one-at-a-time`: the prompt itself with every kind, each paraphrase with
 * the text as it is; fewer than half the answers, and blind to a paraphrase that fails on one kind of input only.
 */
export const CHECK_PLANS = ['all', 'one-at-a-time'] as const;
export type CheckPlan = (typeof CHECK_PLANS)[number];

interface Place {
  template: Template;
  how: Perturbation;
  locale: Locale;
}

/** The cells of a plan. The first template is the prompt itself. */
const placesOf = (
  {
    templates,
    perturbations,
    locales,
  }: Pick<MeasurePromptOptions, 'templates' | 'perturbations' | 'locales'>,
  plan: CheckPlan,
): Place[] =>
  locales.flatMap((locale) =>
    templates.flatMap((template, at) =>
      perturbations
        .filter((_, place) => plan === 'all' || at === 0 || place === 0)
        .map((how) => ({ template, how, locale })),
    ),
  );

export interface MeasurePromptOptions {
  templates: readonly Template[];
  perturbations: readonly Perturbation[];
  locales: readonly Locale[];
  /** Default `all`. */
  plan?: CheckPlan;
  /** Items at once; default 1. More help where a server answers several at once. */
  concurrency?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, where: string) => void;
}

export const cellMean = ({ scores }: Pick<Cell, 'scores'>): number => mean(Object.values(scores));

/** Same item, same perturbation: same seed, whatever the template. */
const seedOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32LE(0);

/** Mean, worst case and variance of cells that have been measured. */
export function summariseCells(
  cells: readonly Cell[],
): Pick<PromptMeasure, 'mean' | 'worst' | 'variance' | 'factors' | 'answers'> {
  const means = cells.map(cellMean);
  const centre = mean(means);
  const worst = cells.reduce((low, cell) => (cellMean(cell) < cellMean(low) ? cell : low), cells[0] as Cell);
  const all = cells.flatMap(({ scores }) => Object.values(scores));
  const by = (key: 'template' | 'perturbation' | 'locale'): Record<string, number> =>
    Object.fromEntries(
      [...new Set(cells.map((cell) => cell[key]))].map((level) => [
        level,
        mean(cells.filter((cell) => cell[key] === level).map(cellMean)),
      ]),
    );
  const { template, perturbation, locale } = worst;
  return {
    mean: mean(all),
    worst: { template, perturbation, locale, mean: cellMean(worst) },
    variance: mean(means.map((value) => (value - centre) ** 2)),
    factors: { template: by('template'), perturbation: by('perturbation'), locale: by('locale') },
    answers: all.length,
  };
}

/** How many items a measurement scores. */
export const countAnswers = (
  { items }: CheckTask,
  { plan = 'all', ...asked }: Pick<MeasurePromptOptions, 'templates' | 'perturbations' | 'locales' | 'plan'>,
): number => placesOf(asked, plan).reduce((sum, { locale }) => sum + items[locale].length, 0);

/**
 * Every cell of the plan, every item; an answer without the wanted shape scores 0. One item goes through all kinds of input
 * before the next begins: their prompts begin alike, and a model keeps what it has read of the last one.
 * @throws what the model throws otherwise
 */
export async function measurePrompt(
  task: CheckTask,
  model: LanguageModel,
  {
    templates,
    perturbations,
    locales,
    plan = 'all',
    concurrency = 1,
    signal,
    onProgress,
  }: MeasurePromptOptions,
): Promise<PromptMeasure> {
  const places = placesOf({ templates, perturbations, locales }, plan);
  const cells: Cell[] = places.map(({ template, how, locale }) => ({
    template: template.name,
    perturbation: how,
    locale,
    // In the order of the items, whichever is answered first.
    scores: Object.fromEntries(task.items[locale].map(({ id }) => [id, 0])),
  }));
  const jobs = locales.flatMap((locale) =>
    templates.flatMap((template) =>
      task.items[locale].flatMap((item) =>
        places.flatMap((place, at) =>
          place.locale === locale && place.template === template ? [{ item, place, at }] : [],
        ),
      ),
    ),
  );
  let done = 0;
  await inParallel(jobs, concurrency, async ({ item, place: { template, how, locale }, at }) => {
    signal?.throwIfAborted();
    const seed = seedOf(`${item.id} ${how} ${locale}`);
    let score = 0;
    try {
      score = await item.score(model, {
        template: template.prompt,
        how,
        locale,
        seed,
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (!(error instanceof StructuredOutputError)) throw error;
    }
    (cells[at] as Cell).scores[item.id] = score;
    onProgress?.(++done, jobs.length, `${template.name}, ${how}, ${locale}`);
  });
  const [own, ...others] = templates;
  return {
    prompt: task.prompt,
    model: model.id,
    hash: own?.prompt.hash ?? '',
    variantsHash: createHash('sha256')
      .update(others.map(({ name, prompt: { hash } }) => `${name} ${hash}`).join('\n'))
      .digest('hex'),
    cells,
    ...summariseCells(cells),
  };
}
