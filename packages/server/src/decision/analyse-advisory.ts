/**
 * The advisory rater beside the panel: how severe, how well it fits, how far it agrees, and whether its own spread tells
 * where it errs. The panel's analysis is never touched: its raters, questions, steps and the population of candidates are
 * held where the panel's ratings alone put them, and the advisory rater's severity is the one thing that is estimated,
 * with the candidates integrated out (held at their shrunken estimates, they would bias it towards the panel). Pure.
 */
import {
  cohenKappa,
  fitRatings,
  icc,
  type RatingsFit,
  type RatingsTable,
  rankCorrelation,
  ratingsTable,
  TableShapeError,
} from '@viva/stats';
import { ADVISOR_ID, type AdvisoryReport } from '../contract/advisory.ts';

export interface Scored {
  candidateId: string;
  raterId: string;
  question: string;
  score: number | null;
}

export interface AdvisoryInput {
  /** First ratings of the panel, of revealed candidates; never the advisory rater's. */
  panel: readonly Scored[];
  advisory: readonly { candidateId: string; question: string; score: number | null; spread: number | null }[];
}

type Figures = Pick<AdvisoryReport, 'severity' | 'agreement' | 'spread'>;
type Estimate = AdvisoryReport['agreement']['kappa'];

const SCALE = { min: 1, max: 5 };
const POINTS = [1, 2, 3, 4, 5];
/** Agreement from fewer answers than this is no figure. */
const FEWEST = 5;
const NONE: Estimate = { value: null, lower: null, upper: null };

const rows = (ratings: readonly Scored[]) =>
  ratings.flatMap(({ candidateId, raterId, question, score }) =>
    score === null ? [] : [{ person: candidateId, rater: raterId, item: question, score }],
  );
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

export function analyseAdvisory({ panel, advisory }: AdvisoryInput): Figures {
  const byAnswer = new Map<string, number[]>();
  for (const { candidateId, question, score } of panel) {
    if (score === null) continue;
    const key = `${candidateId} ${question}`;
    byAnswer.set(key, [...(byAnswer.get(key) ?? []), score]);
  }
  const pairs = advisory.flatMap(({ candidateId, question, score, spread }) => {
    const own = mean(byAnswer.get(`${candidateId} ${question}`) ?? []);
    return score === null || own === null ? [] : [{ score, panel: own, spread }];
  });
  return {
    severity: severityOf(panel, advisory),
    agreement: agreementOf(pairs, panel),
    spread: spreadOf(pairs),
  };
}

interface Pair {
  score: number;
  panel: number;
  spread: number | null;
}

function agreementOf(pairs: readonly Pair[], panel: readonly Scored[]): Figures['agreement'] {
  const differences = pairs.map(({ score, panel: own }) => score - own);
  const share = (within: number): number | null =>
    pairs.length === 0
      ? null
      : pairs.filter(({ score, panel: own }) => Math.abs(score - Math.round(own)) <= within).length /
        pairs.length;
  const enough = (make: () => Estimate): Estimate => (pairs.length < FEWEST ? NONE : estimate(make));
  return {
    answers: pairs.length,
    exact: share(0),
    adjacent: share(1),
    difference: mean(differences),
    kappa: enough(() =>
      cohenKappa(
        pairs.map(({ score }) => score),
        pairs.map(({ panel: own }) => Math.round(own)),
        { weights: 'quadratic', categories: POINTS },
      ),
    ),
    icc: enough(() => icc(pairs.map(({ score, panel: own }) => [own, score])).forms['2,1']),
    amongPanel: amongPanel(panel),
  };
}

/** Too few answers for a figure are no figure, not a fault. */
function estimate(make: () => Estimate): Estimate {
  try {
    const { value, lower, upper } = make();
    return { value, lower, upper };
  } catch (error) {
    if (error instanceof TableShapeError) return NONE;
    throw error;
  }
}

