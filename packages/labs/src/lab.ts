/** What a lab is: parameters with explanations, a run that can be driven step by step, and measures. No DOM, no clock of its own. */
import type { z } from 'zod';

export type Localised = Readonly<Record<'zh-CN' | 'en', string>>;

/** A text in both languages. */
export const both = (zh: string, en: string): Localised => ({ 'zh-CN': zh, en });
/** One option of a field. */
export const choice = (value: string, zh: string, en: string) => ({ value, label: both(zh, en) });
/** Options that are numbers, and read the same in both languages. */
export const numbers = (...values: number[]) =>
  values.map((value) => choice(`${value}`, `${value}`, `${value}`));

/** How a parameter is shown and explained. The schema says what is allowed; this says it to people. */
export interface Field {
  id: string;
  group: string;
  label: Localised;
  help: Localised;
  /** For numbers: a slider's ends and grain. */
  range?: readonly [min: number, max: number, step: number];
  /** For a choice. */
  options?: readonly { value: string; label: Localised }[];
  /** Shown only where another parameter has one of these values. */
  when?: { field: string; is: readonly string[] };
  /** Edited by a control of its own, not by the form. */
  hidden?: boolean;
}

export interface Metric {
  id: string;
  label: Localised;
  help: Localised;
  better: 'higher' | 'lower' | null;
  digits: number;
}

export interface Preset {
  id: string;
  title: Localised;
  about: Localised;
  params: Readonly<Record<string, unknown>>;
}

export type Measures = Readonly<Record<string, number | null>>;

/** One seeded run. Calls never overlap; `dispose` frees everything, also in the middle. */
export interface Session {
  /** Rounds in all, and done. */
  readonly steps: number;
  readonly at: number;
  /** @param part one part of a round alone, for labs whose rounds have parts */
  advance(rounds: number, part?: string): Promise<void>;
  /** The full measures, drawn from a stream of their own: measuring does not change the run. */
  measure(): Promise<Measures>;
  dispose(): void;
}

/** A session that can be drawn. Buffers of a frame may be handed over, so each call makes its own. */
export interface DrawnSession<View, Frame> extends Session {
  frame(view: View): Promise<Frame>;
}

/** What a lab is, without what runs it. */
export interface LabDescription<P> {
  id: string;
  title: Localised;
  summary: Localised;
  params: z.ZodType<P>;
  fields: readonly Field[];
  groups: Readonly<Record<string, Localised>>;
  presets: readonly Preset[];
  metrics: readonly Metric[];
  /** Parameters that training does not depend on: a page may change them while the run goes on, by its view. */
  live?: readonly string[];
  /** What is compared: measures named `<id>.<name>` stand in one column of the table, rows of one name side by side. */
  columns?: readonly { id: string; label: Localised }[];
}

export interface Lab<P, S extends Session = Session> extends LabDescription<P> {
  begin(params: P, seed: number): Promise<S>;
}

export interface RunProgress {
  step: number;
  steps: number;
}

/**
 * Runs a lab to its end.
 * @param options.onProgress called after each slice of rounds
 * @throws the signal's reason where it is aborted; everything is freed then too
 */
export async function runLab<P>(
  lab: Lab<P>,
  params: P,
  options: { seed: number; onProgress?: (progress: RunProgress) => void; signal?: AbortSignal },
): Promise<Measures> {
  const session = await lab.begin(params, options.seed);
  let breathed = performance.now();
  try {
    while (session.at < session.steps) {
      // The engine's promises settle without the event loop: signals and timers would never be heard.
      if (performance.now() - breathed > 40) {
        await new Promise((done) => setTimeout(done));
        breathed = performance.now();
      }
      options.signal?.throwIfAborted();
      await session.advance(Math.min(10, session.steps - session.at));
      options.onProgress?.({ step: session.at, steps: session.steps });
    }
    await new Promise((done) => setTimeout(done));
    options.signal?.throwIfAborted();
    return await session.measure();
  } finally {
    session.dispose();
  }
}

export interface Summary {
  mean: number;
  /** Sample standard deviation; null with one seed. */
  sd: number | null;
  min: number;
  max: number;
}

/** Each measure over the seeds that have it. */
export function summarise(seeds: readonly { metrics: Measures }[]): Record<string, Summary> {
  const names = [...new Set(seeds.flatMap(({ metrics }) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = seeds.flatMap(({ metrics }) => {
        const value = metrics[name];
        return value === null || value === undefined ? [] : [value];
      });
      if (values.length === 0) return [];
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const sd =
        values.length < 2
          ? null
          : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
      return [[name, { mean, sd, min: Math.min(...values), max: Math.max(...values) }] as const];
    }),
  );
}
