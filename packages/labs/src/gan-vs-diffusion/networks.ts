/** The networks of both models: fully connected for points, small convolutions for digits. */
import { denseLayers, type Layer, widthBefore } from '../nets/layers.ts';

/** What is generated: points of the plane, or square images of one channel. */
export type Space = { kind: 'points' } | { kind: 'images'; side: number };

export const POINTS: Space = { kind: 'points' };

/** Numbers in one sample. */
export const widthOf = (space: Space): number => (space.kind === 'points' ? 2 : space.side ** 2);

/** Sines and cosines of the time that the denoiser is given. */
export const TIME = 16;

/** Channels of the widest picture for a width of hidden layers. */
const channelsOf = (hidden: number): number => Math.max(4, hidden / 8);

/** Noise in, a sample out; images within (−1, 1) as DCGAN's (Radford et al. 2016), with nearest neighbours for growing. */
export function generatorLayers(space: Space, latent: number, hidden: number): Layer[] {
  if (space.kind === 'points') return denseLayers([latent, hidden, hidden, 2], 'relu');
  const c = channelsOf(hidden);
  const { side } = space;
  const half = side / 2;
  return [
    { kind: 'dense', from: latent, to: half * half * 2 * c },
    { kind: 'activate', by: 'leaky-relu', width: half * half * 2 * c },
    { kind: 'grow', side: half, channels: 2 * c },
    { kind: 'conv', side, from: 2 * c, to: c, stride: 1 },
    { kind: 'activate', by: 'leaky-relu', width: side * side * c },
    { kind: 'conv', side, from: c, to: 1, stride: 1 },
    { kind: 'activate', by: 'tanh', width: side * side },
  ];
}

/** `pack` samples in (as channels, for images), one score out. Piecewise linear, which its penalties need. */
export function discriminatorLayers(space: Space, pack: number, hidden: number): Layer[] {
  if (space.kind === 'points') return denseLayers([2 * pack, hidden, hidden, 1], 'leaky-relu');
  const c = channelsOf(hidden);
  const { side } = space;
  const half = Math.ceil(side / 2);
  const quarter = Math.ceil(half / 2);
  return [
    { kind: 'conv', side, from: pack, to: c, stride: 1 },
    { kind: 'activate', by: 'leaky-relu', width: side * side * c },
    { kind: 'conv', side, from: c, to: 2 * c, stride: 2 },
    { kind: 'activate', by: 'leaky-relu', width: half * half * 2 * c },
    { kind: 'conv', side: half, from: 2 * c, to: 4 * c, stride: 2 },
    { kind: 'activate', by: 'leaky-relu', width: quarter * quarter * 4 * c },
    { kind: 'dense', from: quarter * quarter * 4 * c, to: 1 },
  ];
}

/** Units of the denoiser's middle for images, which sees the whole picture at once. */
const MIDDLE = 128;

/**
 * A noised sample in, its noise (or v) out. For points the time stands beside the coordinates; for images it is added to
 * every pixel, in a small U-Net (Ronneberger et al. 2015) of two resolutions around a fully connected middle.
 */
export function denoiserLayers(space: Space, hidden: number): Layer[] {
  if (space.kind === 'points') return denseLayers([2 + TIME, hidden, hidden, 2], 'silu');
  const c = channelsOf(hidden);
  const { side } = space;
  const half = side / 2;
  const [whole, small] = [side * side, half * half];
  return [
    { kind: 'conv', side, from: 1, to: c, stride: 1 },
    { kind: 'time', from: TIME, pixels: whole, channels: c },
    { kind: 'activate', by: 'silu', width: whole * c },
    { kind: 'keep', width: whole * c },
    { kind: 'conv', side, from: c, to: 2 * c, stride: 2 },
    { kind: 'time', from: TIME, pixels: small, channels: 2 * c },
    { kind: 'activate', by: 'silu', width: small * 2 * c },
    { kind: 'keep', width: small * 2 * c },
    { kind: 'dense', from: small * 2 * c, to: MIDDLE },
    { kind: 'time', from: TIME, pixels: 1, channels: MIDDLE },
    { kind: 'activate', by: 'silu', width: MIDDLE },
    { kind: 'dense', from: MIDDLE, to: small * 2 * c },
    { kind: 'add', width: small * 2 * c },
    { kind: 'activate', by: 'silu', width: small * 2 * c },
    { kind: 'conv', side: half, from: 2 * c, to: 2 * c, stride: 1 },
    { kind: 'activate', by: 'silu', width: small * 2 * c },
    { kind: 'grow', side: half, channels: 2 * c },
    { kind: 'conv', side, from: 2 * c, to: c, stride: 1 },
    { kind: 'add', width: whole * c },
    { kind: 'activate', by: 'silu', width: whole * c },
    { kind: 'conv', side, from: c, to: 1, stride: 1 },
  ];
}

/** Whether the time is an input of its own. */
export const hasTime = (layers: readonly Layer[]): boolean => layers.some(({ kind }) => kind === 'time');

/** Numbers in a row of input. */
export const inputOf = (layers: readonly Layer[]): number => widthBefore(layers[0] as Layer);

/**
 * Several samples as one row for the discriminator: points one after another, images as channels of one picture.
 * @param samples n·pack samples @param out where n rows go
 */
export function packSamples(samples: Float32Array, pack: number, width: number, out: Float32Array): void {
  if (pack === 1 || width === 2) {
    out.set(samples);
    return;
  }
  const rows = samples.length / (pack * width);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < pack; k++)
      for (let at = 0; at < width; at++)
        out[(row * width + at) * pack + k] = samples[(row * pack + k) * width + at] as number;
}

/** The other way: rows into samples. */
export function unpackSamples(rows: Float32Array, pack: number, width: number, out: Float32Array): void {
  if (pack === 1 || width === 2) {
    out.set(rows);
    return;
  }
  const count = rows.length / (pack * width);
  for (let row = 0; row < count; row++)
    for (let k = 0; k < pack; k++)
      for (let at = 0; at < width; at++)
        out[(row * pack + k) * width + at] = rows[(row * width + at) * pack + k] as number;
}
