/** Handwritten digits as 14 × 14 images: 2,000 to learn from, 500 held out. Loaded when first asked for. */
import type { Random } from '../../engine/random.ts';

export interface Digits {
  side: number;
  /** Images one after another, pixels from −1 (paper) to 1 (ink). */
  images: Float32Array;
  /** The digit of each image. */
  labels: Uint8Array;
  heldOut: { images: Float32Array; labels: Uint8Array };
}

const SIDE = 14;
const PIXELS = SIDE * SIDE;
/** Of each digit: in the file, and for learning. */
const EACH = 250;
const LEARNT = 200;

let loaded: Promise<Digits> | null = null;

export function loadDigits(): Promise<Digits> {
  loaded ??= read();
  return loaded;
}

async function read(): Promise<Digits> {
  const { DIGITS } = await import('./digits.data.ts');
  const packed = Uint8Array.from(atob(DIGITS), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const part = (from: number, to: number): { images: Float32Array; labels: Uint8Array } => {
    const each = to - from;
    const images = new Float32Array(10 * each * PIXELS);
    const labels = new Uint8Array(10 * each);
    for (let digit = 0; digit < 10; digit++)
      for (let n = 0; n < each; n++) {
        const row = digit * each + n;
        labels[row] = digit;
        for (let at = 0; at < PIXELS; at++) {
          const place = (digit * EACH + from + n) * PIXELS + at;
          const byte = bytes[place >> 1] as number;
          images[row * PIXELS + at] = ((place & 1 ? byte & 15 : byte >> 4) / 15) * 2 - 1;
        }
      }
    return { images, labels };
  };
  return { side: SIDE, ...part(0, LEARNT), heldOut: part(LEARNT, EACH) };
}

/** `n` of the images, each drawn anew. */
export function drawDigits(
  { images, labels }: Pick<Digits, 'images' | 'labels'>,
  n: number,
  random: Random,
): Float32Array {
  const out = new Float32Array(n * PIXELS);
  for (let row = 0; row < n; row++) {
    const at = random.below(labels.length);
    out.set(images.subarray(at * PIXELS, (at + 1) * PIXELS), row * PIXELS);
  }
  return out;
}
