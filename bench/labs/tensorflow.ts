/** The same networks, losses and Adam in TensorFlow.js on its WebAssembly backend. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Shape } from './plain-mlp.ts';

// Both packages' builds for Node are CommonJS, and must share one core.
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm') as {
  setWasmPaths: (folder: string) => void;
};
// The build for Node comes without gradients; these register themselves with the one engine there is.
require('@tensorflow/tfjs-core/dist/register_all_gradients.js');

export async function startTensorFlow(): Promise<string> {
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  await tf.ready();
  return `${tf.getBackend()}, SIMD ${await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')}, threads ${await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')}`;
}

export class TensorMlp {
  readonly variables: TensorFlow.Variable[];
  private readonly shape: Shape;
  private readonly optimizer: TensorFlow.AdamOptimizer;

  constructor(
    sizes: readonly number[],
    shape: Shape,
    weights: readonly Float32Array[],
    [rate, beta1, beta2]: readonly [number, number, number],
  ) {
    this.shape = shape;
    this.variables = weights.map((values, at) => {
      const layer = Math.floor(at / 2) + 1;
      const size = at % 2 === 0 ? [sizes[layer - 1] as number, sizes[layer] as number] : [values.length];
      return tf.variable(tf.tensor(values, size));
    });
    this.optimizer = tf.train.adam(rate, beta1, beta2, 1e-8);
  }

  apply(x: TensorFlow.Tensor): TensorFlow.Tensor {
    let value = x;
    for (let at = 0; at < this.variables.length; at += 2) {
      value = tf.add(
        tf.matMul(value, this.variables[at] as TensorFlow.Tensor),
        this.variables[at + 1] as TensorFlow.Tensor,
      );
      if (at + 2 < this.variables.length)
        value =
          this.shape === 'relu'
            ? tf.relu(value)
            : this.shape === 'leaky-relu'
              ? tf.leakyRelu(value, 0.2)
              : tf.mul(value, tf.sigmoid(value));
    }
    return value;
  }

  /** One step down `loss`, whose value is read at once. */
  descend(loss: () => TensorFlow.Scalar): number {
    const { value, grads } = tf.variableGrads(loss, this.variables);
    this.optimizer.applyGradients(grads);
    const [number = Number.NaN] = value.dataSync();
    value.dispose();
    tf.dispose(grads);
    return number;
  }
}

const rows = (values: Float32Array, wide: number): TensorFlow.Tensor =>
  tf.tensor2d(values, [values.length / wide, wide]);

export class TensorGan {
  private readonly generator: TensorMlp;
  private readonly discriminator: TensorMlp;
  private readonly latent: number;

  constructor(generator: TensorMlp, discriminator: TensorMlp, latent: number) {
    this.generator = generator;
    this.discriminator = discriminator;
    this.latent = latent;
  }

  round(real: Float32Array, latents: Float32Array, more: Float32Array): [number, number] {
    const { generator, discriminator, latent } = this;
    const given = rows(real, 2);
    const fake = tf.tidy(() => generator.apply(rows(latents, latent)));
    const d = discriminator.descend(
      () =>
        tf.tidy(() =>
          tf.add(
            tf.mean(tf.softplus(tf.neg(discriminator.apply(given)))),
            tf.mean(tf.softplus(discriminator.apply(fake))),
          ),
        ) as TensorFlow.Scalar,
    );
    const noise = rows(more, latent);
    const g = generator.descend(
      () =>
        tf.tidy(() =>
          tf.mean(tf.softplus(tf.neg(discriminator.apply(generator.apply(noise))))),
        ) as TensorFlow.Scalar,
    );
    tf.dispose([given, fake, noise]);
    return [d, g];
  }
}

export function tensorDenoise(
  net: TensorMlp,
  input: Float32Array,
  wide: number,
  target: Float32Array,
): number {
  const [x, y] = [rows(input, wide), rows(target, 2)];
  const loss = net.descend(
    () => tf.tidy(() => tf.mean(tf.square(tf.sub(net.apply(x), y)))) as TensorFlow.Scalar,
  );
  tf.dispose([x, y]);
  return loss;
}
