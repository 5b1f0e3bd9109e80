/** One number in a range as a code, by the conventions that articles mix up. No engine, no network. */

export type Convention = 'levels' | 'steps' | 'cells';

export interface Coded {
  convention: Convention;
  /** Before rounding. */
  exact: number;
  /** After rounding, before clipping: may not fit. */
  rounded: number;
  code: number;
  /** The code did not fit and was clipped. */
  clipped: boolean;
  /** What the code stands for. */
  back: number;
  error: number;
}

export interface Example {
  value: number;
  min: number;
  max: number;
  /** 2 to 16. */
  bits: number;
}

/**
 * Levels: both ends of the range are levels, so there are 2ᵇ − 1 steps between them; code = round(x (2ᵇ − 1)). Steps:
 * the range is 2ᵇ steps long and its end is no level; code = round(x 2ᵇ), clipped where it is 2ᵇ. Cells: the range is cut
 * into 2ᵇ cells; code = ⌊x 2ᵇ⌋ and stands for the middle of its cell.
 */
export function workedExample({ value, min, max, bits }: Example): Coded[] {
  const count = 2 ** bits;
  const share = (Math.min(max, Math.max(min, value)) - min) / (max - min);
  const width = max - min;
  return (['levels', 'steps', 'cells'] as const).map((convention) => {
    const exact = share * (convention === 'levels' ? count - 1 : count);
    const rounded = convention === 'cells' ? Math.floor(exact) : Math.round(exact);
    const code = Math.min(count - 1, rounded);
    const back =
      min +
      width *
        (convention === 'levels'
          ? code / (count - 1)
          : convention === 'steps'
            ? code / count
            : (code + 0.5) / count);
    return { convention, exact, rounded, code, clipped: code !== rounded, back, error: back - value };
  });
}
