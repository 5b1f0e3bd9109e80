/** One item over everything that it was asked in: difficulty and fit, scores never given, drift between raters. */
import { biasInteractions } from '../mfrm/bias.ts';
import { fitRatings } from '../mfrm/fit.ts';
import type { Element, RatingsFit } from '../mfrm/fit-types.ts';
import { normalP } from '../numeric/distributions.ts';
import { type Statement, statement } from '../statements/statement.ts';
import { type RatingsTable, ratingsTable } from '../table/ratings-table.ts';
import { compareRaters } from './compare-raters.ts';

export interface TimedRating {
  person: string;
  rater: string;
  item: string;
  score: number;
  /** When it was given, in any unit that grows. */
  at: number;
}

export interface ItemEstimate {
  value: number;
  lower: number;
  upper: number;
}

export interface ItemVersion {
  item: string;
  ratings: number;
  mean: number | null;
  /** Logits against the other items; null where too little is known to tell it from ability and severity. */
  difficulty: ItemEstimate | null;
  /** What an average person gets from an average rater, on the scale. */
  fairAverage: number | null;
  infit: number | null;
  infitZ: number | null;
  outfit: number | null;
  outfitZ: number | null;
}

export interface ItemRater {
  id: string;
  /** Ratings of this item. */
  ratings: number;
  /** Extra severity on this item beyond the rater's own, logits; in each half of time, and what changed. */
  severity: ItemEstimate | null;
  early: ItemEstimate | null;
  late: ItemEstimate | null;
  /** Late less early; p adjusted for the number of raters (Holm 1979). */
  drift: (ItemEstimate & { pAdjusted: number }) | null;
  /** Own scores less the others' on the same answers; what is left where there is no model. */
  difference: number | null;
}

export interface ItemReport {
  basis: 'model' | 'plain' | 'none';
  statements: Statement[];
  versions: ItemVersion[];
  /** Every score of the scale; `atMost` where nobody gave it. */
  scores: { score: number; count: number; atMost: number | null }[];
  raters: ItemRater[];
  /** From here on a rating is late; null where all came at once. */
  split: number | null;
}

/** Fewer ratings than this leave an item's difficulty within about a logit either way (Linacre 1994). */
const STABLE = 30;
/** A rater needs so many ratings of the item in each half before a change says anything. */
const LEAST_A_HALF = 5;
const Z = 1.959964;
/** Statements about persons' measures, of no concern to an item. */
const NOT_OF_ITEMS = new Set(['extreme-persons', 'joint-bias', 'no-person-variance', 'missing']);

const interval = (value: number, se: number): ItemEstimate => ({
  value,
  lower: value - Z * se,
  upper: value + Z * se,
});

/**
 * The largest true share of a score that `n` ratings would with 5 % chance still never show: 1 − 0.05^(1/n), the exact
 * upper limit for no occurrence in n (Clopper & Pearson 1934).
 */
export const unseenShare = (n: number): number => (n > 0 ? 1 - 0.05 ** (1 / n) : 1);

/**
 * Reports on an item that may have several versions.
 * @param ratings of everything that was asked together with it: persons stand on one scale by their other answers
 * @param versions the item's names in `ratings`
 * @param scale as it was given to raters
 */
export function itemReport(
  ratings: readonly TimedRating[],
  versions: readonly string[],
  scale: { min: number; max: number },
): ItemReport {
  const names = new Set(versions);
  const own = ratings.filter(({ item }) => names.has(item));
  const scores = Array.from({ length: scale.max - scale.min + 1 }, (_, at) => {
    const score = scale.min + at;
    const count = own.filter((rating) => rating.score === score).length;
    return { score, count, atMost: own.length > 0 && count === 0 ? unseenShare(own.length) : null };
  });
  if (own.length === 0)
    return {
      basis: 'none',
      statements: [],
      versions: versions.map((item) => unknown(item, [])),
      scores,
      raters: [],
      split: null,
    };
  const table = ratingsTable(ratings);
  const fit = fitRatings(table, { model: 'rsm', method: 'mml', scale });
  const live = fit.trust.usable && fit.trust.connected;
  const confounded = fit.trust.statements.some(({ code }) => code === 'raters-items-confounded');
  const placed = live && table.items.length > 1 && !confounded;
  const statements = fit.trust.statements.filter(({ code }) => !NOT_OF_ITEMS.has(code));
  if (own.length < STABLE)
    statements.push(statement('item-few-ratings', 'limits', { ratings: own.length, least: STABLE }));
  const split = halves(own);
  const halvesKnown = live ? severities(ratings, names, split, scale) : null;
  const compared = new Map(compareRaters(ratingsTable(own)).map((one) => [one.id, one.difference]));
  const elements = new Map(fit.items.map((element) => [element.id, element]));
  const raters = [...new Set(own.map(({ rater }) => rater))].map((id): ItemRater => {
    const known = halvesKnown?.get(id);
    return {
      id,
      ratings: own.filter(({ rater }) => rater === id).length,
      severity: known?.severity ?? null,
      early: known?.early ?? null,
      late: known?.late ?? null,
      drift: known?.drift ?? null,
      difference: compared.get(id) ?? null,
    };
  });
  if (live && split !== null && !raters.some(({ drift }) => drift !== null))
    statements.push(statement('drift-few-ratings', 'limits', { least: LEAST_A_HALF }));
  return {
    basis: live ? 'model' : 'plain',
    statements,
    versions: versions.map((item) => {
      const mine = own.filter((rating) => rating.item === item);
      const element = elements.get(item);
      return placed && element ? measured(item, mine, element) : unknown(item, mine);
    }),
    scores,
    raters,
    split,
  };
}

