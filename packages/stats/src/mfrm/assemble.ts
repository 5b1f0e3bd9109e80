/** From estimates to the result that people read: elements, steps, reliabilities. */

import { advice, type StatementParams, statement } from '../statements/statement.ts';
import type { RatingsTable } from '../table/ratings-table.ts';
import { advise } from './advice.ts';
import { type Connectivity, findConnectivity } from './connectivity.ts';
import type { Design, Extreme, RaschModel } from './design.ts';
import type { ExtremeEstimates } from './extreme.ts';
import type { FitStatistics, FitSums, ModelAgreement } from './fit-statistics.ts';
import type { Element, FitMethod, RatingsFit, Step } from './fit-types.ts';
import type { Estimation } from './jml.ts';
import { type Anchors, probabilities, stepTable } from './parameters.ts';
import { separation } from './separation.ts';
import { judge } from './trust.ts';

export interface Parts {
  design: Design;
  method: FitMethod;
  anchors: Anchors;
  connectivity: Connectivity;
  estimation: Estimation;
  extremes: ExtremeEstimates;
  statistics: FitStatistics;
  agreement: ModelAgreement;
  scale?: { min: number; max: number } | undefined;
}

/** Never a NaN or an infinity in a result. */
export const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Plain count and mean score of every level of a facet, over all ratings. */
function rawAverages(
  code: Int32Array,
  score: Float64Array,
  n: number,
): { count: Float64Array; mean: (number | null)[] } {
  const count = new Float64Array(n);
  const sum = new Float64Array(n);
  for (let row = 0; row < code.length; row++) {
    const e = code[row] as number;
    count[e] = (count[e] as number) + 1;
    sum[e] = (sum[e] as number) + (score[row] as number);
  }
  return {
    count,
    mean: Array.from(sum, (total, e) => ((count[e] as number) > 0 ? total / (count[e] as number) : null)),
  };
}

export function assembleFit(parts: Parts): RatingsFit {
  const { design: d, estimation, extremes, statistics, anchors, connectivity, method } = parts;
  const { table } = d;
  const { theta, facets } = estimation.parameters;
  const steps = stepTable(d, facets);

  const mean = (values: (number | null)[]): number => {
    const known = values.filter((value) => value !== null);
    return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 0;
  };
  const known = (extreme: Extreme, value: number): number | null => (extreme === 2 ? null : finite(value));
  const personMeasure = Array.from(theta, (value, n) => known(d.personExtreme[n] as Extreme, value));
  const raterMeasure = table.raters.map((_, r) => known(d.raterExtreme[r] as Extreme, facets[r] as number));
  const itemMeasure = table.items.map((_, i) =>
    known(d.itemExtreme[i] as Extreme, facets[d.raters + i] as number),
  );
  const centre = { person: mean(personMeasure), rater: mean(raterMeasure), item: mean(itemMeasure) };

  const p = new Float64Array(d.steps + 1);
  const score = (s: number, eta: number): number => {
    probabilities(d, steps, s, eta, p);
    let sum = 0;
    for (let k = 0; k <= d.steps; k++) sum += (p[k] as number) * (d.value[s * (d.steps + 1) + k] as number);
    return sum;
  };
  const livePcm = itemMeasure.flatMap((measure, i) =>
    measure !== null && (d.stepCount[d.model === 'rsm' ? 0 : i] as number) > 0 ? [i] : [],
  );
  /** All items at their mean under one step set; averaged over items where each has its own. */
  const fair = (eta: number): number | null =>
    d.model === 'rsm'
      ? finite(score(0, eta - centre.item))
      : livePcm.length === 0
        ? null
        : finite(livePcm.reduce((sum, i) => sum + score(i, eta - (itemMeasure[i] ?? 0)), 0) / livePcm.length);

  interface Facet {
    names: readonly string[];
    /** Measures sum to zero. */
    centred: boolean;
    code: Int32Array;
    measure: (number | null)[];
    extreme: Int8Array;
    round: Int32Array;
    se: (e: number) => number;
    info: (e: number) => number;
    extremeInfo: Float64Array;
    sums: FitSums;
    anchors: ReadonlyMap<number, number>;
    subset: Int32Array;
    fair: (e: number, measure: number) => number | null;
  }
  const elements = (facet: Facet): Element[] => {
    const raw = rawAverages(facet.code, table.score, facet.names.length);
    return facet.names.map((id, e): Element => {
      const measure = facet.measure[e] ?? null;
      const out = facet.round[e] !== -1;
      const info = out ? (facet.extremeInfo[e] as number) : facet.info(e);
      const conditional = info > 0 ? 1 / Math.sqrt(info) : null;
      const se = out && facet.se(e) === 0 ? conditional : finite(facet.se(e));
      const fits = !out && (facet.sums.count[e] as number) > 0 && measure !== null;
      const kind = facet.extreme[e] as Extreme;
      // The only one of its facet stands at zero by definition: that is no estimate, and nothing is known of its error.
      const alone = facet.centred && facet.names.length === 1 && !facet.anchors.has(e);
      return {
        id,
        measure,
        se: measure === null || alone ? null : se,
        seConditional: measure === null || alone ? null : conditional,
        infit: fits ? finite(facet.sums.infit[e]) : null,
        infitZ: fits ? finite(facet.sums.infitZ[e]) : null,
        outfit: fits ? finite(facet.sums.outfit[e]) : null,
        outfitZ: fits ? finite(facet.sums.outfitZ[e]) : null,
        extreme: kind === 1 ? 'high' : kind === -1 ? 'low' : false,
        anchored: facet.anchors.has(e),
        count: raw.count[e] as number,
        observedAverage: raw.mean[e] ?? null,
        fairAverage: measure === null ? null : facet.fair(e, measure),
        subset: Math.max(0, facet.subset[e] as number),
      };
    });
  };
  const persons = elements({
    names: table.persons,
    centred: false,
    code: table.person,
    measure: personMeasure,
    extreme: d.personExtreme,
    round: d.personRound,
    se: (n) => estimation.personSe[n] as number,
    info: (n) => estimation.personInfo[n] as number,
    extremeInfo: extremes.personInfo,
    sums: statistics.person,
    anchors: anchors.persons,
    subset: connectivity.person,
    fair: (_, measure) => fair(measure - centre.rater),
  });
  const raters = elements({
    names: table.raters,
    centred: true,
    code: table.rater,
    measure: raterMeasure,
    extreme: d.raterExtreme,
    round: d.raterRound,
    se: (r) => estimation.facetSe[r] as number,
    info: (r) => estimation.facetInfo[r] as number,
    extremeInfo: extremes.raterInfo,
    sums: statistics.rater,
    anchors: anchors.raters,
    subset: connectivity.rater,
    fair: (_, measure) => fair(centre.person - measure),
  });
  const items = elements({
    names: table.items,
    centred: true,
    code: table.item,
    measure: itemMeasure,
    extreme: d.itemExtreme,
    round: d.itemRound,
    se: (i) => estimation.facetSe[d.raters + i] as number,
    info: (i) => estimation.facetInfo[d.raters + i] as number,
    extremeInfo: extremes.itemInfo,
    sums: statistics.item,
    anchors: anchors.items,
    subset: connectivity.item,
    fair: (i, measure) =>
      (d.stepCount[d.model === 'rsm' ? 0 : i] as number) > 0
        ? finite(score(d.model === 'rsm' ? 0 : i, centre.person - centre.rater - measure))
        : null,
  });

  const reliability = {
    persons: separation(measured(persons)),
    raters: separation(measured(raters)),
    items: separation(measured(items)),
  };
  const fit: RatingsFit = {
    trust: judge(parts, { persons, raters, items }, stepList(d, estimation)),
    model: d.model,
    method,
    converged: estimation.converged,
    iterations: estimation.iterations,
    logLik: finite(estimation.logLik),
    size: {
      ratings: table.size,
      used: d.rows.length,
      persons: d.persons,
      raters: d.raters,
      items: d.items,
      scores: [...d.scores],
    },
    persons,
    raters,
    items,
    steps: stepList(d, estimation),
    reliability,
    agreement: parts.agreement,
    population: estimation.population ?? null,
    advice: [],
  };
  fit.advice = advise(fit);
  return fit;
}

