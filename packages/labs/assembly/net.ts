/**
 * What training small networks needs, compiled by AssemblyScript to WebAssembly SIMD (`npm run wasm -w @viva/labs`): matrix
 * products, convolutions as matrix products, activations and their slopes, Adam. Single precision throughout, no fused
 * multiply-add, so that every machine gives the same bits. Pointers are bytes, sizes and strides are numbers of floats.
 * Images are rows of pixels of channels (NHWC); a kernel is a (3·3·in) × out matrix.
 */

const W: usize = 4;

/** Writes columns `from` to `from + 8` of b (k × n) one after another, zeros where b ends. */
@inline
function packB(k: i32, n: i32, from: i32, b: usize, row: usize, col: usize, out: usize): void {
  const wide = min(8, n - from);
  const step = row * W;
  let at = b + <usize>from * col * W;
  if (col == 1 && wide == 8) {
    for (let p = 0; p < k; p++, at += step, out += 32) {
      v128.store(out, v128.load(at));
      v128.store(out, v128.load(at, 16), 16);
    }
    return;
  }
  for (let p = 0; p < k; p++, at += step, out += 32) {
    v128.store(out, f32x4.splat(0));
    v128.store(out, f32x4.splat(0), 16);
    for (let j = 0; j < wide; j++) store<f32>(out + <usize>j * W, load<f32>(at + <usize>j * col * W));
  }
}

/** Adds or writes the first `count` of four values. */
@inline
function put(at: usize, value: v128, count: i32, add: bool): void {
  if (count >= 4) {
    v128.store(at, add ? f32x4.add(value, v128.load(at)) : value);
    return;
  }
  let rest = value;
  for (let j = 0; j < count; j++) {
    const one = f32x4.extract_lane(rest, 0);
    store<f32>(at + <usize>j * W, add ? load<f32>(at + <usize>j * W) + one : one);
    rest = i8x16.shuffle(rest, rest, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

/** A tile of 4 × 8: a's rows start at a0 … a3 and go on by `step` bytes, b is packed. */
@inline
function tile8(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, step: usize, b: usize, c: usize, row: usize, wide: i32, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  let off: usize = 0;
  for (let p = 0; p < k; p++) {
    const x = v128.load(b);
    const y = v128.load(b, 16);
    b += 32;
    let v = v128.load32_splat(a0 + off);
    s0 = f32x4.add(s0, f32x4.mul(v, x));
    s1 = f32x4.add(s1, f32x4.mul(v, y));
    v = v128.load32_splat(a1 + off);
    s2 = f32x4.add(s2, f32x4.mul(v, x));
    s3 = f32x4.add(s3, f32x4.mul(v, y));
    v = v128.load32_splat(a2 + off);
    s4 = f32x4.add(s4, f32x4.mul(v, x));
    s5 = f32x4.add(s5, f32x4.mul(v, y));
    v = v128.load32_splat(a3 + off);
    s6 = f32x4.add(s6, f32x4.mul(v, x));
    s7 = f32x4.add(s7, f32x4.mul(v, y));
    off += step;
  }
  const next = row * W;
  put(c, s0, wide, add);
  put(c + next, s2, wide, add);
  put(c + 2 * next, s4, wide, add);
  put(c + 3 * next, s6, wide, add);
  if (wide > 4) {
    put(c + 16, s1, wide - 4, add);
    put(c + next + 16, s3, wide - 4, add);
    put(c + 2 * next + 16, s5, wide - 4, add);
    put(c + 3 * next + 16, s7, wide - 4, add);
  }
}

/** The same for the first four columns only. */
@inline
function tile4(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, step: usize, b: usize, c: usize, row: usize, wide: i32, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0, s2 = s0, s3 = s0;
  let off: usize = 0;
  for (let p = 0; p < k; p++) {
    const x = v128.load(b);
    b += 32;
    s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a0 + off), x));
    s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(a1 + off), x));
    s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(a2 + off), x));
    s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(a3 + off), x));
    off += step;
  }
  put(c, s0, wide, add);
  put(c + row * W, s1, wide, add);
  put(c + 2 * row * W, s2, wide, add);
  put(c + 3 * row * W, s3, wide, add);
}