/** Mean quadratically weighted kappa over all pairs of panel members with answers in common. */
function amongPanel(panel: readonly Scored[]): number | null {
  const raters = [...new Set(panel.map(({ raterId }) => raterId))].sort();
  const of = new Map<string, Map<string, number>>();
  for (const { raterId, candidateId, question, score } of panel) {
    if (score === null) continue;
    const own = of.get(raterId) ?? new Map<string, number>();
    of.set(raterId, own.set(`${candidateId} ${question}`, score));
  }
  const kappas: number[] = [];
  for (const [at, first] of raters.entries())
    for (const second of raters.slice(at + 1)) {
      const answers = [...(of.get(first) ?? new Map<string, number>())];
      const others = of.get(second) ?? new Map<string, number>();
      const { value } = estimate(() =>
        cohenKappa(
          answers.map(([, score]) => score),
          answers.map(([answer]) => others.get(answer) ?? null),
          { weights: 'quadratic', categories: POINTS },
        ),
      );
      if (value !== null) kappas.push(value);
    }
  return mean(kappas);
}

function spreadOf(pairs: readonly Pair[]): Figures['spread'] {
  const voted = pairs.flatMap(({ spread, score, panel }) =>
    spread === null ? [] : [{ spread, error: Math.abs(score - panel) }],
  );
  if (voted.length === 0) return null;
  const { value, lower, upper, p } = rankCorrelation(
    voted.map(({ spread }) => spread),
    voted.map(({ error }) => error),
  );
  return {
    correlation: { value, lower, upper, p },
    groups: [true, false].map((unanimous) => {
      const own = voted.filter(({ spread }) => (spread === 0) === unanimous);
      return { unanimous, answers: own.length, meanError: mean(own.map(({ error }) => error)) };
    }),
  };
}

const anchorsOf = (elements: RatingsFit['persons'], table: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    elements.flatMap(({ id, measure }) => (measure !== null && table.includes(id) ? [[id, measure]] : [])),
  );

/** Null where the panel's ratings support no model, or the advisory rater gave no score. */
function severityOf(panel: readonly Scored[], advisory: AdvisoryInput['advisory']): Figures['severity'] {
  const own = ratingsTable(rows(panel));
  const fit = fitRatings(own, { model: 'rsm', method: 'mml', scale: SCALE });
  if (!fit.trust.usable || !fit.trust.connected) return null;
  const known = new Set(
    [...fit.persons, ...fit.items].flatMap(({ id, measure }) => (measure === null ? [] : [id])),
  );
  const given = advisory.filter(
    ({ candidateId, question, score }) => score !== null && known.has(candidateId) && known.has(question),
  );
  if (given.length === 0) return null;
  const table: RatingsTable = ratingsTable([
    ...rows(panel.filter(({ candidateId, question }) => known.has(candidateId) && known.has(question))),
    ...rows(given.map((one) => ({ ...one, raterId: ADVISOR_ID }))),
  ]);
  const anchored = fitRatings(table, {
    model: 'rsm',
    method: 'mml',
    scale: SCALE,
    anchors: {
      raters: anchorsOf(fit.raters, table.raters),
      items: anchorsOf(fit.items, table.items),
      steps: Object.fromEntries(fit.steps.map(({ category, measure }) => [category, measure])),
    },
    ...(fit.population ? { population: { mean: fit.population.mean, sd: fit.population.sd } } : {}),
  });
  const advisor = anchored.raters.find(({ id }) => id === ADVISOR_ID);
  if (!advisor || advisor.measure === null) return null;
  // The mean is the panel’s alone: one that held the advisory rater too would shrink the difference.
  const fair = anchored.raters.flatMap(({ id, fairAverage }) =>
    id === ADVISOR_ID || fairAverage === null ? [] : [fairAverage],
  );
  const panelMean = mean(fair);
  const conditional = advisor.se ?? advisor.seConditional;
  // Held figures are estimates too: without the error of the panel's mean the interval would be too narrow.
  const place = fit.raters.map(({ se }) => (se ?? 0) / fit.raters.length);
  return {
    measure: advisor.measure,
    se: conditional === null ? null : Math.hypot(conditional, ...place),
    points: advisor.fairAverage === null || panelMean === null ? null : advisor.fairAverage - panelMean,
    infit: advisor.infit,
    outfit: advisor.outfit,
  };
}
