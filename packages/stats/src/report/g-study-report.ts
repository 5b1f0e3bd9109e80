/** A G study with what it means for the panel: how many raters and items a dependable decision takes. */
import { type DStudy, dStudy, dStudyGrid, type GDesign, type GStudy, gStudy } from '../gtheory/g-study.ts';
import { type Advice, advice } from '../statements/statement.ts';
import type { RatingsTable } from '../table/ratings-table.ts';

export interface GStudyReport extends GStudy {
  grid: DStudy[];
  /** Fewest raters with which the mean over the present number of items reaches each target; null beyond 50. */
  needed: { target: number; raters: number | null }[];
  advice: Advice[];
}

const TARGETS = [0.7, 0.8, 0.9] as const;
const MOST_RATERS = 50;

export function gStudyReport(
  table: RatingsTable,
  options: {
    design?: GDesign;
    raters?: readonly number[];
    items?: readonly number[];
    fixedItems?: boolean;
  } = {},
): GStudyReport {
  const { design = 'crossed', fixedItems = false } = options;
  const study = gStudy(table, { design });
  if (!study.usable || !study.current)
    return {
      ...study,
      grid: [],
      needed: TARGETS.map((target) => ({ target, raters: null })),
      advice: [advice('use-raw-averages')],
    };
  const items = study.current.items;
  const needed = TARGETS.map((target) => {
    for (let raters = 1; raters <= MOST_RATERS; raters++)
      if ((dStudy(study, { raters, items, fixedItems }).generalizability ?? 0) >= target)
        return { target, raters };
    return { target, raters: null };
  });
  const out: Advice[] = [];
  const aim = needed.find(({ target }) => target === 0.8);
  const now = study.current.generalizability;
  if (aim?.raters && now !== null && now < 0.8)
    out.push(
      advice('more-raters', {
        target: aim.target,
        items: Number(items.toFixed(1)),
        raters: aim.raters,
        now: Number(now.toFixed(2)),
      }),
    );
  return {
    ...study,
    grid: dStudyGrid(study, {
      ...(options.raters ? { raters: options.raters } : {}),
      ...(options.items ? { items: options.items } : {}),
      fixedItems,
    }),
    needed,
    advice: out,
  };
}
