/** A network on the kernels: forward, backward, the slope in its input, and Adam, all in one memory. */
import { type Layer, matrixOf, sideAfter, widthAfter, widthBefore } from '../nets/layers.ts';
import type { Activation, Weights } from '../nets/mlp.ts';
import type { Arena, Pointer } from './arena.ts';

const KINDS: Record<Activation, number> = { relu: 1, 'leaky-relu': 2, silu: 3, tanh: 4 };

interface Place {
  layer: Layer;
  /** Offsets of weights and biases among all parameters; −1 without. */
  weights: number;
  biases: number;
  /** The values after it. */
  out: Pointer;
  /** The values before it, as of the last forward pass. */
  in: Pointer;
  /** The gradient of its output: of a matrix where penalties need it again, of a skip that waits for its other end. */
  signal: Pointer;
  /** Of an `add`, the place of its `keep`. */
  partner: number;
}

export interface KernelNetOptions {
  /** Rows that it can take at once. */
  rows: number;
  /** Whether penalties on its slope are taken: their gradients need the backward signals. */
  penalised?: boolean;
  /** Whether a running average of the weights is kept. */
  averaged?: boolean;
}

export class KernelNet {
  readonly layers: readonly Layer[];
  readonly rows: number;
  /** Values of a row before the first layer and after the last. */
  readonly before: number;
  readonly after: number;
  /** Where the caller writes the input, rows × before. */
  readonly input: Pointer;
  /** Where the caller writes the gradient of the output, rows × after; used up by `backward`. */
  readonly slope: Pointer;
  /** Where the caller writes v for `addTangent`, rows × before; there with `penalised` only. */
  readonly tangent: Pointer;
  /** The second input, where there is one. */
  readonly time: Pointer;
  readonly parameters: Pointer;
  readonly gradients: Pointer;
  readonly averages: Pointer;
  readonly size: number;
  private readonly arena: Arena;
  private readonly places: Place[] = [];
  private readonly other: Pointer;
  private readonly perImage: Pointer;
  private readonly scratch: Pointer;
  private readonly first: Pointer;
  private readonly second: Pointer;
  private steps = 0;

  constructor(
    arena: Arena,
    layers: readonly Layer[],
    weights: Weights,
    { rows, penalised, averaged }: KernelNetOptions,
  ) {
    this.arena = arena;
    this.layers = layers;
    this.rows = rows;
    this.before = widthBefore(layers[0] as Layer);
    this.after = widthAfter(layers.at(-1) as Layer);
    this.size = weights.reduce((sum, { length }) => sum + length, 0);
    this.parameters = arena.floats(this.size);
    this.gradients = arena.floats(this.size);
    this.first = arena.floats(this.size);
    this.second = arena.floats(this.size);
    this.averages = averaged ? arena.floats(this.size) : this.parameters;
    this.input = arena.floats(rows * this.before);
    let widest = this.before;
    let room = 0;
    let offset = 0;
    const open: number[] = [];
    let times = 0;
    let channels = 0;
    let before = this.input;
    for (const layer of layers) {
      const width = widthAfter(layer);
      widest = Math.max(widest, width, widthBefore(layer));
      const matrix = matrixOf(layer);
      const own = layer.kind !== 'keep' && layer.kind !== 'time' && layer.kind !== 'add';
      const out = own ? arena.floats(rows * width) : before;
      this.places.push({
        layer,
        weights: matrix ? offset : -1,
        biases: matrix ? offset + matrix.from * matrix.to : -1,
        out,
        in: before,
        signal: (penalised && matrix) || layer.kind === 'keep' ? arena.floats(rows * width) : 0,
        partner: layer.kind === 'add' ? (open.pop() ?? -1) : -1,
      });
      if (layer.kind === 'keep') open.push(this.places.length - 1);
      if (layer.kind === 'time') {
        times = Math.max(times, layer.from);
        channels = Math.max(channels, layer.channels);
      }
      if (matrix) {
        offset += (matrix.from + 1) * matrix.to;
        const pixels = layer.kind === 'conv' ? sideAfter(layer) ** 2 : 0;
        // The longest inner dimension of its three products, with the panels that each packs.
        const long = Math.max(matrix.from, matrix.to, pixels, rows);
        const wide = Math.max(matrix.from, matrix.to) + 16;
        room = Math.max(room, pixels * matrix.from + long * (wide + 8));
      }
      before = out;
    }
    this.scratch = arena.floats(room);
    this.slope = arena.floats(rows * widest);
    this.other = arena.floats(rows * widest);
    this.time = arena.floats(rows * Math.max(times, 1));
    this.perImage = arena.floats(rows * Math.max(channels, 1));
    this.tangent = penalised ? arena.floats(rows * this.before) : 0;
    this.load(weights);
  }