const meanOf = (ratings: readonly TimedRating[]): number | null =>
  ratings.length === 0 ? null : ratings.reduce((sum, { score }) => sum + score, 0) / ratings.length;

const unknown = (item: string, ratings: readonly TimedRating[]): ItemVersion => ({
  item,
  ratings: ratings.length,
  mean: meanOf(ratings),
  difficulty: null,
  fairAverage: null,
  infit: null,
  infitZ: null,
  outfit: null,
  outfitZ: null,
});

function measured(item: string, ratings: readonly TimedRating[], element: Element): ItemVersion {
  const { measure, se, fairAverage, infit, infitZ, outfit, outfitZ } = element;
  return {
    ...unknown(item, ratings),
    difficulty: measure !== null && se !== null ? interval(measure, se) : null,
    fairAverage,
    infit,
    infitZ,
    outfit,
    outfitZ,
  };
}

/** The time that parts the item's ratings into halves as equal as ties allow. */
function halves(own: readonly TimedRating[]): number | null {
  const times = own.map(({ at }) => at).sort((a, b) => a - b);
  const middle = times[Math.ceil(times.length / 2)];
  const first = times[0];
  if (middle === undefined || first === undefined) return null;
  const split = middle > first ? middle : times.find((at) => at > first);
  return split ?? null;
}

type Severities = Map<string, Pick<ItemRater, 'severity' | 'early' | 'late' | 'drift'>>;

/**
 * Each rater's extra severity on the item, by halves: the item stands as two, one a half, so that its own drift is not
 * taken for the raters', and the interaction of rater and item is read in each (Linacre's bias analysis).
 */
function severities(
  ratings: readonly TimedRating[],
  names: ReadonlySet<string>,
  split: number | null,
  scale: { min: number; max: number },
): Severities | null {
  const halfOf = ({ item, at }: TimedRating): string =>
    names.has(item) ? (split !== null && at >= split ? '\u0000late' : '\u0000early') : item;
  const table: RatingsTable = ratingsTable(ratings.map((rating) => ({ ...rating, item: halfOf(rating) })));
  const fit: RatingsFit = fitRatings(table, { model: 'rsm', method: 'mml', scale });
  if (!fit.trust.usable || !fit.trust.connected || table.raters.length < 2) return null;
  const found = new Map<
    string,
    {
      early?: { bias: number; se: number; count: number };
      late?: { bias: number; se: number; count: number };
    }
  >();
  for (const { rater, other, bias, se, count } of biasInteractions(fit, 'item').terms) {
    const half = other === '\u0000early' ? 'early' : other === '\u0000late' ? 'late' : null;
    if (half) found.set(rater, { ...found.get(rater), [half]: { bias, se, count } });
  }
  const result: Severities = new Map();
  for (const [rater, { early, late }] of found) {
    const parts = [early, late].flatMap((one) => (one ? [one] : []));
    const weight = parts.reduce((sum, { se }) => sum + 1 / se ** 2, 0);
    const pooled = parts.reduce((sum, { bias, se }) => sum + bias / se ** 2, 0) / weight;
    const enough = early && late && Math.min(early.count, late.count) >= LEAST_A_HALF;
    const se = enough ? Math.hypot(early.se, late.se) : 0;
    result.set(rater, {
      severity: weight > 0 ? interval(pooled, 1 / Math.sqrt(weight)) : null,
      early: early ? interval(early.bias, early.se) : null,
      late: late ? interval(late.bias, late.se) : null,
      drift: enough
        ? { ...interval(late.bias - early.bias, se), pAdjusted: normalP((late.bias - early.bias) / se) }
        : null,
    });
  }
  // Holm 1979: the smallest p times the number of raters, the next times one less, never falling.
  const drifts = [...result.values()].flatMap(({ drift }) => (drift ? [drift] : []));
  let least = 0;
  for (const [at, drift] of drifts.sort((a, b) => a.pAdjusted - b.pAdjusted).entries()) {
    least = Math.max(least, Math.min(1, drift.pAdjusted * (drifts.length - at)));
    drift.pAdjusted = least;
  }
  return result;
}
