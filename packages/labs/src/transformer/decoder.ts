/** Generation with a cache of keys and values: each new token costs one row, whatever stands before it. */
import type { Random } from '../engine/random.ts';
import { checkBatch, type Point } from './batch.ts';
import {
  checkConfig,
  NORM_EPSILON,
  rotaryTables,
  type TransformerConfig,
  TransformerError,
  tensorsOf,
} from './config.ts';
import { padded } from './kernel-engine.ts';
import { Arena } from './kernels.ts';

/** Caches for some rows that grow on their own; the point's values are copied at the start. */
export class Decoder {
  readonly config: TransformerConfig;
  readonly slots: number;
  private arena: Arena | undefined = new Arena();
  private readonly softRows: number;
  private readonly ahead: number;
  private readonly at: Readonly<Record<string, number>>;
  private readonly buffers;
  /** Positions that each slot holds, the prefix not counted. */
  private readonly held: Int32Array;

  constructor(config: TransformerConfig, point: Point, slots: number) {
    checkConfig(config);
    this.config = config;
    this.slots = slots;
    const { vocabulary, width, layers, hidden, context, heads } = config;
    this.softRows = point.soft ? point.soft.length / width : 0;
    this.ahead = point.prefix ? point.prefix.length / (2 * layers * width) : 0;
    this.held = new Int32Array(slots);
    const arena = this.arena as Arena;
    const take = (count: number): number => arena.take(count);
    const wide = padded(vocabulary);
    const half = width / heads / 2;
    const plane = (this.ahead + context) * width;
    const buffers = {
      weights: take(point.weights.length),
      soft: take(this.softRows * width),
      head: take(width * wide),
      cos: take(context * half),
      sin: take(context * half),
      tokens: take(slots),
      places: take(slots),
      slots: take(slots),
      wanted: take(slots),
      stream: take(slots * width),
      normed: take(slots * width),
      inverse: take(slots),
      qkv: take(slots * 3 * width),
      seen: take(slots * width),
      gateUp: take(slots * 2 * hidden),
      active: take(slots * hidden),
      logits: take(slots * wide),
      scratch: take(padded(this.ahead + context)),
      caches: Array.from({ length: layers }, () => take(slots * 2 * plane)),
    };
    this.buffers = buffers;
    this.at = Object.fromEntries(
      tensorsOf(config).map(({ name, offset }) => [name, buffers.weights + 4 * offset]),
    );
    arena.floats(buffers.weights, point.weights.length).set(point.weights);
    if (point.soft) arena.floats(buffers.soft, point.soft.length).set(point.soft);
    const tables = rotaryTables(config);
    arena.floats(buffers.cos, context * half).set(tables.cos);
    arena.floats(buffers.sin, context * half).set(tables.sin);
    arena.kernels.transpose(buffers.weights, vocabulary, width, 4 * width, buffers.head, wide);
    const size = this.ahead * width;
    if (point.prefix)
      for (const [layer, cache] of buffers.caches.entries())
        for (let slot = 0; slot < slots; slot++)
          for (let part = 0; part < 2; part++)
            arena
              .floats(cache + 4 * (2 * slot + part) * plane, size)
              .set(point.prefix.subarray((2 * layer + part) * size, (2 * layer + part + 1) * size));
  }

  /** How many tokens a slot has read. */
  length(slot: number): number {
    return this.held[slot] as number;
  }

  /** Forgets what a slot has read beyond its first `length` tokens. */
  rewind(slot: number, length = 0): void {
    this.held[slot] = Math.min(this.held[slot] as number, length);
  }

  /** Slot `to` has read what slot `from` has. */
  copy(from: number, to: number): void {
    const { width, context } = this.config;
    const arena = this.arena as Arena;
    const size = 2 * (this.ahead + context) * width;
    for (const cache of this.buffers.caches)
      arena.floats(cache + 4 * to * size, size).set(arena.floats(cache + 4 * from * size, size));
    this.held[to] = this.held[from] as number;
  }

