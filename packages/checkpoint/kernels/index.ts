/** What the compiled module offers. `heap` is the first byte that callers may use. */
export {
  bfloatToSingle,
  firstNotFinite,
  halfToSingle,
  singleToBfloat,
  singleToHalf,
} from './half';
export { quantizeQ4_0, quantizeQ4_1, quantizeQ5_0, quantizeQ5_1, quantizeQ8_0 } from './blocks-of-32';
export { quantizeQ4_K, quantizeQ5_K, quantizeQ6_K } from './k-quants';
export { quantizeIQ4_NL } from './iq4-nl';

export function heap(): usize {
  return (__heap_base + 63) & ~63;
}
