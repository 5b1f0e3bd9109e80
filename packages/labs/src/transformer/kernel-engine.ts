/**
 * The transformer's forward pass and gradient on the kernels: every slope written out, held in tests against the engine's
 * own differentiation (`JaxEngine`) and against PyTorch. The head runs only where a target counts.
 */
import { type Batch, checkBatch, type Engine, IGNORED, type Point, type Slopes } from './batch.ts';
import {
  checkConfig,
  countWeights,
  NORM_EPSILON,
  rotaryTables,
  type TransformerConfig,
  TransformerError,
  tensorsOf,
} from './config.ts';
import { Arena } from './kernels.ts';

/** Addresses of what one layer keeps for the way back. */
interface Kept {
  before: number;
  normed1: number;
  inverse1: number;
  qkv: number;
  scores: number;
  seen: number;
  middle: number;
  normed2: number;
  inverse2: number;
  gateUp: number;
  active: number;
}

interface Layout {
  key: string;
  weights: number;
  slopes: number;
  soft: number;
  slopeSoft: number;
  prefix: number;
  slopePrefix: number;
  cos: number;
  sin: number;
  places: number;
  tokens: number;
  counted: number;
  targets: number;
  layers: readonly Kept[];
  last: number;
  picked: number;
  normed: number;
  inverse: number;
  turned: number;
  logits: number;
  slopeStream: number;
  slopeWidth: number;
  slopeHidden: number;
  slopeWide: number;
  scratch: number;
}

export const padded = (count: number): number => (count + 3) & ~3;

export class KernelEngine implements Engine {
  readonly config: TransformerConfig;
  private arena: Arena | undefined = new Arena();
  private layout: Layout | undefined;
  /** Where each tensor lies in the flat weights, bytes. */
  private readonly at: Readonly<Record<string, number>>;

  constructor(config: TransformerConfig) {
    checkConfig(config);
    this.config = config;
    this.at = Object.fromEntries(tensorsOf(config).map(({ name, offset }) => [name, 4 * offset]));
  }

  /** Bytes of the kernels' memory. */
  get bytes(): number {
    return this.arena?.bytes ?? 0;
  }

  private lay(rows: number, length: number, softRows: number, ahead: number): Layout {
    const key = `${rows} ${length} ${softRows} ${ahead}`;
    if (this.layout?.key === key) return this.layout;
    const { vocabulary, width, layers, heads, hidden, context } = this.config;
    const arena = this.arena as Arena;
    arena.reset();
    const take = (count: number): number => arena.take(count);
    const count = rows * length;
    const wide = padded(ahead + length);
    const half = width / heads / 2;
    const total = countWeights(this.config);
    const layout: Layout = {
      key,
      weights: take(total),
      slopes: take(total),
      soft: take(softRows * width),
      slopeSoft: take(softRows * width),
      prefix: take(2 * layers * ahead * width),
      slopePrefix: take(2 * layers * ahead * width),
      cos: take(context * half),
      sin: take(context * half),
      places: take(count),
      tokens: take(count),
      counted: take(count),
      targets: take(count),
      layers: Array.from({ length: layers }, () => ({
        before: take(count * width),
        normed1: take(count * width),
        inverse1: take(count),
        qkv: take(count * 3 * width),
        scores: take(rows * heads * length * wide),
        seen: take(count * width),
        middle: take(count * width),
        normed2: take(count * width),
        inverse2: take(count),
        gateUp: take(count * 2 * hidden),
        active: take(count * hidden),
      })),
      last: take(count * width),
      picked: take(count * width),
      normed: take(count * width),
      inverse: take(count),
      turned: take(width * Math.max(3 * width, 2 * hidden, padded(vocabulary))),
      logits: take(count * padded(vocabulary)),
      slopeStream: take(count * width),
      slopeWidth: take(count * width),
      slopeHidden: take(count * hidden),
      slopeWide: take(count * Math.max(3 * width, 2 * hidden)),
      scratch: take(6 * wide * (width / heads) + length * wide),
    };
    const tables = rotaryTables(this.config);
    arena.floats(layout.cos, context * half).set(tables.cos);
    arena.floats(layout.sin, context * half).set(tables.sin);
    const places = arena.integers(layout.places, count);
    for (let at = 0; at < count; at++) places[at] = at % length;
    this.layout = layout;
    return layout;
  }

  /** Y (+)= X·W with X `rows` × `from`, W `from` × `to`. */
  private times(rows: number, from: number, to: number, x: number, w: number, y: number, add = false): void {
    (this.arena as Arena).kernels.gemm(rows, to, from, x, 4 * from, 4, w, 4 * to, y, 4 * to, add ? 1 : 0);
  }

