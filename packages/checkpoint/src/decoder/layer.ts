/** One layer of a decoder: root-mean-square norm, rotary attention with shared heads, gated feed-forward. */

import type { Matmul } from '../kernels/matmul.ts';
import type { DecoderConfig } from './config.ts';

/** Linear modules that read the same input, and what is known of that input. */
export interface LinearGroup {
  readonly layer: number;
  /** `q`, `k`, `v` read the first norm; `o` the attention; `gate`, `up` the second norm; `down` their product. */
  readonly kind: 'qkv' | 'o' | 'gate-up' | 'down';
  readonly columns: number;
  /** tokens × columns. */
  readonly inputs: Float32Array;
  readonly members: readonly { readonly name: string; readonly weight: Float32Array }[];
}

/** What stands in for the members' weights from here on, in their order; undefined keeps them. */
export type LinearHook = (group: LinearGroup) => Promise<readonly Float32Array[] | undefined>;

/** Loads a tensor of the layer by what follows `layers.N.`; undefined where the model has none. */
export type LayerLoader = (part: string) => Promise<Float32Array | undefined>;

export interface LayerRun {
  readonly config: DecoderConfig;
  readonly matmul: Matmul;
  readonly layer: number;
  readonly load: LayerLoader;
  readonly nameOf: (part: string) => string;
  /** tokens × hidden; changed in place. */
  readonly states: Float32Array;
  /** Tokens of each sequence; their sum is that of `states`. */
  readonly lengths: readonly number[];
  readonly hook?: LinearHook | undefined;
}

/** Runs the layer on all sequences and adds its output to `states`. */
export async function runLayer(run: LayerRun): Promise<void> {
  const { config, load, states, lengths } = run;
  const normed = rmsNorm(states, await need(load, 'input_layernorm.weight'), config.epsilon);
  const [q, k, v] = await linears(run, 'qkv', normed, config.hidden, [
    'self_attn.q_proj',
    'self_attn.k_proj',
    'self_attn.v_proj',
  ]);
  const [qNorm, kNorm] = [await load('self_attn.q_norm.weight'), await load('self_attn.k_norm.weight')];
  if (qNorm) q?.set(rmsNorm(q, qNorm, config.epsilon));
  if (kNorm) k?.set(rmsNorm(k, kNorm, config.epsilon));
  const attended = await attention(run, q as Float32Array, k as Float32Array, v as Float32Array);
  const [o] = await linears(run, 'o', attended, config.heads * config.headSize, ['self_attn.o_proj']);
  add(states, o as Float32Array);
  const second = rmsNorm(states, await need(load, 'post_attention_layernorm.weight'), config.epsilon);
  const [gate, up] = await linears(run, 'gate-up', second, config.hidden, ['mlp.gate_proj', 'mlp.up_proj']);
  const gated = swiGlu(gate as Float32Array, up as Float32Array);
  const [down] = await linears(run, 'down', gated, config.intermediate, ['mlp.down_proj']);
  add(states, down as Float32Array);
  if (lengths.length === 0) throw new Error('no sequence to run');
}

async function need(load: LayerLoader, part: string): Promise<Float32Array> {
  const found = await load(part);
  if (!found) throw new Error(`the model has no ${part}`);
  return found;
}

async function linears(
  { matmul, load, nameOf, layer, hook }: LayerRun,
  kind: LinearGroup['kind'],
  inputs: Float32Array,
  columns: number,
  parts: readonly string[],
): Promise<Float32Array[]> {
  const members: { name: string; weight: Float32Array }[] = [];
  for (const part of parts)
    members.push({ name: nameOf(`${part}.weight`), weight: await need(load, `${part}.weight`) });
  const changed = await hook?.({ layer, kind, columns, inputs, members });
  const outputs: Float32Array[] = [];
  for (const [i, part] of parts.entries()) {
    const weight = changed?.[i] ?? (members[i]?.weight as Float32Array);
    const [m, n] = [inputs.length / columns, weight.length / columns];
    const out = await matmul.product({ a: inputs, b: weight, m, n, k: columns });
    const bias = await load(`${part}.bias`);
    if (bias)
      for (let at = 0; at < out.length; at++) out[at] = (out[at] as number) + (bias[at % n] as number);
    outputs.push(out);
  }
  return outputs;
}