/** One row of a by one packed panel. */
@inline
function line(k: i32, a: usize, step: usize, b: usize, c: usize, wide: i32, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  for (let p = 0; p < k; p++) {
    const v = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(v, v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v, v128.load(b, 16)));
    a += step;
    b += 32;
  }
  put(c, s0, wide, add);
  if (wide > 4) put(c + 16, s1, wide - 4, add);
}

/** Sums of four lanes, in a fixed order. */
@inline
function total(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/**
 * c (m × n) = a (m × k) · b (k × n), or c += with `add`. Each matrix has a row and a column stride, so that transposes
 * cost nothing; c's columns are adjacent.
 * @param scratch room for 8·⌈n/8⌉·k + 4·k floats
 */
function gemm(
  m: i32, n: i32, k: i32,
  a: usize, aRow: usize, aCol: usize,
  b: usize, bRow: usize, bCol: usize,
  c: usize, cRow: usize,
  add: bool, scratch: usize,
): void {
  if (n == 1 && aCol == 1 && bRow == 1) {
    // One column: products of rows.
    for (let i = 0; i < m; i++) {
      const from = a + <usize>i * aRow * W;
      let sum = f32x4.splat(0);
      let p = 0;
      for (; p + 4 <= k; p += 4)
        sum = f32x4.add(sum, f32x4.mul(v128.load(from + <usize>p * W), v128.load(b + <usize>p * W)));
      let value = total(sum);
      for (; p < k; p++) value += load<f32>(from + <usize>p * W) * load<f32>(b + <usize>p * W);
      const to = c + <usize>i * cRow * W;
      store<f32>(to, add ? load<f32>(to) + value : value);
    }
    return;
  }
  const panel = <usize>k * 32;
  let packed = scratch;
  for (let j = 0; j < n; j += 8, packed += panel) packB(k, n, j, b, bRow, bCol, packed);
  const block = packed;
  const step = aCol * W;
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let a0 = a + <usize>i * aRow * W;
    let a1: usize, a2: usize, a3: usize, by: usize;
    if (aRow == 1) {
      // Columns of a stored matrix: four neighbours at a time, so that the tiles read them in order.
      let from = a0;
      let to = block;
      for (let p = 0; p < k; p++, from += step, to += 16) v128.store(to, v128.load(from));
      a0 = block;
      a1 = block + 4;
      a2 = block + 8;
      a3 = block + 12;
      by = 16;
    } else {
      a1 = a0 + aRow * W;
      a2 = a1 + aRow * W;
      a3 = a2 + aRow * W;
      by = step;
    }
    let from = scratch;
    let to = c + <usize>i * cRow * W;
    for (let j = 0; j < n; j += 8, from += panel, to += 32) {
      const wide = n - j;
      if (wide >= 8) tile8(k, a0, a1, a2, a3, by, from, to, cRow, 8, add);
      else if (wide > 4) tile8(k, a0, a1, a2, a3, by, from, to, cRow, wide, add);
      else tile4(k, a0, a1, a2, a3, by, from, to, cRow, wide, add);
    }
  }
  for (; i < m; i++) {
    let from = scratch;
    let to = c + <usize>i * cRow * W;
    for (let j = 0; j < n; j += 8, from += panel, to += 32)
      line(k, a + <usize>i * aRow * W, step, from, to, min(8, n - j), add);
  }
}

/** out = x · w, rows × to. Scratch as `gemm` needs it, for each of these three. */
export function dense(x: usize, w: usize, out: usize, rows: i32, from: i32, to: i32, scratch: usize): void {
  gemm(rows, to, from, x, from, 1, w, to, 1, out, to, false, scratch);
}
/** dw += xᵀ · d. */
export function denseWeights(x: usize, d: usize, dw: usize, rows: i32, from: i32, to: i32, scratch: usize): void {
  gemm(from, to, rows, x, 1, from, d, to, 1, dw, to, true, scratch);
}
/** dx = d · wᵀ. */
export function denseInput(d: usize, w: usize, dx: usize, rows: i32, from: i32, to: i32, scratch: usize): void {
  gemm(rows, from, to, d, to, 1, w, 1, to, dx, from, false, scratch);
}

