/** A fully connected network by hand: plain loops over typed arrays, forward, backward and Adam, as one would write it. */
export type Shape = 'relu' | 'leaky-relu' | 'silu';

export class PlainMlp {
  readonly weights: Float32Array[];
  readonly gradients: Float32Array[];
  private readonly first: Float32Array[];
  private readonly second: Float32Array[];
  private readonly sums: Float32Array[];
  private readonly values: Float32Array[];
  private readonly sizes: readonly number[];
  private readonly shape: Shape;
  private time = 0;

  constructor(sizes: readonly number[], shape: Shape, weights: readonly Float32Array[], rows: number) {
    this.sizes = sizes;
    this.shape = shape;
    this.weights = weights.map((one) => one.slice());
    const zeros = (): Float32Array[] => weights.map(({ length }) => new Float32Array(length));
    [this.gradients, this.first, this.second] = [zeros(), zeros(), zeros()];
    this.sums = sizes.map((width) => new Float32Array(rows * width));
    this.values = sizes.map((width) => new Float32Array(rows * width));
  }

  forward(x: Float32Array, rows: number): Float32Array {
    (this.values[0] as Float32Array).set(x);
    for (let layer = 1; layer < this.sizes.length; layer++) {
      const [from, to] = [this.sizes[layer - 1] as number, this.sizes[layer] as number];
      const w = this.weights[2 * layer - 2] as Float32Array;
      const b = this.weights[2 * layer - 1] as Float32Array;
      const input = this.values[layer - 1] as Float32Array;
      const sums = this.sums[layer] as Float32Array;
      const out = this.values[layer] as Float32Array;
      for (let row = 0; row < rows; row++) {
        const at = row * to;
        for (let j = 0; j < to; j++) sums[at + j] = b[j] as number;
        for (let i = 0; i < from; i++) {
          const value = input[row * from + i] as number;
          const wi = i * to;
          for (let j = 0; j < to; j++)
            sums[at + j] = (sums[at + j] as number) + value * (w[wi + j] as number);
        }
      }
      const last = layer === this.sizes.length - 1;
      for (let n = 0; n < rows * to; n++) {
        const z = sums[n] as number;
        out[n] = last
          ? z
          : this.shape === 'relu'
            ? Math.max(0, z)
            : this.shape === 'leaky-relu'
              ? Math.max(z, 0.2 * z)
              : z / (1 + Math.exp(-z));
      }
    }
    return this.values.at(-1) as Float32Array;
  }

  /** @param slope gradient of the output. @returns that of the input */
  backward(slope: Float32Array, rows: number, parameters: boolean): Float32Array {
    let d = slope;
    if (parameters) for (const one of this.gradients) one.fill(0);
    for (let layer = this.sizes.length - 1; layer > 0; layer--) {
      const [from, to] = [this.sizes[layer - 1] as number, this.sizes[layer] as number];
      const w = this.weights[2 * layer - 2] as Float32Array;
      const input = this.values[layer - 1] as Float32Array;
      const [gw, gb] = [
        this.gradients[2 * layer - 2] as Float32Array,
        this.gradients[2 * layer - 1] as Float32Array,
      ];
      if (layer < this.sizes.length - 1) {
        const sums = this.sums[layer] as Float32Array;
        for (let n = 0; n < rows * to; n++) {
          const z = sums[n] as number;
          let by = z > 0 ? 1 : this.shape === 'relu' ? 0 : 0.2;
          if (this.shape === 'silu') {
            const s = 1 / (1 + Math.exp(-z));
            by = s * (1 + z * (1 - s));
          }
          d[n] = (d[n] as number) * by;
        }
      }
      if (parameters)
        for (let row = 0; row < rows; row++) {
          for (let j = 0; j < to; j++) gb[j] = (gb[j] as number) + (d[row * to + j] as number);
          for (let i = 0; i < from; i++) {
            const value = input[row * from + i] as number;
            for (let j = 0; j < to; j++)
              gw[i * to + j] = (gw[i * to + j] as number) + value * (d[row * to + j] as number);
          }
        }
      const back = new Float32Array(rows * from);
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < from; i++) {
          let sum = 0;
          for (let j = 0; j < to; j++) sum += (d[row * to + j] as number) * (w[i * to + j] as number);
          back[row * from + i] = sum;
        }
      d = back;
    }
    return d;
  }

  adam(rate: number, beta1: number, beta2: number): void {
    this.time++;
    const correct = Math.sqrt(1 - beta2 ** this.time);
    const size = (rate * correct) / (1 - beta1 ** this.time);
    for (const [layer, values] of this.weights.entries()) {
      const g = this.gradients[layer] as Float32Array;
      const m = this.first[layer] as Float32Array;
      const v = this.second[layer] as Float32Array;
      for (let at = 0; at < values.length; at++) {
        const slope = g[at] as number;
        m[at] = beta1 * (m[at] as number) + (1 - beta1) * slope;
        v[at] = beta2 * (v[at] as number) + (1 - beta2) * slope * slope;
        values[at] =
          (values[at] as number) - (size * (m[at] as number)) / (Math.sqrt(v[at] as number) + 1e-8 * correct);
      }
    }
  }
}