/** x / √(mean x² + ε) · weight over rows as long as the weight (Zhang & Sennrich 2019). */
export function rmsNorm(
  values: Float32Array,
  weight: Float32Array,
  epsilon: number,
): Float32Array<ArrayBuffer> {
  const width = weight.length;
  const out = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (values[start + i] as number) ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++)
      out[start + i] = (values[start + i] as number) * scale * (weight[i] as number);
  }
  return out;
}

function swiGlu(gate: Float32Array, up: Float32Array): Float32Array {
  for (let i = 0; i < gate.length; i++) {
    const x = gate[i] as number;
    gate[i] = (x / (1 + Math.exp(-x))) * (up[i] as number);
  }
  return gate;
}

function add(into: Float32Array, from: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + (from[i] as number);
}

/** Rotates pairs (i, i + half) of every head by position × frequency, as transformers pairs them. */
function rotate(
  values: Float32Array,
  heads: number,
  { headSize, frequencies }: DecoderConfig,
  tokens: number,
) {
  const half = headSize / 2;
  const width = heads * headSize;
  for (let position = 0; position < tokens; position++)
    for (let pair = 0; pair < half; pair++) {
      const angle = position * (frequencies[pair] as number);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let head = 0; head < heads; head++) {
        const at = position * width + head * headSize + pair;
        const [x, y] = [values[at] as number, values[at + half] as number];
        values[at] = x * cos - y * sin;
        values[at + half] = y * cos + x * sin;
      }
    }
}

async function attention(
  { config, matmul, lengths }: LayerRun,
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
): Promise<Float32Array> {
  const { heads, kvHeads, headSize, window } = config;
  const [qWidth, kvWidth] = [heads * headSize, kvHeads * headSize];
  const out = new Float32Array((q.length / qWidth) * qWidth);
  let first = 0;
  for (const tokens of lengths) {
    const own = (values: Float32Array, width: number) =>
      values.subarray(first * width, (first + tokens) * width);
    const [qs, ks, vs] = [own(q, qWidth), own(k, kvWidth), own(v, kvWidth)];
    rotate(qs, heads, config, tokens);
    rotate(ks, kvHeads, config, tokens);
    const shared = heads / kvHeads;
    const scores = await matmul.products(
      Array.from({ length: heads }, (_, head) => ({
        a: qs.subarray(head * headSize),
        b: ks.subarray(Math.floor(head / shared) * headSize),
        ...{ m: tokens, n: tokens, k: headSize, strideA: qWidth, strideB: kvWidth },
      })),
    );
    for (const each of scores) causalSoftmax(each, tokens, 1 / Math.sqrt(headSize), window);
    const transposed = transpose(vs, tokens, kvWidth);
    const mixed = await matmul.products(
      scores.map((each, head) => {
        const from = Math.floor(head / shared) * headSize;
        const b = transposed.subarray(from * tokens, (from + headSize) * tokens);
        return { a: each, b, m: tokens, n: headSize, k: tokens };
      }),
    );
    for (const [head, each] of mixed.entries())
      for (let token = 0; token < tokens; token++)
        out.set(
          each.subarray(token * headSize, (token + 1) * headSize),
          (first + token) * qWidth + head * headSize,
        );
    first += tokens;
  }
  return out;
}

/** Softmax of each row over the tokens up to its own, within the window; the rest is zero. */
function causalSoftmax(scores: Float32Array, tokens: number, scale: number, window = tokens): void {
  for (let row = 0; row < tokens; row++) {
    const start = row * tokens;
    const first = Math.max(0, row - window + 1);
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = first; i <= row; i++) greatest = Math.max(greatest, scores[start + i] as number);
    let total = 0;
    for (let i = first; i <= row; i++) total += Math.exp(((scores[start + i] as number) - greatest) * scale);
    for (let i = 0; i < tokens; i++)
      scores[start + i] =
        i < first || i > row ? 0 : Math.exp(((scores[start + i] as number) - greatest) * scale) / total;
  }
}

/** rows × columns as columns × rows. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * columns);
  // In squares, so that neither side leaves the cache.
  for (let r0 = 0; r0 < rows; r0 += 32)
    for (let c0 = 0; c0 < columns; c0 += 32)
      for (let r = r0; r < Math.min(rows, r0 + 32); r++)
        for (let c = c0; c < Math.min(columns, c0 + 32); c++)
          out[c * rows + r] = values[r * columns + c] as number;
  return out;
}
