/** What a page and its training worker say to each other. */

/** From the page. `start` again begins anew; everything of the former run is freed first. */
export type Command<Request, View> =
  | { kind: 'start'; request: Request; view: View }
  /** Steps a frame; 0 as fast as it goes. */
  | { kind: 'play'; speed: number }
  | { kind: 'pause' }
  /** One step, or that part of one. */
  | { kind: 'step'; part?: string }
  /** What to draw has changed: a new frame is wanted without training. */
  | { kind: 'view'; view: View }
  /** The page has drawn the last frame; until then none is sent. */
  | { kind: 'drawn' }
  /** The full measures of where it stands. */
  | { kind: 'measure' }
  | { kind: 'stop' };

/** From the worker. */
export type Report<Frame> =
  | { kind: 'measures'; step: number; measures: Readonly<Record<string, number | null>> }
  | { kind: 'frame'; step: number; steps: number; rate: number | null; running: boolean; frame: Frame }
  | { kind: 'failed'; message: string };

/** What a lab's worker trains. */
export interface LabRequest<P> {
  params: P;
  seed: number;
}

/** From the page, to a worker of its own: the same parameters over seeds, each to its end. */
export interface SeedsCommand<P> {
  kind: 'seeds';
  params: P;
  from: number;
  count: number;
}

export type SeedsReport =
  | { kind: 'seed-progress'; seed: number; share: number }
  | { kind: 'seed-done'; seed: number; metrics: Readonly<Record<string, number | null>>; engine: string }
  | { kind: 'seeds-done' }
  | { kind: 'seeds-failed'; message: string };

/** One run of a lab, as the worker drives it. Steps of one session never overlap. */
export interface TrainingSession<View, Frame> {
  readonly steps: number;
  /** Steps done. */
  readonly at: number;
  /** Trains on, at most to the end. */
  advance(steps: number, part?: string): Promise<void>;
  /** What the page draws; buffers may be handed over, so each call makes its own. */
  frame(view: View): Promise<Frame>;
  measure(): Promise<Readonly<Record<string, number | null>>>;
  dispose(): void;
}
