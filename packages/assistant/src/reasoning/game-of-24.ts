/** The Game of 24, exactly: is an expression a solution, and is there one at all? */
import { apply, equals, OPERATORS, type Operator, type Rational, rational } from './rational.ts';

export type Verdict =
  | { solved: true }
  | {
      solved: false;
      reason: 'not-an-expression' | 'division-by-zero' | 'wrong-numbers' | 'wrong-value';
      detail: string;
    };

interface Reading {
  tokens: string[];
  at: number;
  used: bigint[];
}

class NotAnExpression extends Error {}
class DivisionByZero extends Error {}

/** sum := product (('+' | '-') product)* ; product := atom (('*' | '/') atom)* ; atom := number | '(' sum ')' */
function level(
  reading: Reading,
  operators: readonly Operator[],
  next: (reading: Reading) => Rational,
): Rational {
  let value = next(reading);
  for (;;) {
    const operator = operators.find((candidate) => candidate === reading.tokens[reading.at]);
    if (!operator) return value;
    reading.at++;
    const result = apply(operator, value, next(reading));
    if (!result) throw new DivisionByZero();
    value = result;
  }
}

const sum = (reading: Reading): Rational => level(reading, ['+', '-'], product);
const product = (reading: Reading): Rational => level(reading, ['*', '/'], atom);

function atom(reading: Reading): Rational {
  const token = reading.tokens[reading.at++];
  if (token === '(') {
    const value = sum(reading);
    if (reading.tokens[reading.at++] !== ')') throw new NotAnExpression('a bracket is not closed');
    return value;
  }
  if (token === undefined || !/^\d+$/.test(token))
    throw new NotAnExpression(
      token === undefined ? 'it breaks off' : `"${token}" stands where a number should`,
    );
  const value = BigInt(token);
  reading.used.push(value);
  return rational(value) as Rational;
}

/** × ÷ · − and full-width signs as people write them. */
const plainSigns = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[×·∙x]/g, '*')
    .replace(/÷/g, '/')
    .replace(/[−–]/g, '-')
    .replace(/=\s*24\s*\.?\s*$/, '');

/**
 * Whether an expression uses each number exactly once, only + − × ÷ and brackets, and makes 24, in exact arithmetic.
 * @param numbers whole, as dealt
 */
export function verify24(expression: string, numbers: readonly number[], target = 24): Verdict {
  const text = plainSigns(expression);
  const tokens = text.match(/\d+|\S/g) ?? [];
  const reading: Reading = { tokens, at: 0, used: [] };
  let value: Rational;
  try {
    value = sum(reading);
    if (reading.at < tokens.length) throw new NotAnExpression(`"${tokens[reading.at]}" is left over`);
  } catch (error) {
    if (error instanceof DivisionByZero)
      return { solved: false, reason: 'division-by-zero', detail: 'something is divided by zero' };
    if (error instanceof NotAnExpression)
      return { solved: false, reason: 'not-an-expression', detail: error.message };
    throw error;
  }
  const order = (list: readonly (number | bigint)[]): string =>
    [...list]
      .map(Number)
      .sort((a, b) => a - b)
      .join(' ');
  if (order(reading.used) !== order(numbers))
    return {
      solved: false,
      reason: 'wrong-numbers',
      detail: `it uses ${order(reading.used)}, dealt were ${order(numbers)}`,
    };
  if (!equals(value, rational(BigInt(target)) as Rational))
    return {
      solved: false,
      reason: 'wrong-value',
      detail: `it makes ${value.numerator}${value.denominator === 1n ? '' : `/${value.denominator}`}`,
    };
  return { solved: true };
}

interface Part {
  value: Rational;
  text: string;
}

/** All pairs, all operations, until one number is left. */
function reach(parts: readonly Part[], goal: Rational): string | null {
  const [only] = parts;
  if (parts.length === 1) return only && equals(only.value, goal) ? only.text : null;
  for (let i = 0; i < parts.length; i++)
    for (let j = 0; j < parts.length; j++) {
      if (i === j) continue;
      const a = parts[i] as Part;
      const b = parts[j] as Part;
      const rest = parts.filter((_, at) => at !== i && at !== j);
      for (const operator of OPERATORS) {
        if ((operator === '+' || operator === '*') && i > j) continue; // The other order is the same.
        const value = apply(operator, a.value, b.value);
        const found = value && reach([...rest, { value, text: `(${a.text} ${operator} ${b.text})` }], goal);
        if (found) return found;
      }
    }
  return null;
}

/** Whether the numbers that are left after some steps can still make the target. */
export const canReach = (parts: readonly Part[], target = 24): boolean =>
  reach(parts, rational(BigInt(target)) as Rational) !== null;

/** A solution, or null where there is none. */
export function solve24(numbers: readonly number[], target = 24): string | null {
  const found = reach(
    numbers.map((number) => ({ value: rational(BigInt(number)) as Rational, text: `${number}` })),
    rational(BigInt(target)) as Rational,
  );
  return found === null ? null : found.replace(/^\((.*)\)$/, '$1');
}
