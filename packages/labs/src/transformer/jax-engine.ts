/** The transformer in the engine's operations, differentiated by it: the reading that the kernels are held against. */
import { jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { type Batch, checkBatch, type Engine, IGNORED, type Point, type Slopes } from './batch.ts';
import { checkConfig, NORM_EPSILON, rotaryTables, type TransformerConfig, tensorsOf } from './config.ts';

/** The point as the engine's arrays: the tensors in order; the soft prompt, if any; keys and values of each layer's prefix. */
type Arrays = { tensors: np.Array[]; soft: np.Array[]; prefix: np.Array[] };

/** x / √(mean x² + ε) · gain (Zhang & Sennrich 2019); takes both. */
export function rmsNorm(x: np.Array, gain: np.Array): np.Array {
  const square = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(square.add(NORM_EPSILON))).mul(gain);
}

/**
 * Rotary positions (Su et al. 2021), halves of a head rotated against each other; takes all.
 * @param x … × length × head; cos and sin length × head, each half the same
 */
export function rotate(x: np.Array, cos: np.Array, sin: np.Array): np.Array {
  const half = (x.shape.at(-1) as number) / 2;
  const [first, second] = np.split(x.ref, 2, -1) as [np.Array, np.Array];
  if (first.shape.at(-1) !== half) throw new Error('A head must be even.');
  const turned = np.concatenate([second.mul(-1), first], -1);
  return x.mul(cos).add(turned.mul(sin));
}

/** down(silu(gate) · up) with gate and up beside each other (Shazeer 2020); takes all. */
export function swiGlu(x: np.Array, gateUp: np.Array, down: np.Array): np.Array {
  const [gate, up] = np.split(np.dot(x, gateUp), 2, -1) as [np.Array, np.Array];
  return np.dot(nn.silu(gate).mul(up), down);
}

export class JaxEngine implements Engine {
  readonly config: TransformerConfig;
  private readonly learn;
  private readonly look;

  /** The engine must have been started (`startEngine`). */
  constructor(config: TransformerConfig) {
    checkConfig(config);
    this.config = config;
    const loss = (
      point: Arrays,
      oneHot: np.Array,
      target: np.Array,
      cos: np.Array,
      sin: np.Array,
      mask: np.Array,
    ): np.Array => {
      const logits = this.forward(point, oneHot, cos, sin, mask);
      const chosen = nn.logSoftmax(logits, -1).mul(target);
      return chosen.sum().mul(-1);
    };
    this.learn = jit(valueAndGrad(loss));
    this.look = jit((point: Arrays, oneHot: np.Array, cos: np.Array, sin: np.Array, mask: np.Array) =>
      this.forward(point, oneHot, cos, sin, mask),
    );
  }

  /**
   * Takes everything.
   * @param oneHot rows × length × (vocabulary + soft rows)
   * @param mask length × (prefix + length): 0 where one may look, −1e9 elsewhere
   * @returns logits, rows × length × vocabulary
   */
  private forward(point: Arrays, oneHot: np.Array, cos: np.Array, sin: np.Array, mask: np.Array): np.Array {
    const { width, layers, heads } = this.config;
    const [rows, length] = oneHot.shape as [number, number];
    const head = width / heads;
    const { tensors, soft, prefix } = point;
    const embedding = tensors[0] as np.Array;
    const table = soft[0] ? np.concatenate([embedding.ref, soft[0]], 0) : embedding.ref;
    let x = np.dot(oneHot, table);
    const split = (part: np.Array): np.Array =>
      np.transpose(part.reshape([rows, length, heads, head]), [0, 2, 1, 3]);
    const tile = (part: np.Array, ahead: number): np.Array =>
      np.broadcastTo(
        np.transpose(part.reshape([ahead, heads, head]), [1, 0, 2]).reshape([1, heads, ahead, head]),
        [rows, heads, ahead, head],
      );
    for (let layer = 0; layer < layers; layer++) {
      const [norm1, qkv, out, norm2, gateUp, down] = tensors.slice(1 + 6 * layer, 7 + 6 * layer) as [
        np.Array,
        np.Array,
        np.Array,
        np.Array,
        np.Array,
        np.Array,
      ];
      const mixed = np.split(np.dot(rmsNorm(x.ref, norm1), qkv), 3, -1) as [np.Array, np.Array, np.Array];
      const query = rotate(split(mixed[0]), cos.ref, sin.ref);
      let key = rotate(split(mixed[1]), cos.ref, sin.ref);
      let value = split(mixed[2]);
      const keys = prefix[2 * layer];
      const values = prefix[2 * layer + 1];
      if (keys && values) {
        const ahead = keys.shape[0] as number;
        key = np.concatenate([tile(keys, ahead), key], 2);
        value = np.concatenate([tile(values, ahead), value], 2);
      }
      const scores = np
        .matmul(query, np.transpose(key, [0, 1, 3, 2]))
        .mul(1 / Math.sqrt(head))
        .add(mask.ref);
      const seen = np.matmul(nn.softmax(scores, -1), value);
      x = x.add(np.dot(np.transpose(seen, [0, 2, 1, 3]).reshape([rows, length, width]), out));
      x = x.add(swiGlu(rmsNorm(x.ref, norm2), gateUp, down));
    }
    cos.dispose();
    sin.dispose();
    mask.dispose();
    return np.dot(rmsNorm(x, tensors.at(-1) as np.Array), np.transpose(embedding));
  }

