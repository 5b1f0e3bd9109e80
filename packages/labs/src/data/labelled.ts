/** Small tasks of classification: points on arms of a spiral, drawn digits, and the next letter of a text. */
import type { Random } from '../engine/random.ts';
import { drawText, SYMBOLS } from './letters.ts';

export type LabelledName = 'spirals' | 'digits' | 'letters';

export interface Batch {
  rows: number;
  /** rows × inputs. */
  x: Float32Array;
  labels: Uint8Array;
}

export interface LabelledTask {
  name: LabelledName;
  inputs: number;
  classes: number;
  /** A fresh batch; none is drawn twice. */
  draw(rows: number, random: Random): Batch;
}

/** Three arms, one and a half turns each, with noise that makes them touch. */
function spirals(): LabelledTask {
  return {
    name: 'spirals',
    inputs: 2,
    classes: 3,
    draw(rows, random) {
      const x = new Float32Array(2 * rows);
      const labels = new Uint8Array(rows);
      for (let row = 0; row < rows; row++) {
        const arm = random.below(3);
        const along = Math.sqrt(random.next());
        const angle = 1.5 * 2 * Math.PI * along + (arm * 2 * Math.PI) / 3;
        x[2 * row] = 2 * along * Math.cos(angle) + 0.09 * random.normal();
        x[2 * row + 1] = 2 * along * Math.sin(angle) + 0.09 * random.normal();
        labels[row] = arm;
      }
      return { rows, x, labels };
    },
  };
}

/** Ten digits, 5 × 7, a hexadecimal digit a row. */
const DIGITS = [
  [0xe, 0x11, 0x13, 0x15, 0x19, 0x11, 0xe],
  [0x4, 0xc, 0x4, 0x4, 0x4, 0x4, 0xe],
  [0xe, 0x11, 0x1, 0x6, 0x8, 0x10, 0x1f],
  [0xe, 0x11, 0x1, 0x6, 0x1, 0x11, 0xe],
  [0x2, 0x6, 0xa, 0x12, 0x1f, 0x2, 0x2],
  [0x1f, 0x10, 0x1e, 0x1, 0x1, 0x11, 0xe],
  [0x6, 0x8, 0x10, 0x1e, 0x11, 0x11, 0xe],
  [0x1f, 0x1, 0x2, 0x4, 0x8, 0x8, 0x8],
  [0xe, 0x11, 0x11, 0xe, 0x11, 0x11, 0xe],
  [0xe, 0x11, 0x11, 0xf, 0x1, 0x2, 0xc],
] as const;
const SIDE = 8;

/** Digits on 8 × 8 pixels, moved about, of varying contrast, under noise. */
function digits(): LabelledTask {
  return {
    name: 'digits',
    inputs: SIDE * SIDE,
    classes: 10,
    draw(rows, random) {
      const x = new Float32Array(rows * SIDE * SIDE);
      const labels = new Uint8Array(rows);
      for (let row = 0; row < rows; row++) {
        const digit = random.below(10);
        labels[row] = digit;
        const [right, down] = [random.below(4), random.below(2)];
        const contrast = 0.7 + 0.6 * random.next();
        const start = row * SIDE * SIDE;
        for (let at = 0; at < SIDE * SIDE; at++) x[start + at] = 0.35 * random.normal();
        for (const [line, bits] of (DIGITS[digit] as readonly number[]).entries())
          for (let column = 0; column < 5; column++)
            if ((bits >> (4 - column)) & 1) {
              const at = start + (line + down) * SIDE + column + right;
              x[at] = (x[at] as number) + contrast;
            }
      }
      return { rows, x, labels };
    },
  };
}

/** Letters that the next one is told from. */
export const CONTEXT = 6;

/** The next letter of a text after six, each a one among zeros. */
function letters(): LabelledTask {
  const width = SYMBOLS.length;
  return {
    name: 'letters',
    inputs: CONTEXT * width,
    classes: width,
    draw(rows, random) {
      const x = new Float32Array(rows * CONTEXT * width);
      const labels = new Uint8Array(rows);
      const text = drawText(rows + CONTEXT, random);
      for (let row = 0; row < rows; row++) {
        for (let back = 0; back < CONTEXT; back++)
          x[(row * CONTEXT + back) * width + (text[row + back] as number)] = 1;
        labels[row] = text[row + CONTEXT] as number;
      }
      return { rows, x, labels };
    },
  };
}

const TASKS = { spirals, digits, letters };

export const labelledTask = (name: LabelledName): LabelledTask => TASKS[name]();