  /** The way back of `times`: slopes of X written, of W added to. */
  private timesBack(
    rows: number,
    from: number,
    to: number,
    x: number,
    w: number,
    slope: number,
    slopeX: number,
    slopeW: number | null,
  ): void {
    const { kernels } = this.arena as Arena;
    const { turned } = this.layout as Layout;
    if (slopeW !== null) kernels.gemm(from, to, rows, x, 4, 4 * from, slope, 4 * to, slopeW, 4 * to, 1);
    kernels.transpose(w, from, to, 4 * to, turned, from);
    kernels.gemm(rows, from, to, slope, 4 * to, 4, turned, 4 * from, slopeX, 4 * from, 0);
  }

  /** Runs up to the last layer. */
  private forward(point: Point, { rows, length, tokens }: Pick<Batch, 'rows' | 'length' | 'tokens'>): Layout {
    if (!this.arena) throw new TransformerError('freed', 'This engine has been freed.');
    const { vocabulary, width, layers, heads, hidden, context } = this.config;
    const softRows = point.soft ? point.soft.length / width : 0;
    const ahead = point.prefix ? point.prefix.length / (2 * layers * width) : 0;
    checkBatch({ rows, length, tokens }, vocabulary + softRows, context);
    const layout = this.lay(rows, length, softRows, ahead);
    const { arena } = this;
    const { kernels } = arena;
    arena.floats(layout.weights, point.weights.length).set(point.weights);
    if (point.soft) arena.floats(layout.soft, point.soft.length).set(point.soft);
    if (point.prefix) arena.floats(layout.prefix, point.prefix.length).set(point.prefix);
    const count = rows * length;
    arena.integers(layout.tokens, count).set(tokens);
    const head = width / heads;
    const bytes = 4 * count * width;
    const whole = new Uint8Array(arena.floats(0, 1).buffer);
    const first = layout.layers[0]?.before ?? layout.last;
    kernels.embed(layout.tokens, count, layout.weights, layout.soft, vocabulary, width, first);
    for (const [layer, kept] of layout.layers.entries()) {
      const w = (name: string): number => layout.weights + (this.at[`${layer}.${name}`] as number);
      kernels.norm(kept.before, w('norm1'), kept.normed1, kept.inverse1, count, width, NORM_EPSILON);
      this.times(count, width, 3 * width, kept.normed1, w('qkv'), kept.qkv);
      const scale = 1 / Math.sqrt(head);
      kernels.rope(kept.qkv, count, layout.places, heads, head, layout.cos, layout.sin, 1, scale);
      const prefix = layout.prefix + 8 * layer * ahead * width;
      kernels.attend(
        kept.qkv,
        rows,
        length,
        heads,
        head,
        prefix,
        ahead,
        kept.scores,
        layout.scratch,
        kept.seen,
      );
      whole.copyWithin(kept.middle, kept.before, kept.before + bytes);
      this.times(count, width, width, kept.seen, w('out'), kept.middle, true);
      kernels.norm(kept.middle, w('norm2'), kept.normed2, kept.inverse2, count, width, NORM_EPSILON);
      this.times(count, width, 2 * hidden, kept.normed2, w('gateUp'), kept.gateUp);
      kernels.swiglu(kept.gateUp, count, hidden, kept.active);
      const next = layout.layers[layer + 1]?.before ?? layout.last;
      whole.copyWithin(next, kept.middle, kept.middle + bytes);
      this.times(count, hidden, width, kept.active, w('down'), next, true);
    }
    return layout;
  }

  /** Logits of the `counted` positions, padded to `padded(vocabulary)` a row. */
  private head(layout: Layout, counted: number): void {
    const { vocabulary, width } = this.config;
    const { kernels } = this.arena as Arena;
    const wide = padded(vocabulary);
    kernels.pick(layout.last, layout.counted, counted, width, layout.picked);
    const gain = layout.weights + (this.at.norm as number);
    kernels.norm(layout.picked, gain, layout.normed, layout.inverse, counted, width, NORM_EPSILON);
    kernels.transpose(layout.weights, vocabulary, width, 4 * width, layout.turned, wide);
    kernels.gemm(
      counted,
      wide,
      width,
      layout.normed,
      4 * width,
      4,
      layout.turned,
      4 * wide,
      layout.logits,
      4 * wide,
      0,
    );
  }

