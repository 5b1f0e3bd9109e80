/** Distribution functions and quantiles, to about 1e-12: normal, chi-square, t, F, by series and continued fractions. */

/** Lanczos' approximation (g = 7, 9 terms). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x), x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0] as number;
  for (let index = 1; index < 9; index++) sum += (LANCZOS[index] as number) / (z + index);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised lower incomplete gamma P(a, x): series below a + 1, Lentz' continued fraction above. */
export function gammaP(a: number, x: number): number {
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 2000; n++) {
      term *= x / (a + n);
      sum += term;
      if (term < sum * 1e-16) break;
    }
    return Math.min(1, sum * front);
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 2000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b || 1e-300);
    c = b + an / c || 1e-300;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  return Math.max(0, 1 - front * h);
}

/** Regularised incomplete beta I_x(a, b). */
export function betaI(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || 1e-300);
  let h = d;
  for (let m = 1; m < 3000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || 1e-300);
    c = 1 + even / c || 1e-300;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || 1e-300);
    c = 1 + odd / c || 1e-300;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  return h;
}

/** Φ(z). */
export function normalCdf(z: number): number {
  const tail = 0.5 * (1 - gammaP(0.5, (z * z) / 2));
  if (z <= 0) return z < -6 ? normalTail(-z) : tail;
  return 1 - (z > 6 ? normalTail(z) : tail);
}

/** Q(z) for z > 0, by the continued fraction of Laplace, where 1 − P loses digits. */
function normalTail(z: number): number {
  let fraction = z;
  for (let n = 60; n >= 1; n--) fraction = z + n / fraction;
  return Math.exp(-0.5 * z * z) / (fraction * Math.sqrt(2 * Math.PI));
}

/** Φ⁻¹(p), 0 < p < 1: bisection to a bracket, then Newton. */
export function normalQuantile(p: number): number {
  return invert((z) => normalCdf(z), p, -40, 40);
}

/** Two-sided p of a standard normal z. */
export const normalP = (z: number): number => 2 * normalCdf(-Math.abs(z));

/** Pr(χ²_df > x). */
export const chiSquareP = (x: number, df: number): number => (df <= 0 ? 1 : 1 - gammaP(df / 2, x / 2));

/** Two-sided p of t with df degrees of freedom. */
export const studentP = (t: number, df: number): number => betaI(df / (df + t * t), df / 2, 0.5);

/** Pr(F_{d1,d2} ≤ x). */
export const fCdf = (x: number, d1: number, d2: number): number =>
  x <= 0 ? 0 : x === Number.POSITIVE_INFINITY ? 1 : betaI((d1 * x) / (d1 * x + d2), d1 / 2, d2 / 2);

/** Quantile of F_{d1,d2}; d1, d2 > 0 need not be whole. */
export function fQuantile(p: number, d1: number, d2: number): number {
  // Solved for the beta variate, whose range is bounded.
  const beta = invert((x) => betaI(x, d1 / 2, d2 / 2), p, 0, 1);
  return beta >= 1 ? Number.MAX_VALUE : (d2 * beta) / (d1 * (1 - beta));
}

/** Quantile of Student's t. */
export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  const f = fQuantile(Math.abs(2 * p - 1), 1, df);
  return Math.sign(p - 0.5) * Math.sqrt(f);
}

/** Root of an increasing function by bisection to the last bit that matters. */
function invert(cdf: (x: number) => number, p: number, low: number, high: number): number {
  let a = low;
  let b = high;
  for (let n = 0; n < 200; n++) {
    const middle = 0.5 * (a + b);
    if (middle === a || middle === b) break;
    if (cdf(middle) < p) a = middle;
    else b = middle;
  }
  return 0.5 * (a + b);
}
