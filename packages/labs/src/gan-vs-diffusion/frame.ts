/** What a page asks to be drawn, and what it is given. Samples stand one after another: points as x and y, images as pixels. */
import type { Part } from './session.ts';

export interface View {
  /** Where on the way from data to noise the score field is drawn, 0 to 1; null for none. */
  scoreAt: number | null;
  /** Whether the generator is drawn as what it makes of a grid of latents. */
  mesh?: boolean;
  /** Whether the discriminator's pull on the samples is drawn. */
  pull?: boolean;
}

export interface Frame {
  space: 'points' | 'images';
  /** Pixels along a side, of images. */
  side: number | null;
  data: Float32Array;
  modes: Float32Array | null;
  modeCount: number | null;
  /** Half the width of the square of points; the largest pixel of images. */
  reach: number;
  gan: {
    samples: Float32Array;
    /** Points: probability of real on a square grid, row by row from below. */
    heat: { values: Float32Array; size: number } | null;
    /** Images: probability of real of each. */
    real: Float32Array | null;
    /** Where the generator puts a grid of latents, `rows` × `columns`. */
    mesh: { rows: number; columns: number; places: Float32Array } | null;
    /** Some samples, and against the gradient of the generator's loss in each. */
    pull: { at: Float32Array; by: Float32Array } | null;
  };
  diffusion: {
    samples: Float32Array;
    score: { at: Float32Array; by: Float32Array } | null;
    /** The samples from noise (first) to data (last), data units. */
    places: Float32Array[];
  };
  curves: {
    step: Float32Array;
    discriminator: Float32Array;
    generator: Float32Array;
    diffusion: Float32Array;
  };
  /** Of the samples on the screen. */
  now: {
    ganModes: number | null;
    ganQuality: number | null;
    diffusionModes: number | null;
    diffusionQuality: number | null;
  };
  diffusionSteps: number;
  /** The part of a round that is next. */
  next: Part;
  /** Parts that were taken out of turn. */
  byHand: number;
}
