/** The stable JSON of a fit, as `viva stats fit --json` prints it. */
import type { Element, RatingsFit } from './fit-types.ts';

export interface FitJsonElement {
  id: string;
  /** Ability, severity or difficulty in logits; null where nothing can be known. */
  measure: number | null;
  se: number | null;
  /** Mean squares. */
  infit: number | null;
  outfit: number | null;
  extreme: false | 'high' | 'low';
  fairAverage: number | null;
}

export interface FitJson {
  model: 'rsm' | 'pcm';
  method: 'jml' | 'mml';
  converged: boolean;
  iterations: number;
  logLik: number | null;
  persons: FitJsonElement[];
  raters: FitJsonElement[];
  items: FitJsonElement[];
  /** `item` only under partial credit. */
  steps: { category: number; measure: number; item?: string }[];
  reliability: { persons: number | null; raters: number | null; items: number | null };
  warnings: { code: string; level: string; params: Record<string, unknown>; text: string }[];
  usable: boolean;
  connected: boolean;
  advice: { code: string; params: Record<string, unknown>; text: string }[];
}

const element = ({ id, measure, se, infit, outfit, extreme, fairAverage }: Element): FitJsonElement => ({
  id,
  measure,
  se,
  infit,
  outfit,
  extreme,
  fairAverage,
});

/** Plain data, without NaN or infinities; `JSON.stringify` loses nothing of it. */
export function toFitJson(fit: RatingsFit): FitJson {
  return {
    model: fit.model,
    method: fit.method,
    usable: fit.trust.usable,
    connected: fit.trust.connected,
    converged: fit.converged,
    iterations: fit.iterations,
    logLik: fit.logLik,
    persons: fit.persons.map(element),
    raters: fit.raters.map(element),
    items: fit.items.map(element),
    steps: fit.steps.map(({ item, category, measure }) =>
      item === null ? { category, measure } : { item, category, measure },
    ),
    reliability: {
      persons: fit.reliability.persons.reliability,
      raters: fit.reliability.raters.reliability,
      items: fit.reliability.items.reliability,
    },
    warnings: fit.trust.statements.map(({ code, level, params, text }) => ({
      code,
      level,
      params: { ...params },
      text,
    })),
    advice: fit.advice.map(({ code, params, text }) => ({ code, params: { ...params }, text })),
  };
}