  /** Takes over weights (and their average) from outside. */
  load(weights: Weights): void {
    for (const at of new Set([this.parameters, this.averages])) {
      const view = this.arena.view(at, this.size);
      let offset = 0;
      for (const values of weights) {
        view.set(values, offset);
        offset += values.length;
      }
    }
  }

  /** Copies of weights or gradients, layer by layer. */
  list(from: Pointer): Weights {
    return this.places.flatMap(({ layer, weights, biases }) => {
      const matrix = matrixOf(layer);
      if (!matrix) return [];
      return [
        this.arena.view(from + 4 * weights, matrix.from * matrix.to).slice(),
        this.arena.view(from + 4 * biases, matrix.to).slice(),
      ];
    });
  }

  /**
   * @param from the input, if not at `input`
   * @param parameters `averages` for the averaged network
   * @returns where the output is, rows × after; valid until the next pass
   */
  forward(rows: number, from: Pointer = this.input, parameters: Pointer = this.parameters): Pointer {
    const { kernels } = this.arena;
    let x = from;
    for (const place of this.places) {
      const { layer } = place;
      place.in = x;
      const w = parameters + 4 * place.weights;
      const b = parameters + 4 * place.biases;
      if (layer.kind === 'dense') {
        kernels.dense(x, w, place.out, rows, layer.from, layer.to, this.scratch);
        kernels.addBias(place.out, b, rows, layer.to);
        x = place.out;
      } else if (layer.kind === 'conv') {
        const { side, to, stride } = layer;
        kernels.conv(x, w, place.out, rows, side, layer.from, to, stride, this.scratch);
        kernels.addBias(place.out, b, rows * sideAfter(layer) ** 2, to);
        x = place.out;
      } else if (layer.kind === 'activate') {
        kernels.activate(KINDS[layer.by], x, place.out, rows * layer.width);
        x = place.out;
      } else if (layer.kind === 'grow') {
        kernels.grow(x, place.out, rows, layer.side, layer.channels);
        x = place.out;
      } else if (layer.kind === 'time') {
        const { channels, pixels } = layer;
        kernels.dense(this.time, w, this.perImage, rows, layer.from, channels, this.scratch);
        kernels.addBias(this.perImage, b, rows, channels);
        kernels.addToPixels(x, this.perImage, rows, pixels, channels);
      } else if (layer.kind === 'add')
        kernels.add((this.places[place.partner] as Place).in, x, rows * layer.width);
    }
    return x;
  }

  /**
   * Back from the gradient in `slope` through the last forward pass.
   * @param options.parameters adds to `gradients`
   * @param options.signals keeps what `addTangent` needs
   * @returns where the gradient of the input is
   */
  backward(rows: number, options: { parameters?: boolean; input?: boolean; signals?: boolean }): Pointer {
    const { kernels } = this.arena;
    let d = this.slope;
    let spare = this.other;
    const swap = (): void => {
      [d, spare] = [spare, d];
    };
    for (let at = this.places.length - 1; at >= 0; at--) {
      const { layer, in: x, out, weights, biases, signal, partner } = this.places[at] as Place;
      const w = this.parameters + 4 * weights;
      const onward = at > 0 || options.input;
      if (options.signals && weights >= 0) kernels.copy(d, signal, rows * widthAfter(layer));
      if (layer.kind === 'dense') {
        const { from, to } = layer;
        if (options.parameters) {
          kernels.denseWeights(x, d, this.gradients + 4 * weights, rows, from, to, this.scratch);
          kernels.columnSums(d, rows, to, this.gradients + 4 * biases);
        }
        if (onward) kernels.denseInput(d, w, spare, rows, from, to, this.scratch);
        swap();
      } else if (layer.kind === 'conv') {
        const { side, from, to, stride } = layer;
        if (options.parameters) {
          kernels.convKernel(x, d, this.gradients + 4 * weights, rows, side, from, to, stride, this.scratch);
          kernels.columnSums(d, rows * sideAfter(layer) ** 2, to, this.gradients + 4 * biases);
        }
        if (onward) kernels.convInput(d, w, spare, rows, side, from, to, stride, this.scratch);
        swap();
      } else if (layer.kind === 'activate') kernels.slope(KINDS[layer.by], x, out, d, rows * layer.width);
      else if (layer.kind === 'grow') {
        kernels.growBack(d, spare, rows, layer.side, layer.channels);
        swap();
      } else if (layer.kind === 'time') {
        const { from, pixels, channels } = layer;
        if (!options.parameters) continue;
        kernels.sumOfPixels(d, this.perImage, rows, pixels, channels);
        const to = this.gradients + 4 * weights;
        kernels.denseWeights(this.time, this.perImage, to, rows, from, channels, this.scratch);
        kernels.columnSums(this.perImage, rows, channels, this.gradients + 4 * biases);
      } else if (layer.kind === 'add')
        kernels.copy(d, (this.places[partner] as Place).signal, rows * layer.width);
      else kernels.add(signal, d, rows * layer.width);
    }
    return d;
  }

