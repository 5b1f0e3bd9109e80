/** Double quantisation: the scales of 4-bit blocks, less their mean, in blocks of 256 of the dynamic 8-bit format. */

import { dynamicMap } from './codebooks.ts';
import { torchMean } from './torch-mean.ts';

export const NESTED_BLOCK = 256;

export interface NestedScales {
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly absmax: Float32Array<ArrayBuffer>;
  /** The mean that was taken off. */
  readonly offset: number;
}

export const DYNAMIC_MAP = dynamicMap();

let nearestCode: Uint8Array | undefined;

/** The level for each of 65,536 steps from -1 to 1: bitsandbytes looks up so on CPU, not for the exact nearest. */
function lookUp(): Uint8Array {
  if (nearestCode) return nearestCode;
  const table = new Uint8Array(65536);
  let code = 0;
  for (let i = 0; i < 65536; i++) {
    const value = Math.fround(-1 + Math.fround((2 * i) / 65535));
    while (code < 255 && middle(code) < value) code++;
    table[i] = code;
  }
  nearestCode = table;
  return table;
}

const middle = (code: number): number =>
  0.5 * Math.fround((DYNAMIC_MAP[code] as number) + (DYNAMIC_MAP[code + 1] as number));

/** As bitsandbytes 0.50 on CPU (`quantize_blockwise` with block 256 on absmax minus its mean). */
export function quantizeScales(scales: Float32Array): NestedScales {
  const offset = torchMean(scales);
  const table = lookUp();
  const absmax = new Float32Array(Math.ceil(scales.length / NESTED_BLOCK));
  const codes = new Uint8Array(scales.length);
  const centred = new Float32Array(scales.length);
  for (let i = 0; i < scales.length; i++) centred[i] = (scales[i] as number) - offset;
  for (let block = 0; block < absmax.length; block++) {
    const start = block * NESTED_BLOCK;
    const end = Math.min(scales.length, start + NESTED_BLOCK);
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(centred[i] as number));
    absmax[block] = largest;
    // Scales that are all the same leave nothing but zeros; the reference writes code 0 then, not the code of zero.
    if (largest === 0) continue;
    const inverse = Math.fround(1 / largest);
    for (let i = start; i < end; i++) {
      const scaled = Math.min(1, Math.max(-1, Math.fround((centred[i] as number) * inverse)));
      // One rounding at the end, as a fused multiply-add has.
      codes[i] = table[Math.trunc(Math.fround(Math.fround(scaled + 1) * 0.5 * 65535 + 0.5))] as number;
    }
  }
  return { codes, absmax, offset };
}

/** The scales that a reader computes from the doubly quantised ones. */
export function dequantizeScales({ codes, absmax, offset }: NestedScales): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const level = DYNAMIC_MAP[codes[i] as number] as number;
    scales[i] = Math.fround(level * (absmax[Math.floor(i / NESTED_BLOCK)] as number)) + offset;
  }
  return scales;
}
