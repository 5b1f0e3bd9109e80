/**
 * The transformer's kernels, compiled by AssemblyScript to WebAssembly SIMD (`npm run wasm -w @viva/labs`). Addresses and
 * strides are in bytes, all numbers single precision. `src/transformer/kernel-engine.ts` says in which order they run.
 */

/** Rows of a score matrix that are computed together; keys after a block's last query are left out. */
const BLOCK: i32 = 16;
/** Products are summed in pieces of this many, so that both operands' columns stay in the first cache. */
const DEEP: i32 = 256;

@inline
function madd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

@inline
function total(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * e^x to two units in the last place: e^x = 2^n e^r with |r| ≤ ln 2 / 2, the polynomial of Cephes' expf (Moshier 1989).
 * Below −87 the result is about 1e−38.
 */
@inline
function exp4(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-87.0)), f32x4.splat(88.0));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = madd(f32x4.splat(1.3981999507e-3), y, r);
  y = madd(f32x4.splat(8.3334519073e-3), y, r);
  y = madd(f32x4.splat(4.1665795894e-2), y, r);
  y = madd(f32x4.splat(1.6666665459e-1), y, r);
  y = madd(f32x4.splat(5.0000001201e-1), y, r);
  y = madd(f32x4.add(r, f32x4.splat(1)), y, f32x4.mul(r, r));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** C (+)= A·B for `rows` rows of 1 and `columns` of 16 or 4. */
function oneRow(n: i32, k: i32, a: usize, acs: usize, b: usize, brs: usize, c: usize, add: bool): void {
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let pa = a;
    let pb = b + (<usize>j << 2);
    for (let p = 0; p < k; p++) {
      const x = v128.load32_splat(pa);
      s0 = madd(s0, x, v128.load(pb));
      s1 = madd(s1, x, v128.load(pb, 16));
      s2 = madd(s2, x, v128.load(pb, 32));
      s3 = madd(s3, x, v128.load(pb, 48));
      pa += acs;
      pb += brs;
    }
    const to = c + (<usize>j << 2);
    if (add) {
      s0 = f32x4.add(s0, v128.load(to));
      s1 = f32x4.add(s1, v128.load(to, 16));
      s2 = f32x4.add(s2, v128.load(to, 32));
      s3 = f32x4.add(s3, v128.load(to, 48));
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; j < n; j += 4) {
    let s = f32x4.splat(0);
    let pa = a;
    let pb = b + (<usize>j << 2);
    for (let p = 0; p < k; p++) {
      s = madd(s, v128.load32_splat(pa), v128.load(pb));
      pa += acs;
      pb += brs;
    }
    const to = c + (<usize>j << 2);
    if (add) s = f32x4.add(s, v128.load(to));
    v128.store(to, s);
  }
}

@inline
function put(to: usize, x: v128, add: bool): void {
  if (add) x = f32x4.add(x, v128.load(to));
  v128.store(to, x);
}

/** Four rows and eight columns of C at once: their sums stay in registers. */
function tile8(k: i32, a: usize, ars: usize, acs: usize, b: usize, brs: usize, c: usize, crs: usize, add: bool): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  const ars3 = ars * 3;
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(s00, x, b0);
    s01 = madd(s01, x, b1);
    x = v128.load32_splat(a + ars);
    s10 = madd(s10, x, b0);
    s11 = madd(s11, x, b1);
    x = v128.load32_splat(a + (ars << 1));
    s20 = madd(s20, x, b0);
    s21 = madd(s21, x, b1);
    x = v128.load32_splat(a + ars3);
    s30 = madd(s30, x, b0);
    s31 = madd(s31, x, b1);
    a += acs;
    b += brs;
  }
  put(c, s00, add);
  put(c + 16, s01, add);
  c += crs;
  put(c, s10, add);
  put(c + 16, s11, add);
  c += crs;
  put(c, s20, add);
  put(c + 16, s21, add);
  c += crs;
  put(c, s30, add);
  put(c + 16, s31, add);
}

function tile4(k: i32, a: usize, ars: usize, acs: usize, b: usize, brs: usize, c: usize, crs: usize, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const ars3 = ars * 3;
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    s0 = madd(s0, v128.load32_splat(a), b0);
    s1 = madd(s1, v128.load32_splat(a + ars), b0);
    s2 = madd(s2, v128.load32_splat(a + (ars << 1)), b0);
    s3 = madd(s3, v128.load32_splat(a + ars3), b0);
    a += acs;
    b += brs;
  }
  put(c, s0, add);
  put(c + crs, s1, add);
  put(c + (crs << 1), s2, add);
  put(c + crs * 3, s3, add);
}

