/** Lines over training steps: losses, measures. Drawn as SVG, so that a saved report keeps them sharp. */
import { type ReactNode, useId } from 'react';
import { useFormat } from '../i18n/use-format.ts';
import classes from './labs.module.css';

export interface Series {
  id: string;
  label: string;
  /** Which of the theme's inks. */
  tone: 'accent' | 'seal' | 'good' | 'ink';
  dashed?: boolean;
  /** Steps, ascending, and values; NaN leaves a gap. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

interface CurvesProps {
  title: ReactNode;
  /** Read aloud for the picture. */
  label: string;
  series: readonly Series[];
  log?: boolean;
  /** Keeps the axis from jumping: always within the drawn range. */
  include?: readonly number[];
}

const WIDTH = 480;
const HEIGHT = 190;
const LEFT = 46;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 8;
/** More points than pixels say nothing: each stretch is drawn by its lowest and highest value. */
const STRETCHES = 220;

export function Curves({ title, label, series, log = false, include = [] }: CurvesProps) {
  const { number } = useFormat();
  const clip = useId();
  const scale = log
    ? (value: number): number => Math.log10(Math.max(value, 1e-12))
    : (value: number) => value;
  const reduced = series.map((one) => ({ ...one, points: reduce(one.x, one.y) }));
  const ys = [...include, ...reduced.flatMap(({ points }) => points.map(([, y]) => y))]
    .filter((value) => Number.isFinite(value) && (!log || value > 0))
    .map(scale);
  const right = Math.max(1, ...reduced.map(({ points }) => points.at(-1)?.[0] ?? 0));
  let low = Math.min(...ys);
  let high = Math.max(...ys);
  if (!(low < high)) {
    low = Number.isFinite(low) ? low - 0.5 : 0;
    high = low + 1;
  }
  const px = (x: number): number => LEFT + (x / right) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => TOP + ((high - scale(y)) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const ticks = niceTicks(low, high, 4);
  return (
    <figure className={classes.curves}>
      <figcaption>
        <span className={classes.curvesTitle}>{title}</span>
        <span className={classes.legend}>
          {series.map(({ id, label: name, tone, dashed, y }) => (
            <span key={id}>
              <i data-tone={tone} data-dashed={dashed || undefined} aria-hidden />
              {name} <b>{y.length > 0 ? number(y[y.length - 1] ?? null, 3) : '—'}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <clipPath id={clip}>
          <rect x={LEFT} y={TOP} width={WIDTH - LEFT - RIGHT} height={HEIGHT - TOP - BOTTOM} />
        </clipPath>
        {ticks.map((tick) => {
          const y = TOP + ((high - tick) / (high - low)) * (HEIGHT - TOP - BOTTOM);
          return (
            <g key={tick}>
              <line className={classes.curvesGrid} x1={LEFT} x2={WIDTH - RIGHT} y1={y} y2={y} />
              <text className={classes.curvesTick} x={LEFT - 6} y={y + 3.5} textAnchor="end">
                {compact(log ? 10 ** tick : tick)}
              </text>
            </g>
          );
        })}
        {niceTicks(0, right, 4).map((tick) => (
          <text
            key={tick}
            className={classes.curvesTick}
            x={px(tick)}
            y={HEIGHT - 6}
            textAnchor={px(tick) > WIDTH - 24 ? 'end' : 'middle'}
          >
            {compact(tick)}
          </text>
        ))}
        <g clipPath={`url(#${clip})`}>
          {reduced.map(({ id, tone, dashed, points }) => (
            <path
              key={id}
              className={classes.curve}
              data-tone={tone}
              data-dashed={dashed || undefined}
              d={pathOf(points, px, py)}
            />
          ))}
        </g>
      </svg>
    </figure>
  );
}

function reduce(x: ArrayLike<number>, y: ArrayLike<number>): (readonly [number, number])[] {
  const n = Math.min(x.length, y.length);
  const every = Math.max(1, Math.ceil(n / STRETCHES));
  const out: (readonly [number, number])[] = [];
  for (let from = 0; from < n; from += every) {
    const to = Math.min(n, from + every);
    let low = from;
    let high = from;
    for (let at = from; at < to; at++) {
      if ((y[at] ?? 0) < (y[low] ?? 0)) low = at;
      if ((y[at] ?? 0) > (y[high] ?? 0)) high = at;
    }
    for (const at of low === high ? [low] : [Math.min(low, high), Math.max(low, high)])
      out.push([x[at] ?? 0, y[at] ?? Number.NaN]);
  }
  return out;
}

function pathOf(
  points: readonly (readonly [number, number])[],
  px: (x: number) => number,
  py: (y: number) => number,
): string {
  let open = false;
  let d = '';
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) {
      open = false;
      continue;
    }
    d += `${open ? 'L' : 'M'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`;
    open = true;
  }
  return d;
}

/** Round numbers, 1, 2 or 5 times a power of ten apart. */
export function niceTicks(low: number, high: number, about: number): number[] {
  const raw = (high - low) / about;
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const out: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step)
    out.push(Number(tick.toPrecision(12)));
  return out;
}

function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}
