/**
 * Products of single-precision matrices for the decoder, compiled by AssemblyScript to WebAssembly SIMD
 * (`npm run wasm -w @viva/checkpoint`). Both factors have the summed index contiguous, as weights and activations do.
 */

/** Rows of the second factor that are walked together: 48 rows of 1,536 stay in a second-level cache. */
const STRIP: i32 = 48;

@inline
function total(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

/** One element: for the edges. */
function dot(a: usize, b: usize, k: i32): f32 {
  let sum = f32x4.splat(0);
  const whole = k & ~3;
  for (let i = 0; i < whole; i += 4)
    sum = f32x4.add(sum, f32x4.mul(v128.load(a + (<usize>i << 2)), v128.load(b + (<usize>i << 2))));
  let rest = total(sum);
  for (let i = whole; i < k; i++) rest += load<f32>(a + (<usize>i << 2)) * load<f32>(b + (<usize>i << 2));
  return rest;
}

/** Four rows of `a` by three rows of `b`: twelve sums in registers. */
function tile(a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, k: i32): void {
  let s00 = f32x4.splat(0), s01 = s00, s02 = s00;
  let s10 = s00, s11 = s00, s12 = s00;
  let s20 = s00, s21 = s00, s22 = s00;
  let s30 = s00, s31 = s00, s32 = s00;
  const a1 = a + lda, a2 = a1 + lda, a3 = a2 + lda;
  const b1 = b + ldb, b2 = b1 + ldb;
  const end = <usize>(k & ~3) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const y0 = v128.load(b + i), y1 = v128.load(b1 + i), y2 = v128.load(b2 + i);
    let x = v128.load(a + i);
    s00 = f32x4.add(s00, f32x4.mul(x, y0));
    s01 = f32x4.add(s01, f32x4.mul(x, y1));
    s02 = f32x4.add(s02, f32x4.mul(x, y2));
    x = v128.load(a1 + i);
    s10 = f32x4.add(s10, f32x4.mul(x, y0));
    s11 = f32x4.add(s11, f32x4.mul(x, y1));
    s12 = f32x4.add(s12, f32x4.mul(x, y2));
    x = v128.load(a2 + i);
    s20 = f32x4.add(s20, f32x4.mul(x, y0));
    s21 = f32x4.add(s21, f32x4.mul(x, y1));
    s22 = f32x4.add(s22, f32x4.mul(x, y2));
    x = v128.load(a3 + i);
    s30 = f32x4.add(s30, f32x4.mul(x, y0));
    s31 = f32x4.add(s31, f32x4.mul(x, y1));
    s32 = f32x4.add(s32, f32x4.mul(x, y2));
  }
  finish(c, s00, s01, s02, a, b, ldb, end, k);
  finish(c + ldc, s10, s11, s12, a1, b, ldb, end, k);
  finish(c + 2 * ldc, s20, s21, s22, a2, b, ldb, end, k);
  finish(c + 3 * ldc, s30, s31, s32, a3, b, ldb, end, k);
}

/** Adds the lanes up, and what a length that is no multiple of four leaves. */
@inline
function finish(c: usize, s0: v128, s1: v128, s2: v128, a: usize, b: usize, ldb: usize, end: usize, k: i32): void {
  let t0 = total(s0), t1 = total(s1), t2 = total(s2);
  for (let i = end; i < (<usize>k << 2); i += 4) {
    const x = load<f32>(a + i);
    t0 += x * load<f32>(b + i);
    t1 += x * load<f32>(b + ldb + i);
    t2 += x * load<f32>(b + 2 * ldb + i);
  }
  store<f32>(c, t0);
  store<f32>(c, t1, 4);
  store<f32>(c, t2, 8);
}

/**
 * c = a · bᵀ.
 * @param a m rows of k singles, `lda` bytes apart.
 * @param b n rows of k singles, `ldb` bytes apart.
 * @param c m rows of n singles, `ldc` bytes apart.
 */
export function matmul(a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, m: i32, n: i32, k: i32): void {
  for (let strip = 0; strip < n; strip += STRIP) {
    const last = min(strip + STRIP, n);
    let i = 0;
    for (; i + 4 <= m; i += 4) {
      let j = strip;
      for (; j + 3 <= last; j += 3)
        tile(a + <usize>i * lda, lda, b + <usize>j * ldb, ldb, c + <usize>i * ldc + (<usize>j << 2), ldc, k);
      for (; j < last; j++)
        for (let r = i; r < i + 4; r++)
          store<f32>(c + <usize>r * ldc + (<usize>j << 2), dot(a + <usize>r * lda, b + <usize>j * ldb, k));
    }
    for (; i < m; i++)
      for (let j = strip; j < last; j++)
        store<f32>(c + <usize>i * ldc + (<usize>j << 2), dot(a + <usize>i * lda, b + <usize>j * ldb, k));
  }
}