/**
 * C = A·B, or C += A·B. A has a stride for rows and one for columns, so that its transpose needs no copy.
 * @param n a multiple of 4
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  ars: usize,
  acs: usize,
  b: usize,
  brs: usize,
  c: usize,
  crs: usize,
  add: bool,
): void {
  for (let deep = 0; deep < k; deep += DEEP) {
    const piece = min(DEEP, k - deep);
    const pa = a + <usize>deep * acs;
    const pb = b + <usize>deep * brs;
    const more = add || deep > 0;
    const even = m & ~3;
    let j = 0;
    for (; j + 8 <= n; j += 8)
      for (let i = 0; i < even; i += 4)
        tile8(piece, pa + <usize>i * ars, ars, acs, pb + (<usize>j << 2), brs, c + <usize>i * crs + (<usize>j << 2), crs, more);
    for (; j < n; j += 4)
      for (let i = 0; i < even; i += 4)
        tile4(piece, pa + <usize>i * ars, ars, acs, pb + (<usize>j << 2), brs, c + <usize>i * crs + (<usize>j << 2), crs, more);
    for (let i = even; i < m; i++)
      oneRow(n, piece, pa + <usize>i * ars, acs, pb, brs, c + <usize>i * crs, more);
  }
}

/** `to` (columns × wide) from `from` (rows × columns); columns of `to` beyond `rows` are zero. */
export function transpose(from: usize, rows: i32, columns: i32, frs: usize, to: usize, wide: i32): void {
  for (let j = 0; j < columns; j++) {
    const line = to + ((<usize>j * wide) << 2);
    for (let i = 0; i < rows; i++) f32.store(line + (<usize>i << 2), f32.load(from + <usize>i * frs + (<usize>j << 2)));
    for (let i = rows; i < wide; i++) f32.store(line + (<usize>i << 2), 0);
  }
}

export function zero(at: usize, count: i32): void {
  memory.fill(at, 0, <usize>count << 2);
}

/** y += x, both `count` numbers, a multiple of 4. */
export function addTo(y: usize, x: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16)
    v128.store(y + i, f32x4.add(v128.load(y + i), v128.load(x + i)));
}

/** Rows of the table, or of the soft prompt for ids from `vocabulary` on. */
export function embed(ids: usize, count: i32, table: usize, soft: usize, vocabulary: i32, width: i32, out: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    const id = i32.load(ids + (<usize>i << 2));
    const from = id < vocabulary ? table + <usize>id * bytes : soft + <usize>(id - vocabulary) * bytes;
    memory.copy(out + <usize>i * bytes, from, bytes);
  }
}

export function embedBack(ids: usize, count: i32, slope: usize, table: usize, soft: usize, vocabulary: i32, width: i32): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    const id = i32.load(ids + (<usize>i << 2));
    const to = id < vocabulary ? table + <usize>id * bytes : soft + <usize>(id - vocabulary) * bytes;
    addTo(to, slope + <usize>i * bytes, width);
  }
}

/** y = x / √(mean x² + ε) · gain; the reciprocals are kept for the way back. */
export function norm(x: usize, gain: usize, out: usize, inverse: usize, rows: i32, width: i32, epsilon: f32): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      sum = madd(sum, v, v);
    }
    const inv: f32 = 1 / sqrt<f32>(total(sum) / <f32>width + epsilon);
    f32.store(inverse + (<usize>row << 2), inv);
    const scale = f32x4.splat(inv);
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(out + i, f32x4.mul(f32x4.mul(v128.load(x + i), scale), v128.load(gain + i)));
    x += bytes;
    out += bytes;
  }
}

/** Adds to the slopes of x and of the gain. */
export function normBack(slope: usize, x: usize, gain: usize, inverse: usize, slopeX: usize, slopeGain: usize, rows: i32, width: i32): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const inv = f32.load(inverse + (<usize>row << 2));
    const scale = f32x4.splat(inv);
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const s = v128.load(slope + i);
      const v = v128.load(x + i);
      sum = madd(sum, f32x4.mul(s, v128.load(gain + i)), v);
      v128.store(slopeGain + i, madd(v128.load(slopeGain + i), s, f32x4.mul(v, scale)));
    }
    const back = f32x4.splat((total(sum) * inv * inv * inv) / <f32>width);
    for (let i: usize = 0; i < bytes; i += 16) {
      const straight = f32x4.mul(f32x4.mul(v128.load(slope + i), v128.load(gain + i)), scale);
      const bent = f32x4.mul(v128.load(x + i), back);
      v128.store(slopeX + i, f32x4.add(v128.load(slopeX + i), f32x4.sub(straight, bent)));
    }
    slope += bytes;
    x += bytes;
    slopeX += bytes;
  }
}

