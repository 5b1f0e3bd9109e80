/** The analysis that the decision page shows: what is known of the scores, and of choosing so many. Pure. */
import { rankingUncertainty, weightSensitivity } from '@viva/stats';
import type { Analysis } from '../contract/analysis.ts';
import { type FitInput, fitOpening, type OpeningFit } from './fit-opening.ts';
import { namePeople } from './name-people.ts';
import type { Named } from './say.ts';

export interface AnalysisInput extends FitInput {
  candidates: readonly { id: string; name: string; withdrawn: boolean }[];
  raters: readonly { id: string; name: string | Named }[];
  /** How many are to be chosen; held within 1 and one less than the candidates. */
  top: number;
}

export const analyse = (input: AnalysisInput): Analysis =>
  namePeople(chooseTop(fitOpening(input), input.top), namesOf(input));

export const namesOf = ({ candidates, raters }: Pick<AnalysisInput, 'candidates' | 'raters'>) =>
  new Map<string, string | Named>([...candidates, ...raters].map(({ id, name }) => [id, name]));

/** Adds what hangs on how many are to be chosen. Marks still stand where names go. */
export function chooseTop({ analysis, ranked, weights, without }: OpeningFit, wanted: number): Analysis {
  const top = Math.max(1, Math.min(wanted, ranked.length - 1));
  const chosen = [...ranked]
    .sort((a, b) => b.score - a.score)
    .slice(0, top)
    .map(({ id }) => id);
  const draws = Math.max(2000, Math.min(10_000, Math.floor(2e5 / Math.max(1, ranked.length))));
  const scored = ranked.flatMap(({ id, score, se }) => (se === null ? [] : [{ id, score, se }]));
  const ranking =
    analysis.basis === 'model' && scored.length > 1 ? rankingUncertainty(scored, { k: top, draws }) : null;
  const ranks = new Map(ranking?.persons.map((person) => [person.id, person]));
  const weighing =
    ranked.length > 1
      ? weightSensitivity(
          ranked.map(({ id, competencies }) => ({ id, scores: competencies })),
          weights,
          { k: top, draws: Math.min(draws, 2000) },
        )
      : null;
  const weighed = new Map(weighing?.persons.map((person) => [person.id, person]));
  return {
    ...analysis,
    top,
    candidates: analysis.candidates.map((candidate) => {
      const rank = ranks.get(candidate.candidateId);
      const weight = weighed.get(candidate.candidateId);
      return {
        ...candidate,
        rank: rank ? { rank: rank.rank, lower: rank.lowerRank, upper: rank.upperRank, top: rank.topK } : null,
        weights: weight ? { top: weight.topK, lower: weight.lower, upper: weight.upper } : null,
      };
    }),
    sameTop: ranking?.sameSet ?? null,
    stableWeights: weighing?.stable ?? null,
    without: without.map(({ raterId, order }) => {
      const now = order.slice(0, top);
      return {
        raterId,
        top: now,
        same: now.length === chosen.length && now.every((id) => chosen.includes(id)),
      };
    }),
  };
}
