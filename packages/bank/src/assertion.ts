/**
 * Assertions of claims on a lab's measures over seeds: `mean(diffusion.modes) >= 7.5`, or one side against another with
 * a factor, `mean(diffusion.msPerSample) > 10 * mean(gan.msPerSample)`.
 */

export type Aggregate = 'mean' | 'min' | 'max';

export interface Side {
  factor: number;
  /** Null for a plain number, which `factor` then is. */
  of: { aggregate: Aggregate; metric: string } | null;
}

export interface Assertion {
  text: string;
  left: Side;
  op: '<' | '<=' | '>' | '>=' | '==';
  right: Side;
}

/** An assertion that cannot be read: says where, and what would do. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
  readonly code = 'bad-assertion';
}

const NUMBER = String.raw`[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const SIDE = new RegExp(
  `^(?:(${NUMBER})\\s*\\*\\s*)?(mean|min|max)\\(\\s*([\\w.-]+)\\s*\\)$|^(${NUMBER})$`,
  'i',
);

function readSide(text: string, whole: string): Side {
  const [, factor, aggregate, metric, plain] = SIDE.exec(text.trim()) ?? [];
  if (plain !== undefined) return { factor: Number(plain), of: null };
  if (aggregate === undefined || metric === undefined)
    throw new AssertionError(
      `“${text.trim()}” in “${whole}” is neither a number nor mean(…), min(…) or max(…) of a measure, with a factor before it or not.`,
    );
  return {
    factor: factor === undefined ? 1 : Number(factor),
    of: { aggregate: aggregate.toLowerCase() as Aggregate, metric },
  };
}

/** @throws AssertionError */
export function parseAssertion(text: string): Assertion {
  const parts = /^(.*?)(<=|>=|==|<|>)(.*)$/.exec(text);
  if (!parts) throw new AssertionError(`“${text}” compares nothing: one of < <= > >= == is needed.`);
  const [, left = '', op = '', right = ''] = parts;
  return { text, left: readSide(left, text), op: op as Assertion['op'], right: readSide(right, text) };
}

export interface AssertionVerdict {
  text: string;
  holds: boolean;
  /** Null where no seed has the measure. */
  left: number | null;
  right: number | null;
}

/** @param seeds the measures of each seed */
export function judge(
  { text, left, op, right }: Assertion,
  seeds: readonly Readonly<Record<string, number | null>>[],
): AssertionVerdict {
  const value = ({ factor, of }: Side): number | null => {
    if (of === null) return factor;
    const values = seeds.flatMap((measures) => {
      const one = measures[of.metric];
      return one === null || one === undefined ? [] : [one];
    });
    if (values.length === 0) return null;
    const found =
      of.aggregate === 'mean'
        ? values.reduce((a, b) => a + b, 0) / values.length
        : of.aggregate === 'min'
          ? Math.min(...values)
          : Math.max(...values);
    return factor * found;
  };
  const a = value(left);
  const b = value(right);
  const holds =
    a !== null &&
    b !== null &&
    {
      '<': a < b,
      '<=': a <= b,
      '>': a > b,
      '>=': a >= b,
      '==': Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)),
    }[op];
  return { text, holds, left: a, right: b };
}
