/** Whether a fit may be trusted, and what cannot be known from these data. */

import {
  type Statement,
  type StatementLevel,
  type StatementParams,
  statement,
} from '../statements/statement.ts';
import type { Parts } from './assemble.ts';
import type { Element, Step, Trust } from './fit-types.ts';

/** Fewer persons than this, or fewer ratings a parameter, and a Rasch model says nothing worth deciding on. */
const LEAST_PERSONS = 5;
/** With L ratings a person, joint estimates are stretched by about L / (L − 1): 2 % at 50. */
const STRETCHED_BELOW = 50;
const LEAST_RATINGS_PER_PARAMETER = 4;
const FEW_PERSONS = 30;
const RARE = 10;

export function judge(
  { design: d, method, connectivity, estimation, scale }: Parts,
  { persons, raters, items }: { persons: Element[]; raters: Element[]; items: Element[] },
  steps: readonly Step[],
): Trust {
  const { table } = d;
  const statements: Statement[] = [];
  const say = (code: string, level: StatementLevel, params: StatementParams = {}): void => {
    statements.push(statement(code, level, params));
  };
  const extremeNames = (elements: Element[]): string[] =>
    elements.flatMap(({ id, extreme }) => (extreme ? [id] : []));
  const live = (rounds: Int32Array): number => rounds.reduce((sum, round) => sum + (round === -1 ? 1 : 0), 0);

  const livePersons = live(d.personRound);
  const parameters =
    (method === 'jml' ? livePersons : 2) +
    Math.max(0, live(d.raterRound) - 1) +
    Math.max(0, live(d.itemRound) - 1) +
    steps.length;
  const tooSmall =
    livePersons < LEAST_PERSONS ||
    d.rows.length < LEAST_RATINGS_PER_PARAMETER * (parameters - (method === 'jml' ? livePersons : 0));
  if (tooSmall) say('too-small', 'fatal', { persons: livePersons, ratings: d.rows.length, parameters });
  if (estimation.ridged === 'separated') say('separated', 'fatal');
  else if (!estimation.converged) say('not-converged', 'fatal', { iterations: estimation.iterations });
  if (connectivity.subsets > 1) say('disconnected', 'limits', { subsets: connectivity.subsets });
  else if (!connectivity.connected) say('raters-items-confounded', 'limits');
  if (d.raters === 1) say('one-rater', 'limits');
  if (d.items === 1) say('one-item', 'note');
  if (!tooSmall && livePersons < FEW_PERSONS) say('small', 'limits', { persons: livePersons });

  const extreme = {
    persons: extremeNames(persons),
    raters: extremeNames(raters),
    items: extremeNames(items),
  };
  if (extreme.persons.length > 0)
    say('extreme-persons', 'limits', { count: extreme.persons.length, names: extreme.persons });
  if (extreme.raters.length > 0)
    say('extreme-raters', 'limits', { count: extreme.raters.length, names: extreme.raters });
  if (extreme.items.length > 0)
    say('extreme-items', 'limits', { count: extreme.items.length, names: extreme.items });
  const blank = [...persons, ...raters, ...items]
    .filter(({ measure }) => measure === null)
    .map(({ id }) => id);
  if (blank.length > 0) say('no-information', 'limits', { names: blank });

  sayCategories(d, scale, say);
  const disordered = steps.filter((step, at) => {
    const before = steps[at - 1];
    return before !== undefined && before.item === step.item && step.measure < before.measure;
  });
  if (disordered.length > 0)
    say('steps-disordered', 'note', {
      where: disordered.map(({ item, category }) =>
        item === null ? String(category) : `${item} ${category}`,
      ),
    });
  if (table.dropped.repeated > 0) say('repeated', 'note', { count: table.dropped.repeated });
  if (table.dropped.missing > 0) say('missing', 'note', { count: table.dropped.missing });
  if (estimation.conditionalSe) say('conditional-se', 'note');
  if (estimation.population && estimation.population.sd <= 0.011) say('no-person-variance', 'limits');
  const perPerson = livePersons > 0 ? d.rows.length / livePersons : 0;
  if (method === 'jml' && !tooSmall && perPerson < STRETCHED_BELOW)
    say('joint-bias', 'note', { ratings: Number(perPerson.toFixed(1)) });

  return {
    usable: !statements.some(({ level }) => level === 'fatal'),
    converged: estimation.converged,
    connected: connectivity.connected,
    subsets: connectivity.subsets,
    extreme: {
      persons: extreme.persons.length,
      raters: extreme.raters.length,
      items: extreme.items.length,
    },
    statements,
  };
}

/** Scores of the scale that nobody in the fit used, and those that hardly anybody did. */
function sayCategories(
  d: Parts['design'],
  scale: Parts['scale'],
  say: (code: string, level: StatementLevel, params?: StatementParams) => void,
): void {
  const whole = d.scores.every((score) => Number.isInteger(score));
  const low = scale?.min ?? (d.scores[0] as number);
  const high = scale?.max ?? (d.scores[d.scores.length - 1] as number);
  const active = new Map<number, number>();
  for (const row of d.rows) {
    const score = d.table.score[row] as number;
    active.set(score, (active.get(score) ?? 0) + 1);
  }
  const unused: string[] = [];
  if (whole && high - low <= 100) {
    for (let score = low; score <= high; score++) if (!active.has(score)) unused.push(String(score));
  }
  if (unused.length > 0) say('category-unused', 'limits', { scores: unused });
  const rare = [...active]
    .filter(([, count]) => count < RARE)
    .map(([score]) => score)
    .sort((a, b) => a - b);
  if (rare.length > 0) say('category-rare', 'note', { scores: rare.map(String) });
}
