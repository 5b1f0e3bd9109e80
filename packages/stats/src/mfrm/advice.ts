/** What to do next, from what a fit shows. */
import { type Advice, advice, type StatementParams } from '../statements/statement.ts';
import type { RatingsFit } from './fit-types.ts';

const TARGET = 0.8;

export function advise(fit: RatingsFit): Advice[] {
  const out: Advice[] = [];
  const say = (code: string, params: StatementParams = {}): void => {
    out.push(advice(code, params));
  };
  const has = (code: string): boolean => fit.trust.statements.some((statement) => statement.code === code);
  if (!fit.trust.usable) say('use-raw-averages');
  if (has('disconnected')) say('link-panels');
  if (has('raters-items-confounded')) say('mix-raters-items');
  if (!fit.trust.usable) return out;

  const reliability = fit.reliability.persons.reliability;
  if (reliability !== null && reliability > 0.05 && reliability < TARGET)
    // Spearman–Brown, solved for the lengthening.
    say('add-ratings', {
      reliability: Number(reliability.toFixed(2)),
      target: TARGET,
      factor: Number(((TARGET * (1 - reliability)) / (reliability * (1 - TARGET))).toFixed(1)),
    });
  for (const { id, infit, infitZ } of fit.raters) {
    if (infit === null || infitZ === null) continue;
    if (infit > 1.4 && infitZ > 2) say('review-rater', { rater: id, infit: Number(infit.toFixed(2)) });
    if (infit < 0.6 && infitZ < -2) say('muted-rater', { rater: id, infit: Number(infit.toFixed(2)) });
  }
  const fair = fit.raters.flatMap(({ fairAverage }) => (fairAverage === null ? [] : [fairAverage]));
  const spread = fair.length > 1 ? Math.max(...fair) - Math.min(...fair) : 0;
  const { p } = fit.reliability.raters;
  if (p !== null && p < 0.05 && spread > 0.2) say('severity-matters', { points: Number(spread.toFixed(1)) });
  const scores = fit.trust.statements
    .filter(({ code }) => code === 'steps-disordered' || code === 'category-rare')
    .flatMap(({ params }) => (params.where ?? params.scores ?? []) as readonly string[]);
  if (scores.length > 0) say('merge-categories', { scores: [...new Set(scores)] });
  if (has('joint-bias')) say('use-mml');
  return out;
}