/** Those with a measure and a standard error; anchored ones have none. */
const measured = (elements: readonly Element[]): { measure: number; se: number }[] =>
  elements.flatMap(({ measure, se }) => (measure !== null && se !== null && se > 0 ? [{ measure, se }] : []));

function stepList(d: Design, estimation: Estimation): Step[] {
  const out: Step[] = [];
  const base = d.raters + d.items;
  for (let s = 0; s < d.sets; s++)
    for (let k = 1; k <= (d.stepCount[s] as number); k++) {
      const at = base + s * d.steps + k - 1;
      out.push({
        item: d.model === 'rsm' ? null : (d.table.items[s] as string),
        category: d.label[s * (d.steps + 1) + k] as number,
        measure: estimation.parameters.facets[at] as number,
        se: finite(estimation.facetSe[at]),
      });
    }
  return out;
}

/** A result for data that no model can be fitted to: raw averages and a plain statement why. */
export function unusableFit(
  table: RatingsTable,
  { model, method }: { model: RaschModel; method: FitMethod },
  reason: { code: string; params: StatementParams },
): RatingsFit {
  const connectivity = table.size > 0 ? findConnectivity(table) : null;
  const blank = (names: readonly string[], code: Int32Array, subset: Int32Array | undefined): Element[] => {
    const raw = rawAverages(code, table.score, names.length);
    return names.map((id, e) => ({
      id,
      measure: null,
      se: null,
      seConditional: null,
      infit: null,
      infitZ: null,
      outfit: null,
      outfitZ: null,
      extreme: false,
      anchored: false,
      count: raw.count[e] as number,
      observedAverage: raw.mean[e] ?? null,
      fairAverage: null,
      subset: Math.max(0, subset?.[e] ?? 0),
    }));
  };
  return {
    trust: {
      usable: false,
      converged: false,
      connected: connectivity?.connected ?? false,
      subsets: connectivity?.subsets ?? 0,
      extreme: { persons: 0, raters: 0, items: 0 },
      statements: [statement(reason.code, 'fatal', reason.params)],
    },
    model,
    method,
    converged: false,
    iterations: 0,
    logLik: null,
    size: {
      ratings: table.size,
      used: 0,
      persons: table.persons.length,
      raters: table.raters.length,
      items: table.items.length,
      scores: [...new Set(table.score)].sort((a, b) => a - b).slice(0, 1000),
    },
    persons: blank(table.persons, table.person, connectivity?.person),
    raters: blank(table.raters, table.rater, connectivity?.rater),
    items: blank(table.items, table.item, connectivity?.item),
    steps: [],
    reliability: { persons: separation([]), raters: separation([]), items: separation([]) },
    agreement: {
      pairs: 0,
      observed: null,
      expected: null,
      raters: table.raters.map((id) => ({ id, pairs: 0, observed: null, expected: null })),
    },
    population: null,
    advice: [advice('use-raw-averages')],
  };
}