  /**
   * One token for each of some slots.
   * @param slots which, each once; @param tokens one for each
   * @param wanted indices into `slots` whose logits are asked for; all unless told
   * @returns for each wanted row its logits, good until the next call
   * @throws TransformerError (`too-long`) where a slot is full
   */
  feed(slots: readonly number[], tokens: readonly number[], wanted?: readonly number[]): Float32Array[] {
    const { arena, buffers: b, config } = this;
    if (!arena) throw new TransformerError('freed', 'This decoder has been freed.');
    const { vocabulary, width, heads, hidden, context } = config;
    const { kernels } = arena;
    const rows = slots.length;
    const own = arena.integers(b.tokens, rows);
    own.set(tokens);
    checkBatch({ rows, length: 1, tokens: own }, vocabulary + this.softRows, context);
    const full = slots.find((slot) => (this.held[slot] as number) >= context);
    if (full !== undefined)
      throw new TransformerError('too-long', `Slot ${full} has read ${context} tokens, its whole context.`);
    arena.integers(b.slots, rows).set(slots);
    arena.integers(b.places, rows).set(slots.map((slot) => this.held[slot] as number));
    const head = width / heads;
    const times = (from: number, to: number, x: number, w: number, y: number, add: number): void =>
      kernels.gemm(rows, to, from, x, 4 * from, 4, w, 4 * to, y, 4 * to, add);
    kernels.embed(b.tokens, rows, b.weights, b.soft, vocabulary, width, b.stream);
    for (const [layer, cache] of b.caches.entries()) {
      const w = (name: string): number => this.at[`${layer}.${name}`] as number;
      kernels.norm(b.stream, w('norm1'), b.normed, b.inverse, rows, width, NORM_EPSILON);
      times(width, 3 * width, b.normed, w('qkv'), b.qkv, 0);
      kernels.rope(b.qkv, rows, b.places, heads, head, b.cos, b.sin, 1, 1 / Math.sqrt(head));
      kernels.attendNext(
        b.qkv,
        rows,
        b.places,
        b.slots,
        heads,
        head,
        this.ahead,
        cache,
        context,
        b.scratch,
        b.seen,
      );
      times(width, width, b.seen, w('out'), b.stream, 1);
      kernels.norm(b.stream, w('norm2'), b.normed, b.inverse, rows, width, NORM_EPSILON);
      times(width, 2 * hidden, b.normed, w('gateUp'), b.gateUp, 0);
      kernels.swiglu(b.gateUp, rows, hidden, b.active);
      times(hidden, width, b.active, w('down'), b.stream, 1);
    }
    for (const slot of slots) this.held[slot] = (this.held[slot] as number) + 1;
    const asked = wanted ?? slots.map((_, at) => at);
    if (asked.length === 0) return [];
    const wide = padded(vocabulary);
    arena.integers(b.wanted, asked.length).set(asked);
    kernels.pick(b.stream, b.wanted, asked.length, width, b.seen);
    kernels.norm(b.seen, this.at.norm as number, b.normed, b.inverse, asked.length, width, NORM_EPSILON);
    kernels.gemm(asked.length, wide, width, b.normed, 4 * width, 4, b.head, 4 * wide, b.logits, 4 * wide, 0);
    return asked.map((_, at) => arena.floats(b.logits + 4 * at * wide, vocabulary));
  }

  dispose(): void {
    this.arena = undefined;
  }
}

export interface Sampling {
  /** Most tokens to add to each prompt. */
  tokens: number;
  /** Ends a row; it is not part of what is returned. */
  stop?: number;
  /** 0, the default, takes the likeliest token. */
  temperature?: number;
  /** Only the likeliest few are drawn from; all unless told. */
  topK?: number;
  /** Needed above temperature 0. */
  random?: Random;
  /** Rows at once. */
  slots?: number;
}

/** The token drawn from logits. @throws TransformerError (`bad-config`) for a temperature without random numbers */
export function drawToken(logits: Float32Array, { temperature = 0, topK, random }: Sampling): number {
  if (temperature === 0) {
    let best = 0;
    for (let at = 1; at < logits.length; at++)
      if ((logits[at] as number) > (logits[best] as number)) best = at;
    return best;
  }
  if (!random)
    throw new TransformerError('bad-config', 'A temperature above 0 needs random numbers: pass `random`.');
  const order = [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  const kept = order.slice(0, topK ?? order.length);
  const most = logits[kept[0] as number] as number;
  const shares = kept.map((id) => Math.exp(((logits[id] as number) - most) / temperature));
  let rest = random.next() * shares.reduce((a, b) => a + b, 0);
  for (const [at, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) return kept[at] as number;
  }
  return kept.at(-1) as number;
}

/**
 * Continues each prompt. Rows of one batch go in step, each reading its prompt and then its own words, and a row that ends
 * makes room for the next prompt. Answers do not depend on `slots` at temperature 0.
 * @returns what was added, prompt by prompt; a row also ends where its context is full
 */
export function generate(
  config: TransformerConfig,
  point: Point,
  prompts: readonly (readonly number[])[],
  sampling: Sampling,
): number[][] {
  const slots = Math.max(1, Math.min(sampling.slots ?? 64, prompts.length));
  const decoder = new Decoder(config, point, slots);
  const out: number[][] = prompts.map(() => []);
  const running: { slot: number; prompt: number; read: number }[] = [];
  let next = 0;
  const begin = (slot: number): void => {
    decoder.rewind(slot);
    while (next < prompts.length) {
      const prompt = next++;
      if ((prompts[prompt] as readonly number[]).length === 0)
        throw new TransformerError('bad-batch', `Prompt ${prompt} is empty: it needs one token at least.`);
      running.push({ slot, prompt, read: 0 });
      return;
    }
  };
  for (let slot = 0; slot < slots; slot++) begin(slot);
  try {
    while (running.length > 0) {
      const tokens = running.map(({ prompt, read }) => {
        const given = prompts[prompt] as readonly number[];
        return (given[read] ?? out[prompt]?.[read - given.length]) as number;
      });
      const wanted = [...running.keys()].filter((at) => {
        const { prompt, read } = running[at] as (typeof running)[number];
        return read + 1 >= (prompts[prompt] as readonly number[]).length;
      });
      const logits = decoder.feed(
        running.map(({ slot }) => slot),
        tokens,
        wanted,
      );
      const ended: typeof running = [];
      for (const [at, index] of wanted.entries()) {
        const row = running[index] as (typeof running)[number];
        const said = out[row.prompt] as number[];
        const token = drawToken(logits[at] as Float32Array, sampling);
        if (token !== sampling.stop) said.push(token);
        if (
          token === sampling.stop ||
          said.length >= sampling.tokens ||
          decoder.length(row.slot) >= config.context
        )
          ended.push(row);
      }
      for (const row of running) row.read++;
      for (const row of ended) {
        running.splice(running.indexOf(row), 1);
        begin(row.slot);
      }
    }
  } finally {
    decoder.dispose();
  }
  return out;
}
