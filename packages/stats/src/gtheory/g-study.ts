/** Generalisability theory: how much of the variance of ratings is the person's, and how sure a mean over raters and items is. */
import { OptionError } from '../errors.ts';
import { type Statement, statement } from '../statements/statement.ts';
import type { RatingsTable } from '../table/ratings-table.ts';
import { combine, type Effect, hendersonOne } from './henderson.ts';

/**
 * `crossed`: every rater may rate every person on every item (p × r × i). `raters-in-items`: each item has its own
 * raters (p × (r : i)). `raters-in-persons`: each person has own raters ((r : p) × i).
 */
export type GDesign = 'crossed' | 'raters-in-items' | 'raters-in-persons';

export type GSource =
  | 'person'
  | 'rater'
  | 'item'
  | 'person:rater'
  | 'person:item'
  | 'rater:item'
  | 'residual';

export interface Component {
  source: GSource;
  /** Estimated variance, squared score points; negative estimates are set to zero, as `raw` shows. */
  variance: number;
  raw: number;
  /** Share of the total. */
  share: number;
}

export interface DStudy {
  raters: number;
  items: number;
  /** Variance of relative and of absolute error of a mean over so many raters and items. */
  relativeError: number;
  absoluteError: number;
  /** Eρ², for comparing persons with each other; Φ, for comparing with a fixed bar. Null without any variance. */
  generalizability: number | null;
  dependability: number | null;
}

export interface GStudy {
  usable: boolean;
  design: GDesign;
  statements: Statement[];
  method: string;
  size: { ratings: number; persons: number; raters: number; items: number; missing: number };
  components: Component[];
  /** As the data are: raters and items a person, on (harmonic) average. */
  current: DStudy | null;
}

const SOURCES: Record<GDesign, readonly GSource[]> = {
  crossed: ['person', 'rater', 'item', 'person:rater', 'person:item', 'rater:item'],
  'raters-in-items': ['person', 'item', 'rater:item', 'person:item'],
  'raters-in-persons': ['person', 'item', 'person:rater', 'person:item'],
};

/**
 * A G study of persons × raters × items (Cronbach et al. 1972; Brennan 2001), with any cells missing. Sources that the
 * data cannot separate are left out and named. Components by Henderson's method I; see `hendersonOne`.
 * @param options.design default `crossed`
 */
export function gStudy(table: RatingsTable, options: { design?: GDesign } = {}): GStudy {
  const { design = 'crossed' } = options;
  const wanted = SOURCES[design];
  if (!wanted) throw new OptionError('bad-design', `There is no design ${design}.`);
  const statements: Statement[] = [];
  const count = (codes: Int32Array): number => new Set(codes).size;
  const persons = count(table.person);
  const raters = count(table.rater);
  const items = count(table.item);
  const cells = design === 'crossed' ? persons * raters * items : 0;
  const out: GStudy = {
    usable: false,
    design,
    statements,
    method: "Henderson's method I",
    size: { ratings: table.size, persons, raters, items, missing: Math.max(0, cells - table.size) },
    components: [],
    current: null,
  };
  if (table.size === 0) {
    statements.push(statement('no-ratings', 'fatal'));
    return out;
  }
  if (persons < 2) {
    statements.push(statement('one-person', 'fatal'));
    return out;
  }
  if (table.score.every((score) => score === table.score[0])) {
    statements.push(statement('no-variation', 'fatal', { score: table.score[0] as number }));
    return out;
  }
  if (raters === 1) statements.push(statement('one-rater', 'limits'));
  if (items === 1) statements.push(statement('one-item', 'note'));

  const codes = { person: table.person, rater: table.rater, item: table.item };
  const sizes = { person: table.persons.length, rater: table.raters.length, item: table.items.length };
  const build = (source: GSource): Effect => {
    const facets = source.split(':') as (keyof typeof codes)[];
    return {
      name: source,
      ...combine(
        facets.map((facet) => codes[facet]),
        facets.map((facet) => sizes[facet]),
      ),
    };
  };
  const possible = wanted.filter(
    (source) => !(raters === 1 && source.includes('rater')) && !(items === 1 && source.includes('item')),
  );
  let effects = possible.map(build);
  const confounded: string[] = [];
  // An effect with a level for every rating is the residual itself; two with the same cells are one.
  effects = effects.filter((effect, at) => {
    const same = effects
      .slice(0, at)
      .some((other) => other.levels === effect.levels && sameCells(other, effect));
    const keep = effect.name === 'person' || (effect.levels < table.size && !same && effect.levels > 1);
    if (!keep) confounded.push(effect.name);
    return keep;
  });
  let solved = hendersonOne(table.score, effects);
  while (solved === null && effects.length > 1) {
    confounded.push((effects.pop() as Effect).name);
    solved = hendersonOne(table.score, effects);
  }
  if (solved === null) {
    statements.push(statement('confounded', 'fatal', { sources: possible }));
    return out;
  }
  if (confounded.length > 0) statements.push(statement('confounded', 'limits', { sources: confounded }));
  const names = [...effects.map(({ name }) => name as GSource), 'residual' as const];
  const negative = names.filter((_, at) => (solved[at] as number) < -1e-9);
  if (negative.length > 0) statements.push(statement('negative-variance', 'note', { sources: negative }));
  const kept = names.map((_, at) => Math.max(0, solved[at] as number));
  const total = kept.reduce((a, b) => a + b, 0);
  out.components = names.map((source, at) => ({
    source,
    variance: kept[at] as number,
    raw: solved[at] as number,
    share: total > 0 ? (kept[at] as number) / total : 0,
  }));
  out.usable = true;
  const share = (source: GSource): number =>
    out.components.find((part) => part.source === source)?.share ?? 0;
  if (share('person:rater') > share('person'))
    statements.push(
      statement('interaction-dominates', 'limits', {
        interaction: Math.round(100 * share('person:rater')),
        person: Math.round(100 * share('person')),
      }),
    );
  const perPerson = usual(table);
  out.current = dStudy(out, perPerson);
  return out;
}