/** x[row] += bias, for every row. */
export function addBias(x: usize, bias: usize, rows: i32, cols: i32): void {
  for (let row = 0; row < rows; row++) {
    let j = 0;
    for (; j + 4 <= cols; j += 4, x += 16) v128.store(x, f32x4.add(v128.load(x), v128.load(bias + <usize>j * W)));
    for (; j < cols; j++, x += 4) store<f32>(x, load<f32>(x) + load<f32>(bias + <usize>j * W));
  }
}

/** out += sums of the columns of x. */
export function columnSums(x: usize, rows: i32, cols: i32, out: usize): void {
  for (let row = 0; row < rows; row++) {
    let j = 0;
    for (; j + 4 <= cols; j += 4, x += 16) {
      const at = out + <usize>j * W;
      v128.store(at, f32x4.add(v128.load(at), v128.load(x)));
    }
    for (; j < cols; j++, x += 4) {
      const at = out + <usize>j * W;
      store<f32>(at, load<f32>(at) + load<f32>(x));
    }
  }
}

/** e to the x (the polynomial of Cephes' expf, relative error below 2e-7), x held within ±87. */
@inline
function exp4(x: v128): v128 {
  const held = f32x4.max(f32x4.min(x, f32x4.splat(87)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504)));
  let r = f32x4.sub(held, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(y, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

@inline
function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** a = the activation of z. 1 ReLU, 2 leaky ReLU (0.2), 3 SiLU, 4 tanh. `count` is rounded up to fours. */
export function activate(kind: i32, z: usize, a: usize, count: i32): void {
  const end = z + <usize>((count + 3) & ~3) * W;
  const zero = f32x4.splat(0);
  for (; z < end; z += 16, a += 16) {
    const x = v128.load(z);
    let y = x;
    if (kind == 1) y = f32x4.max(x, zero);
    else if (kind == 2) y = f32x4.max(x, f32x4.mul(x, f32x4.splat(0.2)));
    else if (kind == 3) y = f32x4.mul(x, sigmoid4(x));
    else y = f32x4.sub(f32x4.mul(f32x4.splat(2), sigmoid4(f32x4.add(x, x))), f32x4.splat(1));
    v128.store(a, y);
  }
}

/** d ⊙= the activation's slope at z, whose value is a. */
export function slope(kind: i32, z: usize, a: usize, d: usize, count: i32): void {
  const end = z + <usize>((count + 3) & ~3) * W;
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (; z < end; z += 16, a += 16, d += 16) {
    const x = v128.load(z);
    const given = v128.load(d);
    let by = given;
    if (kind == 1) by = v128.and(given, f32x4.gt(x, zero));
    else if (kind == 2)
      by = v128.bitselect(given, f32x4.mul(given, f32x4.splat(0.2)), f32x4.ge(x, zero));
    else if (kind == 3) {
      const s = sigmoid4(x);
      by = f32x4.mul(given, f32x4.mul(s, f32x4.add(one, f32x4.mul(x, f32x4.sub(one, s)))));
    } else {
      const y = v128.load(a);
      by = f32x4.mul(given, f32x4.sub(one, f32x4.mul(y, y)));
    }
    v128.store(d, by);
  }
}

@inline
function copyFloats(from: usize, to: usize, count: usize): void {
  let j: usize = 0;
  for (; j + 4 <= count; j += 4) v128.store(to + j * W, v128.load(from + j * W));
  for (; j < count; j++) store<f32>(to + j * W, load<f32>(from + j * W));
}

@inline
function zeroFloats(to: usize, count: usize): void {
  let j: usize = 0;
  for (; j + 4 <= count; j += 4) v128.store(to + j * W, f32x4.splat(0));
  for (; j < count; j++) store<f32>(to + j * W, 0);
}

@inline
function addFloats(from: usize, to: usize, count: usize): void {
  let j: usize = 0;
  for (; j + 4 <= count; j += 4) v128.store(to + j * W, f32x4.add(v128.load(to + j * W), v128.load(from + j * W)));
  for (; j < count; j++) store<f32>(to + j * W, load<f32>(to + j * W) + load<f32>(from + j * W));
}

/** Every 3 × 3 neighbourhood of one image as a row; zeros beyond its edge. */
function neighbours(x: usize, side: i32, channels: i32, stride: i32, out: usize): void {
  const c = <usize>channels;
  const steps = (side - 1) / stride + 1;
  for (let oy = 0; oy < steps; oy++)
    for (let ox = 0; ox < steps; ox++)
      for (let ky = -1; ky < 2; ky++) {
        const y = oy * stride + ky;
        const left = ox * stride - 1;
        if (y < 0 || y >= side) zeroFloats(out, 3 * c);
        else if (left >= 0 && left + 3 <= side) copyFloats(x + <usize>(y * side + left) * c * W, out, 3 * c);
        else
          for (let kx = 0; kx < 3; kx++) {
            const at = left + kx;
            if (at < 0 || at >= side) zeroFloats(out + <usize>kx * c * W, c);
            else copyFloats(x + <usize>(y * side + at) * c * W, out + <usize>kx * c * W, c);
          }
        out += 3 * c * W;
      }
}

/** The transpose of `neighbours`: x += what each row gives back to the pixels it was taken from. */
function giveBack(rows: usize, side: i32, channels: i32, stride: i32, x: usize): void {
  const c = <usize>channels;
  const steps = (side - 1) / stride + 1;
  for (let oy = 0; oy < steps; oy++)
    for (let ox = 0; ox < steps; ox++)
      for (let ky = -1; ky < 2; ky++) {
        const y = oy * stride + ky;
        const left = ox * stride - 1;
        if (y >= 0 && y < side) {
          if (left >= 0 && left + 3 <= side) addFloats(rows, x + <usize>(y * side + left) * c * W, 3 * c);
          else
            for (let kx = 0; kx < 3; kx++) {
              const at = left + kx;
              if (at >= 0 && at < side) addFloats(rows + <usize>kx * c * W, x + <usize>(y * side + at) * c * W, c);
            }
        }
        rows += 3 * c * W;
      }
}

/**
 * A 3 × 3 convolution with zeros beyond the edge, image by image so that it stays in the cache.
 * @param scratch room for 9·from·steps² + 8·⌈to/8⌉·9·from + 4·9·from floats
 */
export function conv(x: usize, w: usize, out: usize, batch: i32, side: i32, from: i32, to: i32, stride: i32, scratch: usize): void {
  const steps = (side - 1) / stride + 1;
  const pixels = steps * steps;
  const k = 9 * from;
  const room = scratch + <usize>(pixels * k) * W;
  for (let n = 0; n < batch; n++) {
    neighbours(x, side, from, stride, scratch);
    gemm(pixels, to, k, scratch, k, 1, w, to, 1, out, to, false, room);
    x += <usize>(side * side * from) * W;
    out += <usize>(pixels * to) * W;
  }
}

/** dw += the kernel's gradient, where `d` is that of the convolution's output. */
export function convKernel(x: usize, d: usize, dw: usize, batch: i32, side: i32, from: i32, to: i32, stride: i32, scratch: usize): void {
  const steps = (side - 1) / stride + 1;
  const pixels = steps * steps;
  const k = 9 * from;
  const room = scratch + <usize>(pixels * k) * W;
  for (let n = 0; n < batch; n++) {
    neighbours(x, side, from, stride, scratch);
    gemm(k, to, pixels, scratch, 1, k, d, to, 1, dw, to, true, room);
    x += <usize>(side * side * from) * W;
    d += <usize>(pixels * to) * W;
  }
}

/** dx = the gradient of the convolution's input. */
export function convInput(d: usize, w: usize, dx: usize, batch: i32, side: i32, from: i32, to: i32, stride: i32, scratch: usize): void {
  const steps = (side - 1) / stride + 1;
  const pixels = steps * steps;
  const k = 9 * from;
  const room = scratch + <usize>(pixels * k) * W;
  const size = <usize>(side * side * from);
  for (let n = 0; n < batch; n++) {
    gemm(pixels, k, to, d, to, 1, w, 1, to, scratch, k, false, room);
    zeroFloats(dx, size);
    giveBack(scratch, side, from, stride, dx);
    d += <usize>(pixels * to) * W;
    dx += size * W;
  }
}

/** Twice as wide and high, every pixel four times. */
export function grow(x: usize, out: usize, batch: i32, side: i32, channels: i32): void {
  const c = <usize>channels;
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < 2 * side; y++)
      for (let at = 0; at < 2 * side; at++, out += c * W)
        copyFloats(x + <usize>((n * side + (y >> 1)) * side + (at >> 1)) * c * W, out, c);
}

/** dx = the gradient of `grow`'s input. */
export function growBack(d: usize, dx: usize, batch: i32, side: i32, channels: i32): void {
  const c = <usize>channels;
  zeroFloats(dx, <usize>(batch * side * side) * c);
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < 2 * side; y++)
      for (let at = 0; at < 2 * side; at++, d += c * W)
        addFloats(d, dx + <usize>((n * side + (y >> 1)) * side + (at >> 1)) * c * W, c);
}

