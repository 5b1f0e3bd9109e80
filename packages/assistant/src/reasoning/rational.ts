/** Fractions, exact. */

export interface Rational {
  /** Carries the sign. */
  readonly numerator: bigint;
  /** Positive; without a common factor with the numerator. */
  readonly denominator: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));

/** Undefined where the denominator is zero. */
export function rational(numerator: bigint, denominator = 1n): Rational | undefined {
  if (denominator === 0n) return undefined;
  const sign = denominator < 0n ? -1n : 1n;
  const factor = gcd(numerator, denominator) * sign;
  return { numerator: numerator / factor, denominator: denominator / factor };
}

export const OPERATORS = ['+', '-', '*', '/'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Undefined for a division by zero. */
export function apply(operator: Operator, a: Rational, b: Rational): Rational | undefined {
  switch (operator) {
    case '+':
      return rational(
        a.numerator * b.denominator + b.numerator * a.denominator,
        a.denominator * b.denominator,
      );
    case '-':
      return rational(
        a.numerator * b.denominator - b.numerator * a.denominator,
        a.denominator * b.denominator,
      );
    case '*':
      return rational(a.numerator * b.numerator, a.denominator * b.denominator);
    case '/':
      return rational(a.numerator * b.denominator, a.denominator * b.numerator);
  }
}

export const equals = (a: Rational, b: Rational): boolean =>
  a.numerator === b.numerator && a.denominator === b.denominator;

export const show = ({ numerator, denominator }: Rational): string =>
  denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;

/** Reads `8`, `-3` and `8/3`; undefined for anything else. */
export function readRational(text: string): Rational | undefined {
  const found = /^(-?\d+)(?:\/(\d+))?$/.exec(text.trim());
  return found ? rational(BigInt(found[1] as string), BigInt(found[2] ?? '1')) : undefined;
}