function sameCells(a: Effect, b: Effect): boolean {
  const to = new Int32Array(a.levels).fill(-1);
  for (let at = 0; at < a.code.length; at++) {
    const level = a.code[at] as number;
    if (to[level] === -1) to[level] = b.code[at] as number;
    else if (to[level] !== b.code[at]) return false;
  }
  return true;
}

/** Harmonic means over persons of how many raters, and items, each has: what unbalanced error variances depend on. */
function usual(table: RatingsTable): { raters: number; items: number } {
  const raters = new Map<number, Set<number>>();
  const items = new Map<number, Set<number>>();
  for (let row = 0; row < table.size; row++) {
    const p = table.person[row] as number;
    if (!raters.has(p)) raters.set(p, new Set());
    if (!items.has(p)) items.set(p, new Set());
    raters.get(p)?.add(table.rater[row] as number);
    items.get(p)?.add(table.item[row] as number);
  }
  const harmonic = (sets: Map<number, Set<number>>): number =>
    sets.size / [...sets.values()].reduce((sum, set) => sum + 1 / set.size, 0);
  return { raters: harmonic(raters), items: harmonic(items) };
}

/**
 * How sure the mean of so many raters and items is (Brennan 2001, equations 4.19 to 4.24). In `raters-in-items`, `raters`
 * counts an item's raters.
 * @param options.fixedItems these items are the whole universe: their interaction with persons is then true variance
 * @throws OptionError for counts that are not positive
 */
export function dStudy(
  study: Pick<GStudy, 'components' | 'design'>,
  options: { raters: number; items: number; fixedItems?: boolean },
): DStudy {
  const { raters, items, fixedItems = false } = options;
  if (!(raters > 0) || !(items > 0))
    throw new OptionError('bad-count', `Raters and items must be more than 0, not ${raters} and ${items}.`);
  const of = (source: GSource): number =>
    study.components.find((part) => part.source === source)?.variance ?? 0;
  const universe = of('person') + (fixedItems ? of('person:item') / items : 0);
  const relativeError =
    of('person:rater') / raters +
    (fixedItems ? 0 : of('person:item') / items) +
    of('residual') / (raters * items);
  const absoluteError =
    relativeError +
    of('rater') / raters +
    (fixedItems ? 0 : of('item') / items) +
    of('rater:item') / (raters * items);
  const ratio = (error: number): number | null =>
    universe + error > 0 ? universe / (universe + error) : null;
  return {
    raters,
    items,
    relativeError,
    absoluteError,
    generalizability: ratio(relativeError),
    dependability: ratio(absoluteError),
  };
}

/** D studies over a grid, for a table or a plot of what more raters or items would bring. */
export function dStudyGrid(
  study: Pick<GStudy, 'components' | 'design'>,
  options: { raters?: readonly number[]; items?: readonly number[]; fixedItems?: boolean } = {},
): DStudy[] {
  const { raters = [1, 2, 3, 4, 5, 6], items = [1, 2, 4, 6, 8, 12], fixedItems = false } = options;
  return items.flatMap((n) => raters.map((r) => dStudy(study, { raters: r, items: n, fixedItems })));
}