  private inputs(point: Point, { rows, length, tokens }: Pick<Batch, 'rows' | 'length' | 'tokens'>) {
    const { vocabulary, width, layers, context } = this.config;
    const softRows = point.soft ? point.soft.length / width : 0;
    const known = vocabulary + softRows;
    checkBatch({ rows, length, tokens }, known, context);
    const oneHot = new Float32Array(rows * length * known);
    for (const [at, token] of tokens.entries()) oneHot[at * known + token] = 1;
    const tables = rotaryTables(this.config);
    const half = width / this.config.heads / 2;
    const wide = (table: Float32Array): np.Array => {
      const out = new Float32Array(length * 2 * half);
      for (let at = 0; at < length; at++)
        for (let pair = 0; pair < 2 * half; pair++)
          out[at * 2 * half + pair] = table[at * half + (pair % half)] as number;
      return np.array(out).reshape([length, 2 * half]);
    };
    const ahead = point.prefix ? point.prefix.length / (2 * layers * width) : 0;
    const mask = new Float32Array(length * (ahead + length));
    for (let at = 0; at < length; at++)
      for (let other = at + 1; other < length; other++) mask[at * (ahead + length) + ahead + other] = -1e9;
    const prefix = Array.from({ length: point.prefix ? 2 * layers : 0 }, (_, part) =>
      np
        .array((point.prefix as Float32Array).slice(part * ahead * width, (part + 1) * ahead * width))
        .reshape([ahead, width]),
    );
    const arrays: Arrays = {
      tensors: tensorsOf(this.config).map(({ offset, size, shape }) =>
        np.array(point.weights.slice(offset, offset + size)).reshape([...shape]),
      ),
      soft: point.soft ? [np.array(point.soft.slice()).reshape([softRows, width])] : [],
      prefix,
    };
    return {
      arrays,
      oneHot: np.array(oneHot).reshape([rows, length, known]),
      cos: wide(tables.cos),
      sin: wide(tables.sin),
      mask: np.array(mask).reshape([length, ahead + length]),
    };
  }

  async slopes(point: Point, batch: Batch): Promise<Slopes> {
    const { vocabulary } = this.config;
    const { arrays, oneHot, cos, sin, mask } = this.inputs(point, batch);
    const counted = batch.targets.reduce((sum, target) => sum + (target === IGNORED ? 0 : 1), 0);
    const target = new Float32Array(batch.tokens.length * vocabulary);
    for (const [at, id] of batch.targets.entries())
      if (id !== IGNORED) target[at * vocabulary + id] = 1 / Math.max(1, counted);
    const [value, found] = this.learn(
      arrays,
      oneHot,
      np.array(target).reshape([batch.rows, batch.length, vocabulary]),
      cos,
      sin,
      mask,
    );
    const slopes = found as unknown as Arrays;
    const out: Slopes = {
      loss: Number(((await value.data()) as Float32Array)[0]),
      weights: new Float32Array(point.weights.length),
    };
    for (const [at, { offset }] of tensorsOf(this.config).entries())
      out.weights.set((await (slopes.tensors[at] as np.Array).data()) as Float32Array, offset);
    if (slopes.soft[0]) out.soft = (await slopes.soft[0].data()) as Float32Array;
    if (point.prefix) {
      out.prefix = new Float32Array(point.prefix.length);
      const size = point.prefix.length / slopes.prefix.length;
      for (const [part, slope] of slopes.prefix.entries())
        out.prefix.set((await slope.data()) as Float32Array, part * size);
    }
    return out;
  }

  async logits(
    point: Point,
    batch: Pick<Batch, 'rows' | 'length' | 'tokens'>,
    at?: readonly number[],
  ): Promise<Float32Array> {
    const { vocabulary } = this.config;
    const { arrays, oneHot, cos, sin, mask } = this.inputs(point, batch);
    const all = (await this.look(arrays, oneHot, cos, sin, mask).data()) as Float32Array;
    if (!at) return all;
    const out = new Float32Array(at.length * vocabulary);
    for (const [row, place] of at.entries())
      out.set(all.subarray(place * vocabulary, (place + 1) * vocabulary), row * vocabulary);
    return out;
  }

  dispose(): void {
    this.learn.dispose();
    this.look.dispose();
  }
}