/**
 * Turns queries (and scales them) and keys in place, in rows of q, k and v beside each other. Halves of a head are
 * rotated against each other.
 * @param places the position of each row; `turn` 1 forwards, −1 for the way back
 */
export function rope(qkv: usize, rows: i32, places: usize, heads: i32, head: i32, cos: usize, sin: usize, turn: f32, scale: f32): void {
  const width = <usize>(heads * head) << 2;
  const half = <usize>head << 1;
  for (let row = 0; row < rows; row++) {
    const place = <usize>i32.load(places + (<usize>row << 2)) * half;
    for (let part = 0; part < 2; part++) {
      const size: f32 = part === 0 ? scale : 1;
      for (let h = 0; h < heads; h++) {
        const at = qkv + <usize>row * 3 * width + <usize>part * width + ((<usize>h * head) << 2);
        for (let i: usize = 0; i < half; i += 4) {
          const c = f32.load(cos + place + i) * size;
          const s = f32.load(sin + place + i) * turn * size;
          const a = f32.load(at + i);
          const b = f32.load(at + half + i);
          f32.store(at + i, a * c - b * s);
          f32.store(at + half + i, b * c + a * s);
        }
      }
    }
  }
}

/** Softmax of the first `count` of `wide` numbers in place; the others become zero. */
function softmaxRow(at: usize, count: i32, wide: i32): void {
  let most: f32 = -Infinity;
  for (let i = 0; i < count; i++) most = max(most, f32.load(at + (<usize>i << 2)));
  const upper = (count + 3) & ~3;
  for (let i = count; i < upper; i++) f32.store(at + (<usize>i << 2), most);
  const shift = f32x4.splat(most);
  for (let i: usize = 0; i < <usize>upper << 2; i += 16)
    v128.store(at + i, exp4(f32x4.sub(v128.load(at + i), shift)));
  for (let i = count; i < wide; i++) f32.store(at + (<usize>i << 2), 0);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>upper << 2; i += 16) sum = f32x4.add(sum, v128.load(at + i));
  const scale = f32x4.splat(1 / total(sum));
  for (let i: usize = 0; i < <usize>upper << 2; i += 16) v128.store(at + i, f32x4.mul(v128.load(at + i), scale));
}

/** One head's columns, those of the prefix before those of the row, as rows of their own; then zeros up to `wide`. */
function gather(prefix: usize, ahead: i32, from: usize, length: i32, prs: usize, frs: usize, head: i32, to: usize, wide: i32): void {
  const bytes = <usize>head << 2;
  for (let i = 0; i < ahead; i++) memory.copy(to + <usize>i * bytes, prefix + <usize>i * prs, bytes);
  to += <usize>ahead * bytes;
  for (let i = 0; i < length; i++) memory.copy(to + <usize>i * bytes, from + <usize>i * frs, bytes);
  memory.fill(to + <usize>length * bytes, 0, <usize>(wide - ahead - length) * bytes);
}

/**
 * Causal attention of all heads. Queries are scaled and turned already.
 * @param qkv rows × length × 3 width
 * @param prefix keys, then values, each ahead × width, seen by every position
 * @param weights kept for the way back: rows × heads × length × wide, with wide = ahead + length up to a multiple of 4
 * @param scratch 3 × wide × head numbers
 * @param out rows × length × width
 */
export function attend(qkv: usize, rows: i32, length: i32, heads: i32, head: i32, prefix: usize, ahead: i32, weights: usize, scratch: usize, out: usize): void {
  const width = <usize>(heads * head) << 2;
  const wide = (ahead + length + 3) & ~3;
  const bytes = <usize>head << 2;
  const keysT = scratch;
  const pile = scratch + <usize>wide * bytes;
  for (let row = 0; row < rows; row++)
    for (let h = 0; h < heads; h++) {
      const q = qkv + <usize>row * <usize>length * 3 * width + <usize>h * bytes;
      const pre = prefix + <usize>h * bytes;
      gather(pre, ahead, q + width, length, width, 3 * width, head, pile, wide);
      transpose(pile, wide, head, bytes, keysT, wide);
      gather(pre + <usize>ahead * width, ahead, q + 2 * width, length, width, 3 * width, head, pile, wide);
      const scores = weights + ((<usize>(row * heads + h) * <usize>length * <usize>wide) << 2);
      const to = out + <usize>row * <usize>length * width + <usize>h * bytes;
      const line = <usize>wide << 2;
      for (let first = 0; first < length; first += BLOCK) {
        const count = min(BLOCK, length - first);
        const seen = (ahead + first + count + 3) & ~3;
        const own = scores + <usize>first * line;
        gemm(count, seen, head, q + <usize>first * 3 * width, 3 * width, 4, keysT, line, own, line, false);
        for (let i = 0; i < count; i++) softmaxRow(own + <usize>i * line, ahead + first + i + 1, wide);
        gemm(count, head, seen, own, line, 4, pile, bytes, to + <usize>first * width, width, false);
      }
    }
}

