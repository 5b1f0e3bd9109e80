/** One prompt over its paraphrases, perturbed inputs and languages: mean, worst case, variance. */
import { createHash } from 'node:crypto';
import type { Locale } from '@viva/bank';
import { StructuredOutputError } from '../errors.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { Prompt } from '../prompts/prompt.ts';
import { mean } from '../rater/movement.ts';
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

export interface MeasurePromptOptions {
  templates: readonly Template[];
  perturbations: readonly Perturbation[];
  locales: readonly Locale[];
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

/**
 * Every template × perturbation × language, every item. An answer without the wanted shape scores 0.
 * @throws what the model throws otherwise
 */
export async function measurePrompt(
  task: CheckTask,
  model: LanguageModel,
  { templates, perturbations, locales, signal, onProgress }: MeasurePromptOptions,
): Promise<PromptMeasure> {
  const cells: Cell[] = [];
  let done = 0;
  const total =
    templates.length *
    perturbations.length *
    locales.reduce((sum, locale) => sum + task.items[locale].length, 0);
  for (const locale of locales)
    for (const { name, prompt: template } of templates)
      for (const how of perturbations) {
        const scores: Record<string, number> = {};
        for (const item of task.items[locale]) {
          signal?.throwIfAborted();
          const seed = seedOf(`${item.id} ${how} ${locale}`);
          try {
            scores[item.id] = await item.score(model, {
              template,
              how,
              locale,
              seed,
              ...(signal ? { signal } : {}),
            });
          } catch (error) {
            if (!(error instanceof StructuredOutputError)) throw error;
            scores[item.id] = 0;
          }
          onProgress?.(++done, total, `${name}, ${how}, ${locale}`);
        }
        cells.push({ template: name, perturbation: how, locale, scores });
      }
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