/** x[n, pixel, channel] += e[n, channel]. */
export function addToPixels(x: usize, e: usize, batch: i32, pixels: i32, channels: i32): void {
  const c = <usize>channels;
  for (let n = 0; n < batch; n++, e += c * W) for (let p = 0; p < pixels; p++, x += c * W) addFloats(e, x, c);
}

/** e[n, channel] = Σ over pixels of d[n, pixel, channel]. */
export function sumOfPixels(d: usize, e: usize, batch: i32, pixels: i32, channels: i32): void {
  const c = <usize>channels;
  zeroFloats(e, <usize>batch * c);
  for (let n = 0; n < batch; n++, e += c * W) for (let p = 0; p < pixels; p++, d += c * W) addFloats(d, e, c);
}

export function add(from: usize, to: usize, count: usize): void {
  addFloats(from, to, count);
}
export function copy(from: usize, to: usize, count: usize): void {
  copyFloats(from, to, count);
}
export function zero(to: usize, count: usize): void {
  zeroFloats(to, count);
}

/** Adam (Kingma & Ba 2015), as in nets/adam.ts; `count` is rounded up to fours. */
export function adam(w: usize, g: usize, m: usize, v: usize, count: i32, beta1: f32, beta2: f32, size: f32, small: f32): void {
  const end = w + <usize>((count + 3) & ~3) * W;
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const r1 = f32x4.splat(1 - beta1);
  const r2 = f32x4.splat(1 - beta2);
  const by = f32x4.splat(size);
  const least = f32x4.splat(small);
  for (; w < end; w += 16, g += 16, m += 16, v += 16) {
    const slope = v128.load(g);
    const mean = f32x4.add(f32x4.mul(b1, v128.load(m)), f32x4.mul(r1, slope));
    const square = f32x4.add(f32x4.mul(b2, v128.load(v)), f32x4.mul(r2, f32x4.mul(slope, slope)));
    v128.store(m, mean);
    v128.store(v, square);
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(by, mean), f32x4.add(f32x4.sqrt(square), least))));
  }
}

/** mean = decay · mean + (1 − decay) · w. */
export function average(mean: usize, w: usize, count: i32, decay: f32): void {
  const end = w + <usize>((count + 3) & ~3) * W;
  const keep = f32x4.splat(decay);
  const take = f32x4.splat(1 - decay);
  for (; w < end; w += 16, mean += 16)
    v128.store(mean, f32x4.add(f32x4.mul(keep, v128.load(mean)), f32x4.mul(take, v128.load(w))));
}