  /**
   * Adds the gradient of Σ v · ∇ₓout to `gradients`, v at `tangent`, where ∇ₓ was taken by `backward` with `signals` for a piecewise linear
   * network: its slope is a product of matrices and masks, and the product's derivative in one of them is what goes
   * forward to it (v, through masks fixed) times what comes back.
   */
  addTangent(rows: number): void {
    const { kernels } = this.arena;
    let t = this.tangent;
    let spare = this.slope;
    let next = this.other;
    for (const [at, { layer, in: x, out, weights, signal }] of this.places.entries()) {
      const w = this.parameters + 4 * weights;
      const more = at < this.places.length - 1;
      if (layer.kind === 'dense') {
        const { from, to } = layer;
        kernels.denseWeights(t, signal, this.gradients + 4 * weights, rows, from, to, this.scratch);
        if (more) kernels.dense(t, w, spare, rows, from, to, this.scratch);
      } else if (layer.kind === 'conv') {
        const { side, from, to, stride } = layer;
        kernels.convKernel(
          t,
          signal,
          this.gradients + 4 * weights,
          rows,
          side,
          from,
          to,
          stride,
          this.scratch,
        );
        kernels.conv(t, w, spare, rows, side, from, to, stride, this.scratch);
      } else if (layer.kind === 'activate' && (layer.by === 'leaky-relu' || layer.by === 'relu')) {
        kernels.slope(KINDS[layer.by], x, out, t, rows * layer.width);
        continue;
      } else throw new Error(`A penalty on the slope needs a piecewise linear network, not ${layer.kind}.`);
      t = spare;
      [spare, next] = [next, spare];
    }
  }

  zeroGradients(): void {
    this.arena.kernels.zero(this.gradients, this.size);
  }

  /** Adam on the gradients there are; `decay` moves the average. */
  descend({ rate, beta1 = 0.9, beta2 = 0.999 }: { rate: number; beta1?: number; beta2?: number }): void {
    this.steps++;
    const correct = Math.sqrt(1 - beta2 ** this.steps);
    this.arena.kernels.adam(
      this.parameters,
      this.gradients,
      this.first,
      this.second,
      this.size,
      beta1,
      beta2,
      (rate * correct) / (1 - beta1 ** this.steps),
      1e-8 * correct,
    );
  }

  /** Moves the averaged weights towards the weights. */
  average(decay: number): void {
    this.arena.kernels.average(this.averages, this.parameters, this.size, decay);
  }

  /** The output for any number of rows, in portions. @returns a copy */
  apply(
    input: Float32Array,
    time: Float32Array | null = null,
    parameters: Pointer = this.parameters,
  ): Float32Array {
    const n = input.length / this.before;
    const out = new Float32Array(n * this.after);
    const wide = time ? time.length / n : 0;
    for (let from = 0; from < n; from += this.rows) {
      const rows = Math.min(this.rows, n - from);
      this.arena
        .view(this.input, rows * this.before)
        .set(input.subarray(from * this.before, (from + rows) * this.before));
      if (time) this.arena.view(this.time, rows * wide).set(time.subarray(from * wide, (from + rows) * wide));
      const at = this.forward(rows, this.input, parameters);
      out.set(this.arena.view(at, rows * this.after), from * this.after);
    }
    return out;
  }
}