/**
 * @param slope of `attend`'s out. @param slopeQkv written, not added to; @param slopePrefix added to
 * @param scratch (4 × wide × head) + (2 × wide × head) + (length × wide) numbers
 */
export function attendBack(qkv: usize, slope: usize, rows: i32, length: i32, heads: i32, head: i32, prefix: usize, ahead: i32, weights: usize, scratch: usize, slopeQkv: usize, slopePrefix: usize): void {
  const width = <usize>(heads * head) << 2;
  const wide = (ahead + length + 3) & ~3;
  const bytes = <usize>head << 2;
  const line = <usize>wide << 2;
  const keys = scratch;
  const pile = keys + <usize>wide * bytes;
  const valuesT = pile + <usize>wide * bytes;
  const slopeKeys = valuesT + <usize>wide * bytes;
  const slopeValues = slopeKeys + <usize>wide * bytes;
  const slopeScores = slopeValues + <usize>wide * bytes;
  for (let row = 0; row < rows; row++)
    for (let h = 0; h < heads; h++) {
      const offset = <usize>row * <usize>length * 3 * width + <usize>h * bytes;
      const q = qkv + offset;
      const pre = prefix + <usize>h * bytes;
      gather(pre, ahead, q + width, length, width, 3 * width, head, keys, wide);
      gather(pre + <usize>ahead * width, ahead, q + 2 * width, length, width, 3 * width, head, pile, wide);
      transpose(pile, wide, head, bytes, valuesT, wide);
      memory.fill(slopeKeys, 0, 2 * <usize>wide * bytes);
      const scores = weights + ((<usize>(row * heads + h) * <usize>length * <usize>wide) << 2);
      const from = slope + <usize>row * <usize>length * width + <usize>h * bytes;
      const to = slopeQkv + offset;
      for (let first = 0; first < length; first += BLOCK) {
        const count = min(BLOCK, length - first);
        const seen = (ahead + first + count + 3) & ~3;
        const own = scores + <usize>first * line;
        const back = from + <usize>first * width;
        gemm(seen, head, count, own, 4, line, back, width, slopeValues, bytes, true);
        gemm(count, seen, head, back, width, 4, valuesT, line, slopeScores, line, false);
        for (let i = 0; i < count; i++) {
          const p = own + <usize>i * line;
          const s = slopeScores + <usize>i * line;
          let sum = f32x4.splat(0);
          for (let j: usize = 0; j < <usize>seen << 2; j += 16) sum = madd(sum, v128.load(p + j), v128.load(s + j));
          const mean = f32x4.splat(total(sum));
          for (let j: usize = 0; j < <usize>seen << 2; j += 16)
            v128.store(s + j, f32x4.mul(v128.load(p + j), f32x4.sub(v128.load(s + j), mean)));
        }
        gemm(count, head, seen, slopeScores, line, 4, keys, bytes, to + <usize>first * 3 * width, 3 * width, false);
        gemm(seen, head, count, slopeScores, 4, line, q + <usize>first * 3 * width, 3 * width, slopeKeys, bytes, true);
      }
      for (let i = 0; i < ahead; i++) {
        addTo(slopePrefix + <usize>h * bytes + <usize>i * width, slopeKeys + <usize>i * bytes, head);
        addTo(slopePrefix + <usize>h * bytes + <usize>(ahead + i) * width, slopeValues + <usize>i * bytes, head);
      }
      for (let i = 0; i < length; i++) {
        memory.copy(to + width + <usize>i * 3 * width, slopeKeys + <usize>(ahead + i) * bytes, bytes);
        memory.copy(to + 2 * width + <usize>i * 3 * width, slopeValues + <usize>(ahead + i) * bytes, bytes);
      }
    }
}

