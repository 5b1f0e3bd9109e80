/** Closed forms of sampling: what a majority finds, and what pass@k says, for answers of known probability. */

const logFactorials: number[] = [0];
function logFactorial(n: number): number {
  for (let at = logFactorials.length; at <= n; at++)
    logFactorials.push((logFactorials[at - 1] as number) + Math.log(at));
  return logFactorials[n] as number;
}

/** x·ln p, with 0·ln 0 = 0. */
const term = (x: number, p: number): number => (x === 0 ? 0 : x * Math.log(p));

/**
 * How often the right answer wins a vote of k independent samples, each right with probability `right`, equal to one
 * particular wrong answer with probability `wrong`, and otherwise an answer that nobody else gives. Ties go to the answer
 * that was given first, as in `selfConsistency`.
 */
export function majoritySuccess(k: number, right: number, wrong: number): number {
  const other = Math.max(0, 1 - right - wrong);
  let sum = 0;
  for (let r = 1; r <= k; r++)
    for (let w = 0; w + r <= k; w++) {
      const o = k - r - w;
      if ((w > 0 && wrong === 0) || (o > 0 && other === 0)) continue;
      const share = Math.exp(
        logFactorial(k) -
          logFactorial(r) -
          logFactorial(w) -
          logFactorial(o) +
          term(r, right) +
          term(w, wrong) +
          term(o, other),
      );
      // With one vote each, all that was said ties; the first chain is any of the k.
      const wins = r === 1 && w <= 1 ? 1 / k : r > w ? 1 : r === w ? 0.5 : 0;
      sum += share * wins;
    }
  return sum;
}

/** pass@k from n ≥ k samples of which c are right: 1 − C(n − c, k) / C(n, k) (Chen et al. 2021, equation 1); unbiased. */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let none = 1;
  for (let at = n - c + 1; at <= n; at++) none *= 1 - k / at;
  return 1 - none;
}

/** The biased way: the share of right ones put into 1 − (1 − p)^k. */
export const passAtKInserted = (n: number, c: number, k: number): number => 1 - (1 - c / n) ** k;
