/** Quality of each sampler against what it costs, logarithmic, with the spread over seeds. SVG, so that reports keep it sharp. */
import type { SamplerName } from '@viva/labs';
import { useFormat } from '../../../i18n/use-format.ts';
import { niceTicks } from '../../../labs/curves.tsx';
import lab from '../../../labs/labs.module.css';
import classes from './samplers.module.css';
import type { QualityPoint } from './series.ts';

export interface QualitySeries {
  id: SamplerName;
  label: string;
  points: readonly QualityPoint[];
}

interface QualityChartProps {
  /** Read aloud for the picture. */
  label: string;
  xTitle: string;
  series: readonly QualitySeries[];
  /** Shares stand on a plain axis from 0 to 1, distances on a logarithmic one. */
  share: boolean;
  /** A line across: what real samples have. */
  floor: { value: number; label: string } | null;
}

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 50;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 40;

/** 1, 2 and 5 times powers of ten within. */
export function logTicks(low: number, high: number): number[] {
  const out: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const factor of [1, 2, 5]) {
      const tick = Number((factor * 10 ** power).toPrecision(6));
      if (tick >= low * 0.999 && tick <= high * 1.001) out.push(tick);
    }
  return out;
}

export function QualityChart({ label, xTitle, series, share, floor }: QualityChartProps) {
  const { locale } = useFormat();
  const points = series.flatMap((one) => one.points);
  const xs = points.map(({ x }) => x).filter((x) => x > 0);
  const [left, right] = xs.length > 0 ? [Math.min(...xs) / 1.15, Math.max(...xs) * 1.15] : [4, 120];
  const ys = [...points.flatMap(({ low, high }) => [low, high]), ...(floor ? [floor.value] : [])].filter(
    (y) => y > 0,
  );
  const [bottom, top] = share
    ? [0, 1]
    : ys.length > 0
      ? [Math.min(...ys) / 1.25, Math.max(...ys) * 1.25]
      : [0.01, 1];
  const px = (x: number): number =>
    LEFT + ((Math.log(x) - Math.log(left)) / (Math.log(right) - Math.log(left))) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => {
    const at = share
      ? (y - bottom) / (top - bottom)
      : (Math.log(Math.max(y, bottom)) - Math.log(bottom)) / (Math.log(top) - Math.log(bottom));
    return TOP + (1 - at) * (HEIGHT - TOP - BOTTOM);
  };
  const text = (value: number): string => value.toLocaleString(locale, { maximumSignificantDigits: 3 });
  return (
    <svg className={classes.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {(share ? niceTicks(0, 1, 5) : logTicks(bottom, top)).map((tick) => (
        <g key={tick}>
          <line className={lab.curvesGrid} x1={LEFT} x2={WIDTH - RIGHT} y1={py(tick)} y2={py(tick)} />
          <text className={lab.curvesTick} x={LEFT - 6} y={py(tick) + 3.5} textAnchor="end">
            {text(tick)}
          </text>
        </g>
      ))}
      {logTicks(left, right).map((tick) => (
        <g key={tick}>
          <line className={lab.curvesGrid} x1={px(tick)} x2={px(tick)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <text className={lab.curvesTick} x={px(tick)} y={HEIGHT - BOTTOM + 15} textAnchor="middle">
            {text(tick)}
          </text>
        </g>
      ))}
      <text className={lab.curvesTick} x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 6} textAnchor="middle">
        {xTitle}
      </text>
      {floor && floor.value > 0 && (
        <g>
          <line
            className={classes.floor}
            x1={LEFT}
            x2={WIDTH - RIGHT}
            y1={py(floor.value)}
            y2={py(floor.value)}
          />
          <text className={lab.curvesTick} x={WIDTH - RIGHT - 4} y={py(floor.value) - 5} textAnchor="end">
            {floor.label}
          </text>
        </g>
      )}
      {series.map(({ id, points: own }) => (
        <g key={id} className={classes.series} data-sampler={id}>
          <path
            className={classes.line}
            d={own.map(({ x, y }, at) => `${at ? 'L' : 'M'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join('')}
          />
          {own.map(({ steps, x, y, low, high }) => (
            <g key={steps}>
              {high > low && (
                <line className={classes.bar} x1={px(x)} x2={px(x)} y1={py(low)} y2={py(high)} />
              )}
              <Mark id={id} x={px(x)} y={py(y)} />
            </g>
          ))}
        </g>
      ))}
    </svg>
  );
}

/** Samplers differ by shape too, not by colour alone. */
export function Mark({ id, x, y }: { id: SamplerName; x: number; y: number }) {
  const at = (dx: number, dy: number): string => `${(x + dx).toFixed(1)},${(y + dy).toFixed(1)}`;
  const open = id === 'sigmaHat' || id === 'ddimEta';
  const className = open ? classes.open : classes.mark;
  if (id === 'ddpm' || id === 'sigmaHat')
    return <rect className={className} x={x - 3.6} y={y - 3.6} width={7.2} height={7.2} />;
  if (id === 'dpmpp2m')
    return <polygon className={className} points={`${at(0, -5)} ${at(4.8, 3.6)} ${at(-4.8, 3.6)}`} />;
  if (id === 'heun')
    return <polygon className={className} points={`${at(0, -5)} ${at(5, 0)} ${at(0, 5)} ${at(-5, 0)}`} />;
  return <circle className={className} cx={x} cy={y} r={4} />;
}