/** silu(gate) · up, gate and up beside each other. */
export function swiglu(gateUp: usize, rows: i32, hidden: i32, out: usize): void {
  const bytes = <usize>hidden << 2;
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const gate = v128.load(gateUp + i);
      const open = f32x4.div(gate, f32x4.add(one, exp4(f32x4.neg(gate))));
      v128.store(out + i, f32x4.mul(open, v128.load(gateUp + bytes + i)));
    }
    gateUp += 2 * bytes;
    out += bytes;
  }
}

/** @param slope of `swiglu`'s out. @param slopeGateUp written, not added to */
export function swigluBack(gateUp: usize, slope: usize, rows: i32, hidden: i32, slopeGateUp: usize): void {
  const bytes = <usize>hidden << 2;
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const gate = v128.load(gateUp + i);
      const up = v128.load(gateUp + bytes + i);
      const s = v128.load(slope + i);
      const sigmoid = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(gate))));
      const open = f32x4.mul(gate, sigmoid);
      // d silu / d gate = σ (1 + gate (1 − σ))
      const steep = f32x4.mul(sigmoid, madd(one, gate, f32x4.sub(one, sigmoid)));
      v128.store(slopeGateUp + i, f32x4.mul(f32x4.mul(s, up), steep));
      v128.store(slopeGateUp + bytes + i, f32x4.mul(s, open));
    }
    gateUp += 2 * bytes;
    slope += bytes;
    slopeGateUp += 2 * bytes;
  }
}

/** Row `i` of `to` from row `which[i]` of `from`. */
export function pick(from: usize, which: usize, count: i32, width: i32, to: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++)
    memory.copy(to + <usize>i * bytes, from + <usize>i32.load(which + (<usize>i << 2)) * bytes, bytes);
}

/** The way back of `pick`: written over zeros, each row once. */
export function unpick(from: usize, which: usize, count: i32, width: i32, to: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++)
    memory.copy(to + <usize>i32.load(which + (<usize>i << 2)) * bytes, from + <usize>i * bytes, bytes);
}

/**
 * Logits become slopes of the mean cross-entropy, in place.
 * @param wide numbers a row, `vocabulary` of them logits. @returns the sum of −ln p(target), nats
 */
export function crossEntropy(logits: usize, targets: usize, rows: i32, vocabulary: i32, wide: i32): f64 {
  let loss: f64 = 0;
  const scale: f32 = 1 / <f32>rows;
  for (let row = 0; row < rows; row++) {
    const at = logits + ((<usize>row * wide) << 2);
    const own = at + (<usize>i32.load(targets + (<usize>row << 2)) << 2);
    softmaxRow(at, vocabulary, wide);
    loss -= Math.log(max<f64>(<f64>f32.load(own), 1e-37));
    f32.store(own, f32.load(own) - 1);
    for (let i: usize = 0; i < <usize>wide << 2; i += 16)
      v128.store(at + i, f32x4.mul(v128.load(at + i), f32x4.splat(scale)));
  }
  return loss;
}

/**
 * One new position a row against its cache. The row's own key and value are put in first.
 * @param qkv rows × 3 width; @param places how many positions each row has already, the prefix not counted
 * @param slots which cache each row has
 * @param cache for each slot keys, then values, each (ahead + context) × width; the prefix stands first
 * @param scratch (ahead + context) up to a multiple of 4
 */
export function attendNext(qkv: usize, rows: i32, places: usize, slots: usize, heads: i32, head: i32, ahead: i32, cache: usize, context: i32, scratch: usize, out: usize): void {
  const width = <usize>(heads * head) << 2;
  const bytes = <usize>head << 2;
  const plane = <usize>(ahead + context) * width;
  for (let row = 0; row < rows; row++) {
    const q = qkv + <usize>row * 3 * width;
    const at = ahead + i32.load(places + (<usize>row << 2));
    const keys = cache + <usize>i32.load(slots + (<usize>row << 2)) * 2 * plane;
    memory.copy(keys + <usize>at * width, q + width, width);
    memory.copy(keys + plane + <usize>at * width, q + 2 * width, width);
    for (let h = 0; h < heads; h++) {
      const shift = <usize>h * bytes;
      for (let i = 0; i <= at; i++) {
        let sum = f32x4.splat(0);
        const key = keys + <usize>i * width + shift;
        for (let j: usize = 0; j < bytes; j += 16) sum = madd(sum, v128.load(q + shift + j), v128.load(key + j));
        f32.store(scratch + (<usize>i << 2), total(sum));
      }
      softmaxRow(scratch, at + 1, (at + 4) & ~3);
      gemm(1, head, at + 1, scratch, 4, 4, keys + plane + shift, width, out + <usize>row * width + shift, width, false);
    }
  }
}
