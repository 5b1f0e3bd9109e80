/**
 * The same transformer in TensorFlow.js on its WebAssembly backend: training steps with Adam, and cached generation.
 * `bench/transformer.ts` bundles this file: the package's Node build comes without gradients.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { TransformerConfig } from '../../packages/labs/src/transformer/config.ts';

/** @param folder of the backend's .wasm files */
export async function tfjsModel(
  { vocabulary, width, layers, heads, hidden, context }: TransformerConfig,
  folder: string,
) {
  setWasmPaths(folder);
  await tf.setBackend('wasm');
  await tf.ready();
  const head = width / heads;
  const matrix = (from: number, to: number, scale = from ** -0.5) =>
    tf.variable(tf.randomNormal([from, to], 0, scale, 'float32', 1));
  const embedding = matrix(vocabulary, width, 0.02);
  const blocks = Array.from({ length: layers }, () => ({
    norm1: tf.variable(tf.ones([width])),
    qkv: matrix(width, 3 * width),
    out: matrix(width, width),
    norm2: tf.variable(tf.ones([width])),
    gateUp: matrix(width, 2 * hidden),
    down: matrix(hidden, width),
  }));
  const norm = tf.variable(tf.ones([width]));
  const half = head / 2;
  const angles = Array.from({ length: context }, (_, at) =>
    Array.from({ length: head }, (_, pair) => at * 10_000 ** (-(pair % half) / half)),
  );
  // Functions throughout: the methods of tensors are registered by files that Node cannot import.
  const { add, mul, reshape, slice, transpose } = tf;
  const [cos, sin] = [tf.cos(tf.tensor2d(angles)), tf.sin(tf.tensor2d(angles))];
  const mask = tf.tensor2d(
    Array.from({ length: context }, (_, at) =>
      Array.from({ length: context }, (_, other) => (other <= at ? 0 : -1e9)),
    ),
  );
  const rms = (x: tf.Tensor, gain: tf.Tensor): tf.Tensor =>
    mul(mul(x, tf.rsqrt(add(tf.mean(tf.square(x), -1, true), 1e-5))), gain);
  const times = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    const rows = reshape(x, [-1, x.shape.at(-1) as number]) as tf.Tensor2D;
    return reshape(tf.matMul(rows, w as tf.Tensor2D), [...x.shape.slice(0, -1), w.shape[1] as number]);
  };
  const rotate = (x: tf.Tensor, at: number): tf.Tensor => {
    const n = x.shape[2] as number;
    const [a, b] = tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor];
    return add(
      mul(x, slice(cos, [at, 0], [n, head])),
      mul(tf.concat([tf.neg(b), a], 3), slice(sin, [at, 0], [n, head])),
    );
  };
  type Cache = { keys: tf.Tensor; values: tf.Tensor }[];
  let learning = false;
  const forward = (tokens: tf.Tensor2D, cache?: Cache, at = 0): { logits: tf.Tensor; cache: Cache } => {
    const [rows, length] = tokens.shape;
    const split = (part: tf.Tensor) => transpose(reshape(part, [rows, length, heads, head]), [0, 2, 1, 3]);
    // The gradient of gather needs a kernel that the WebAssembly backend lacks: training looks up by a product.
    let x: tf.Tensor = learning
      ? times(tf.oneHot(tokens, vocabulary), embedding)
      : tf.gather(embedding, tokens);
    const next: Cache = [];
    for (const [layer, w] of blocks.entries()) {
      const [q, k, v] = tf.split(times(rms(x, w.norm1), w.qkv), 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
      let keys = rotate(split(k), at);
      let values = split(v);
      const before = cache?.[layer];
      if (before) {
        keys = tf.concat([before.keys, keys], 2);
        values = tf.concat([before.values, values], 2);
      }
      next.push({ keys, values });
      let scores = mul(tf.matMul(rotate(split(q), at), keys, false, true), 1 / Math.sqrt(head));
      if (length > 1) scores = add(scores, slice(mask, [0, 0], [length, length]));
      const seen = tf.matMul(tf.softmax(scores), values);
      x = add(x, times(reshape(transpose(seen, [0, 2, 1, 3]), [rows, length, width]), w.out));
      const [gate, up] = tf.split(times(rms(x, w.norm2), w.gateUp), 2, 2) as [tf.Tensor, tf.Tensor];
      x = add(x, times(mul(mul(gate, tf.sigmoid(gate)), up), w.down));
    }
    return { logits: times(rms(x, norm), transpose(embedding)), cache: next };
  };
  const optimiser = tf.train.adam(1e-3);
  return {
    async step(tokens: Int32Array, targets: Int32Array, rows: number, length: number): Promise<number> {
      learning = true;
      const loss = tf.tidy(() => {
        const ids = tf.tensor2d(tokens, [rows, length], 'int32');
        const wanted = tf.oneHot(tf.tensor1d(targets, 'int32'), vocabulary);
        return optimiser.minimize(() => {
          const logits = reshape(forward(ids).logits, [rows * length, vocabulary]);
          return tf.neg(tf.mean(tf.sum(mul(tf.logSoftmax(logits), wanted), -1))) as tf.Scalar;
        }, true);
      });
      const value = (await (loss as tf.Scalar).data())[0] as number;
      loss?.dispose();
      return value;
    },
    async generate(prompts: Int32Array, rows: number, length: number, count: number): Promise<void> {
      learning = false;
      let state = tf.tidy(() => {
        const { logits, cache } = forward(tf.tensor2d(prompts, [rows, length], 'int32'));
        return { last: tf.argMax(slice(logits, [0, length - 1, 0], [rows, 1, vocabulary]), -1), cache };
      });
      for (let at = length; at < length + count - 1; at++) {
        const next = tf.tidy(() => {
          const { logits, cache } = forward(state.last as tf.Tensor2D, state.cache, at);
          return { last: tf.argMax(logits, -1), cache };
        });
        tf.dispose(state);
        state = next;
      }
      await state.last.data();
      tf.dispose(state);
    },
    version: tf.version_core,
  };
}
