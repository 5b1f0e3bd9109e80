/** Points of several series over any axis, joined where they belong together. */
import type { ReactNode } from 'react';
import classes from './charts.module.css';
import { niceTicks } from './curves.tsx';

export interface XySeries {
  id: string;
  label: string;
  tone: 'accent' | 'seal' | 'good' | 'ink';
  dashed?: boolean;
  /** A title is shown when one points at it. */
  points: readonly { x: number; y: number; title?: string }[];
  joined?: boolean;
}

interface XyChartProps {
  title: ReactNode;
  label: string;
  series: readonly XySeries[];
  xTitle: string;
  tickX?: (value: number) => string;
  tickY?: (value: number) => string;
  /** A vertical line, such as where a setting stands. */
  at?: number | undefined;
  includeY?: readonly number[];
}

const WIDTH = 480;
const HEIGHT = 230;
const LEFT = 46;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 40;
const plain = (value: number): string => String(Number(value.toPrecision(3)));

export function XyChart({
  title,
  label,
  series,
  xTitle,
  tickX = plain,
  tickY = plain,
  at,
  includeY = [],
}: XyChartProps) {
  const all = series.flatMap(({ points }) => points).filter(({ y }) => Number.isFinite(y));
  const xs = all.map(({ x }) => x);
  const ys = [...includeY, ...all.map(({ y }) => y)];
  const [x0, x1] = ends(xs);
  const [y0, y1] = ends(ys);
  const px = (x: number): number => LEFT + ((x - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => TOP + ((y1 - y) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM);
  return (
    <figure className={classes.chart}>
      <figcaption>
        <span className={classes.title}>{title}</span>
        <span className={classes.legend}>
          {series.map(({ id, label: name, tone }) => (
            <span key={id}>
              <i data-tone={tone} aria-hidden />
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {niceTicks(y0, y1, 4).map((tick) => (
          <g key={tick}>
            <line className={classes.grid} x1={LEFT} x2={WIDTH - RIGHT} y1={py(tick)} y2={py(tick)} />
            <text className={classes.tick} x={LEFT - 6} y={py(tick) + 3.5} textAnchor="end">
              {tickY(tick)}
            </text>
          </g>
        ))}
        {niceTicks(x0, x1, 6).map((tick) => (
          <text key={tick} className={classes.tick} x={px(tick)} y={HEIGHT - 24} textAnchor="middle">
            {tickX(tick)}
          </text>
        ))}
        <text className={classes.tick} x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 7} textAnchor="middle">
          {xTitle}
        </text>
        {at !== undefined && at >= x0 && at <= x1 && (
          <line className={classes.level} x1={px(at)} x2={px(at)} y1={TOP} y2={HEIGHT - BOTTOM} />
        )}
        {series.map(({ id, tone, dashed, joined, points }) => (
          <g key={id}>
            {joined && (
              <path
                className={classes.line}
                data-tone={tone}
                data-dashed={dashed || undefined}
                d={points
                  .map(({ x, y }, n) => `${n === 0 ? 'M' : 'L'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`)
                  .join('')}
              />
            )}
            {points.map(({ x, y, title: name }) => (
              <circle key={`${x} ${y}`} className={classes.mark} data-tone={tone} cx={px(x)} cy={py(y)} r={3}>
                {name && <title>{name}</title>}
              </circle>
            ))}
          </g>
        ))}
      </svg>
    </figure>
  );
}

function ends(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(low < high)) return Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
  const room = (high - low) * 0.04;
  return [low - room, high + room];
}