  /**
   * @param options.frozen the weights' slopes are not wanted (prompt and prefix tuning): they are left out, which saves
   *   a third of the products
   */
  async slopes(point: Point, batch: Batch, options: { frozen?: boolean } = {}): Promise<Slopes> {
    const { vocabulary, width, layers, heads, hidden } = this.config;
    const layout = this.forward(point, batch);
    const arena = this.arena as Arena;
    const { kernels } = arena;
    const { rows, length } = batch;
    const count = rows * length;
    const learn = !options.frozen;
    const which = arena.integers(layout.counted, count);
    const targets = arena.integers(layout.targets, count);
    let counted = 0;
    for (const [at, target] of batch.targets.entries())
      if (target !== IGNORED) {
        which[counted] = at;
        targets[counted++] = target;
      }
    const total = point.weights.length;
    kernels.zero(layout.slopes, total);
    kernels.zero(layout.slopeSoft, point.soft?.length ?? 0);
    kernels.zero(layout.slopePrefix, point.prefix?.length ?? 0);
    let loss = 0;
    if (counted > 0) {
      const wide = padded(vocabulary);
      this.head(layout, counted);
      loss = kernels.crossEntropy(layout.logits, layout.targets, counted, vocabulary, wide) / counted;
      const { normed, logits, slopeWidth, picked } = layout;
      if (learn)
        kernels.gemm(
          vocabulary,
          width,
          counted,
          logits,
          4,
          4 * wide,
          normed,
          4 * width,
          layout.slopes,
          4 * width,
          1,
        );
      kernels.gemm(
        counted,
        width,
        vocabulary,
        logits,
        4 * wide,
        4,
        layout.weights,
        4 * width,
        slopeWidth,
        4 * width,
        0,
      );
      // The picked rows' slopes are gathered where the normed rows were, and spread from there.
      kernels.zero(normed, counted * width);
      const norm = this.at.norm as number;
      kernels.normBack(
        slopeWidth,
        picked,
        layout.weights + norm,
        layout.inverse,
        normed,
        layout.slopes + norm,
        counted,
        width,
      );
      kernels.zero(layout.slopeStream, count * width);
      kernels.unpick(normed, layout.counted, counted, width, layout.slopeStream);
      const head = width / heads;
      const ahead = point.prefix ? point.prefix.length / (2 * layers * width) : 0;
      const stream = layout.slopeStream;
      for (let layer = layers - 1; layer >= 0; layer--) {
        const kept = layout.layers[layer] as Kept;
        const place = (name: string): number => this.at[`${layer}.${name}`] as number;
        const back = (
          name: string,
          from: number,
          to: number,
          x: number,
          slope: number,
          slopeX: number,
        ): void =>
          this.timesBack(
            count,
            from,
            to,
            x,
            layout.weights + place(name),
            slope,
            slopeX,
            learn ? layout.slopes + place(name) : null,
          );
        const normBack = (name: string, x: number, inverse: number): void =>
          kernels.normBack(
            layout.slopeWidth,
            x,
            layout.weights + place(name),
            inverse,
            stream,
            layout.slopes + place(name),
            count,
            width,
          );
        back('down', hidden, width, kept.active, stream, layout.slopeHidden);
        kernels.swigluBack(kept.gateUp, layout.slopeHidden, count, hidden, layout.slopeWide);
        back('gateUp', width, 2 * hidden, kept.normed2, layout.slopeWide, layout.slopeWidth);
        normBack('norm2', kept.middle, kept.inverse2);
        back('out', width, width, kept.seen, stream, layout.slopeWidth);
        const shift = 8 * layer * ahead * width;
        kernels.attendBack(
          kept.qkv,
          layout.slopeWidth,
          rows,
          length,
          heads,
          head,
          layout.prefix + shift,
          ahead,
          kept.scores,
          layout.scratch,
          layout.slopeWide,
          layout.slopePrefix + shift,
        );
        const scale = 1 / Math.sqrt(head);
        kernels.rope(layout.slopeWide, count, layout.places, heads, head, layout.cos, layout.sin, -1, scale);
        back('qkv', width, 3 * width, kept.normed1, layout.slopeWide, layout.slopeWidth);
        normBack('norm1', kept.before, kept.inverse1);
      }
      kernels.embedBack(layout.tokens, count, stream, layout.slopes, layout.slopeSoft, vocabulary, width);
    }
    const out: Slopes = { loss, weights: arena.floats(layout.slopes, total) };
    if (point.soft) out.soft = arena.floats(layout.slopeSoft, point.soft.length);
    if (point.prefix) out.prefix = arena.floats(layout.slopePrefix, point.prefix.length);
    return out;
  }

  async logits(
    point: Point,
    batch: Pick<Batch, 'rows' | 'length' | 'tokens'>,
    at?: readonly number[],
  ): Promise<Float32Array> {
    const { vocabulary } = this.config;
    const layout = this.forward(point, batch);
    const arena = this.arena as Arena;
    const asked = at ?? Array.from({ length: batch.rows * batch.length }, (_, place) => place);
    arena.integers(layout.counted, asked.length).set(asked);
    this.head(layout, asked.length);
    const wide = padded(vocabulary);
    const logits = arena.floats(layout.logits, asked.length * wide);
    const out = new Float32Array(asked.length * vocabulary);
    for (let row = 0; row < asked.length; row++)
      out.set(logits.subarray(row * wide, row * wide + vocabulary), row * vocabulary);
    return out;
  }

  dispose(): void {
    this.arena = undefined;
    this.layout = undefined;
  }
}
