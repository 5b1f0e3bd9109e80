/** What a prompt reached before, by model, and whether its worst case has become worse since. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DataFileError } from '../errors.ts';
import { mean, seeded } from '../rater/movement.ts';
import { type Cell, cellMean, type PromptMeasure } from './measure.ts';
import { PERTURBATIONS } from './perturb.ts';

const Record_ = z.strictObject({
  hash: z.string(),
  variantsHash: z.string(),
  recorded: z.iso.date(),
  /** What a reader has to know of these figures. */
  note: z.string().optional(),
  cells: z.array(
    z.strictObject({
      template: z.string(),
      perturbation: z.enum(PERTURBATIONS),
      locale: z.enum(['zh-CN', 'en']),
      scores: z.record(z.string(), z.number().min(0).max(1)),
    }),
  ),
});
const Baselines = z.record(z.string(), z.record(z.string(), Record_));

/** By model, then by prompt. */
export type PromptBaselines = z.infer<typeof Baselines>;
export type PromptBaseline = z.infer<typeof Record_>;

export const BASELINES_FILE = fileURLToPath(new URL('../../checks/baselines.json', import.meta.url));

/** @returns nothing recorded where there is no file; @throws DataFileError where it is not as it should be */
export async function readBaselines(file = BASELINES_FILE): Promise<PromptBaselines> {
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new DataFileError(file, `cannot be read: ${(error as Error).message}`);
  }
  try {
    return Baselines.parse(JSON.parse(source));
  } catch (error) {
    throw new DataFileError(file, `holds no baselines: ${(error as Error).message}`);
  }
}

/** Said of a baseline that nothing can be worse than. */
const FLOOR_NOTE =
  'This model fails the task: no answer of any cell scores above 0. The baseline is a floor; nothing can be worse than it, so it guards nothing.';
const ZERO_WORST_NOTE =
  'The worst case is 0: it cannot become worse. Only the mean tells a change, and the mean does not fail the check.';

/** @param date of recording, in UTC */
export const toBaseline = (measure: PromptMeasure, date: Date): PromptBaseline => {
  const note = measure.cells.every((cell) => cellMean(cell) === 0)
    ? FLOOR_NOTE
    : measure.worst.mean === 0
      ? ZERO_WORST_NOTE
      : undefined;
  return {
    hash: measure.hash,
    variantsHash: measure.variantsHash,
    recorded: date.toISOString().slice(0, 10),
    ...(note ? { note } : {}),
    cells: measure.cells,
  };
};

export interface WorstCaseChange {
  /**
   * `new`: nothing was recorded; `incomparable`: no cell or item is in both. `worse` only where the drop is beyond the
   * tolerance and the items agree on it (p ≤ 0.05); `unclear` where they do not.
   */
  verdict: 'new' | 'incomparable' | 'same' | 'better' | 'unclear' | 'worse';
  before: number | null;
  now: number | null;
  /** Share of resamplings in which the worst case did not become worse, one-sided; null where there is no drop. */
  p: number | null;
  /** Whether the prompt or its paraphrases have other words than those recorded. */
  changed: boolean;
}

const DRAWS = 2000;
const SURE = 0.05;

/** Items of a language drawn with replacement, the same for both sides and all cells. */
function drawItems(items: readonly string[], next: () => number): string[] {
  return items.map(() => items[Math.floor(next() * items.length)] as string);
}

/**
 * Compares the worst cells over the cells and items that both have. The worst of many cells is low by chance too, so the
 * drop is judged by a paired bootstrap: items are drawn anew, both worst cases are found anew among all cells.
 */
export function compareWorstCase(
  before: PromptBaseline | undefined,
  now: PromptMeasure,
  { tolerance = 0.02, seed = 1 }: { tolerance?: number; seed?: number } = {},
): WorstCaseChange {
  if (!before) return { verdict: 'new', before: null, now: now.worst.mean, p: null, changed: false };
  const changed = before.hash !== now.hash || before.variantsHash !== now.variantsHash;
  const pairs = now.cells.flatMap((cell) => {
    const old = before.cells.find(
      ({ template, perturbation, locale }) =>
        template === cell.template && perturbation === cell.perturbation && locale === cell.locale,
    );
    const items = Object.keys(cell.scores).filter((id) => old && id in old.scores);
    return old && items.length > 0 ? [{ old, cell, items, locale: cell.locale }] : [];
  });
  if (pairs.length === 0) return { verdict: 'incomparable', before: null, now: null, p: null, changed };
  const over = ({ scores }: Pick<Cell, 'scores'>, items: readonly string[]): number =>
    cellMean({ scores: Object.fromEntries(items.map((id, at) => [`${at}`, scores[id] ?? 0])) });
  const worst = (side: 'old' | 'cell', choose: (pair: (typeof pairs)[number]) => readonly string[]): number =>
    Math.min(...pairs.map((pair) => over(pair[side], choose(pair))));
  const old = worst('old', ({ items }) => items);
  const found = worst('cell', ({ items }) => items);
  if (found >= old - tolerance)
    return {
      verdict: found > old + tolerance ? 'better' : 'same',
      before: old,
      now: found,
      p: null,
      changed,
    };
  const next = seeded(seed);
  const locales = [...new Set(pairs.map(({ locale }) => locale))];
  const itemsOf = (locale: string) => [
    ...new Set(pairs.filter((pair) => pair.locale === locale).flatMap(({ items }) => items)),
  ];
  const kept = Array.from({ length: DRAWS }, () => {
    const drawn = new Map(locales.map((locale) => [locale, drawItems(itemsOf(locale), next)]));
    const choose = (pair: (typeof pairs)[number]) => {
      const own = new Set(pair.items);
      const chosen = (drawn.get(pair.locale) ?? []).filter((id) => own.has(id));
      return chosen.length > 0 ? chosen : pair.items;
    };
    return worst('cell', choose) >= worst('old', choose) ? 1 : 0;
  });
  const p = mean(kept);
  return { verdict: p <= SURE ? 'worse' : 'unclear', before: old, now: found, p, changed };
}
