/** From quantised blocks back to singles, with the arithmetic of ggml's `dequantize_row_…`. */
import type { GgmlType } from '../format/types.ts';

const fround = Math.fround;

/** Values of the sixteen levels of IQ4_NL (ggml's `kvalues_iq4nl`). */
const IQ4_NL_VALUES = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** The value of a half-precision number, given its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type BlockReader = (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;

const byte = (bytes: Uint8Array, at: number) => bytes[at] ?? 0;
const half = (bytes: Uint8Array, at: number) => halfToNumber(byte(bytes, at) | (byte(bytes, at + 1) << 8));
const signed = (value: number) => (value << 24) >> 24;

/** The j-th 6-bit scale and minimum of a Q4_K or Q5_K block, whose twelve packed bytes begin at `at`. */
function scaleAndMin(bytes: Uint8Array, at: number, j: number): [number, number] {
  if (j < 4) return [byte(bytes, at + j) & 63, byte(bytes, at + j + 4) & 63];
  const mixed = byte(bytes, at + j + 4);
  return [
    (mixed & 15) | ((byte(bytes, at + j - 4) >> 6) << 4),
    (mixed >> 4) | ((byte(bytes, at + j) >> 6) << 4),
  ];
}

/** Q4_0 and Q5_0: scale × (level − middle); Q4_1 and Q5_1: scale × level + minimum. */
function blockOf32(bits: 4 | 5, affine: boolean): BlockReader {
  const middle = affine ? 0 : bits === 4 ? 8 : 16;
  const head = affine ? 4 : 2;
  const levels = head + (bits === 5 ? 4 : 0);
  return (bytes, at, out, to) => {
    const scale = half(bytes, at);
    const low = affine ? half(bytes, at + 2) : 0;
    for (let j = 0; j < 32; j += 1) {
      const packed = byte(bytes, at + levels + (j & 15));
      const fifth = bits === 5 ? ((byte(bytes, at + head + (j >> 3)) >> (j & 7)) & 1) << 4 : 0;
      const level = (j < 16 ? packed & 15 : packed >> 4) | fifth;
      out[to + j] = affine ? fround(scale * level) + low : (level - middle) * scale;
    }
  };
}

function blockOf256(fifthBits: boolean): BlockReader {
  const levels = fifthBits ? 48 : 16;
  return (bytes, at, out, to) => {
    const unit = half(bytes, at);
    const unitMin = half(bytes, at + 2);
    for (let j = 0; j < 8; j += 1) {
      const [s, m] = scaleAndMin(bytes, at + 4, j);
      const scale = fround(unit * s);
      const low = fround(unitMin * m);
      for (let i = 0; i < 32; i += 1) {
        const packed = byte(bytes, at + levels + (j >> 1) * 32 + i);
        const fifth = fifthBits ? ((byte(bytes, at + 16 + i) >> j) & 1) << 4 : 0;
        const level = (j & 1 ? packed >> 4 : packed & 15) | fifth;
        out[to + j * 32 + i] = fround(scale * level) - low;
      }
    }
  };
}

const q6: BlockReader = (bytes, at, out, to) => {
  const unit = half(bytes, at + 208);
  for (let i = 0; i < 256; i += 1) {
    const within = i & 127;
    const base = at + (i >> 7) * 64;
    const packed = byte(bytes, base + (within & 63));
    const nibble = within < 64 ? packed & 15 : packed >> 4;
    const high = (byte(bytes, at + 128 + (i >> 7) * 32 + (within & 31)) >> (2 * (within >> 5))) & 3;
    const scale = fround(unit * signed(byte(bytes, at + 192 + (i >> 4))));
    out[to + i] = scale * ((nibble | (high << 4)) - 32);
  }
};

const q8: BlockReader = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  for (let j = 0; j < 32; j += 1) out[to + j] = signed(byte(bytes, at + 2 + j)) * scale;
};

const iq4: BlockReader = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  for (let j = 0; j < 32; j += 1) {
    const packed = byte(bytes, at + 2 + (j & 15));
    out[to + j] = scale * (IQ4_NL_VALUES[j < 16 ? packed & 15 : packed >> 4] ?? 0);
  }
};

const f16: BlockReader = (bytes, at, out, to) => {
  out[to] = half(bytes, at);
};

const READERS: Partial<Record<GgmlType, readonly [size: number, bytes: number, read: BlockReader]>> = {
  F16: [1, 2, f16],
  Q4_0: [32, 18, blockOf32(4, false)],
  Q4_1: [32, 20, blockOf32(4, true)],
  Q5_0: [32, 22, blockOf32(5, false)],
  Q5_1: [32, 24, blockOf32(5, true)],
  Q8_0: [32, 34, q8],
  Q4_K: [256, 144, blockOf256(false)],
  Q5_K: [256, 176, blockOf256(true)],
  Q6_K: [256, 210, q6],
  IQ4_NL: [32, 18, iq4],
};

/** Types that {@link dequantise} can read. */
export const DEQUANTISABLE: ReadonlySet<GgmlType> = new Set<GgmlType>([
  'F32',
  'BF16',
  ...(Object.keys(READERS) as GgmlType[]),
]);

/**
 * Singles from the blocks of a tensor or of a part of one.
 *
 * @param bytes whole blocks
 * @throws RangeError for a type that is not in {@link DEQUANTISABLE}, or a broken block
 */
export function dequantise(bytes: Uint8Array, type: GgmlType): Float32Array<ArrayBuffer> {
  if (type === 'F32') return new Float32Array(new Uint8Array(bytes).buffer);
  if (type === 'BF16') {
    const words = new Uint16Array(new Uint8Array(bytes).buffer);
    const out = new Uint32Array(words.length);
    for (let i = 0; i < words.length; i += 1) out[i] = (words[i] ?? 0) << 16;
    return new Float32Array(out.buffer);
  }
  const reader = READERS[type];
  if (!reader) throw new RangeError(`tensors of type ${type} cannot be dequantised here`);
  const [size, blockBytes, read] = reader;
  if (bytes.length % blockBytes !== 0)
    throw new RangeError(`${bytes.length} bytes are not a whole number of blocks of ${type} (${blockBytes})`);
  const out = new Float32Array((bytes.length / blockBytes) * size);
  for (let at = 0, to = 0; at < bytes.length; at += blockBytes, to += size) read(bytes, at, out, to);
  return out;
}
