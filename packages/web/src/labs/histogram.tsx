/** Counts in even bins, under the levels that rounding leaves, or with a stretch of the axis marked. */
import type { ReactNode } from 'react';
import classes from './charts.module.css';
import { niceTicks } from './curves.tsx';

interface HistogramProps {
  title: ReactNode;
  /** Beside the title: a figure, a legend. */
  aside?: ReactNode;
  /** Read aloud for the picture. */
  label: string;
  low: number;
  high: number;
  counts: ArrayLike<number>;
  /** An outline over the bars, in the same bins. */
  outline?: ArrayLike<number> | undefined;
  levels?: ArrayLike<number> | undefined;
  /** A stretch that means something, and its name. */
  region?: { from: number; to: number; label: string } | undefined;
  tick?: (value: number) => string;
  /** Small counts stay visible. */
  root?: boolean;
}

const WIDTH = 480;
const HEIGHT = 180;
const BOTTOM = 22;
const TOP = 8;
const SIDE = 6;
/** More levels than this are a grey wash, not lines. */
const MOST_LEVELS = 256;

export function Histogram({
  title,
  aside,
  label,
  low,
  high,
  counts,
  outline,
  levels,
  region,
  tick = (value) => String(Number(value.toPrecision(3))),
  root = false,
}: HistogramProps) {
  const size = root ? Math.sqrt : (value: number) => value;
  let most = 1e-9;
  for (const list of [counts, outline ?? []])
    for (let at = 0; at < list.length; at++) most = Math.max(most, size(list[at] ?? 0));
  const px = (x: number): number => SIDE + ((x - low) / (high - low || 1)) * (WIDTH - 2 * SIDE);
  const wide = (WIDTH - 2 * SIDE) / Math.max(1, counts.length);
  const tall = (count: number): number => (size(count) / most) * (HEIGHT - TOP - BOTTOM);
  const base = HEIGHT - BOTTOM;
  const [from, to] = region ? [px(Math.max(low, region.from)), px(Math.min(high, region.to))] : [0, 0];
  return (
    <figure className={classes.chart}>
      <figcaption>
        <span className={classes.title}>{title}</span>
        <span className={classes.legend}>{aside}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {region && to > from && (
          <>
            <rect className={classes.region} x={from} y={TOP} width={to - from} height={base - TOP} />
            <text className={classes.regionLabel} x={from + 5} y={TOP + 13}>
              {region.label}
            </text>
          </>
        )}
        <path className={classes.bar} d={stairs(counts, wide, tall, base)} />
        {outline && <path className={classes.bar} data-tone="ink" d={stairs(outline, wide, tall, base)} />}
        {levels &&
          levels.length <= MOST_LEVELS &&
          Array.from(levels, (level) => (
            <line
              key={level}
              className={classes.level}
              x1={px(level)}
              x2={px(level)}
              y1={base - 26}
              y2={base}
            />
          ))}
        <line className={classes.grid} x1={SIDE} x2={WIDTH - SIDE} y1={base} y2={base} />
        {niceTicks(low, high, 6).map((value) => (
          <text
            key={value}
            className={classes.tick}
            x={px(value)}
            y={HEIGHT - 6}
            textAnchor={px(value) > WIDTH - 24 ? 'end' : px(value) < 20 ? 'start' : 'middle'}
          >
            {tick(value)}
          </text>
        ))}
      </svg>
    </figure>
  );
}

/** One path for all bars. */
function stairs(
  counts: ArrayLike<number>,
  wide: number,
  tall: (count: number) => number,
  base: number,
): string {
  let d = `M${SIDE} ${base}`;
  for (let at = 0; at < counts.length; at++)
    d += `V${(base - tall(counts[at] ?? 0)).toFixed(1)}H${(SIDE + (at + 1) * wide).toFixed(1)}`;
  return `${d}V${base}Z`;
}
