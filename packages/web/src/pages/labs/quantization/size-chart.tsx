/** What is left at what size, scheme by scheme; and what a shift of the inputs does to static and dynamic ranges. */
import type { Point, QuantizationFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { XyChart, type XySeries } from '../../../labs/xy-chart.tsx';

const LINES = {
  symmetric: { tone: 'accent' },
  asymmetric: { tone: 'accent', dashed: true },
  grouped: { tone: 'good' },
  'four-bit': { tone: 'seal' },
} as const satisfies Partial<Record<Point['line'], Pick<XySeries, 'tone' | 'dashed'>>>;
const NAMES = Object.keys(LINES) as (keyof typeof LINES)[];

export function SizeChart({ frame, perplexity }: { frame: QuantizationFrame | null; perplexity: boolean }) {
  const { t } = useTranslation('lab-quantization');
  const { percent, number } = useFormat();
  const points = frame?.points ?? [];
  // Two bits of a whole tensor can leave a perplexity of millions, beside which nothing else is seen.
  const most = 3 * Math.exp(points.find(({ line }) => line === 'full')?.loss ?? 0);
  const heightOf = ({ accuracy, loss }: Point): number =>
    perplexity ? Math.min(most, Math.exp(loss)) : accuracy;
  const tick = (value: number): string => (perplexity ? number(value, 2) : percent(value));
  const full = points.find(({ line }) => line === 'full');
  const series: XySeries[] = NAMES.map((line) => ({
    id: line,
    label: t(`lines.${line}`),
    joined: line !== 'four-bit',
    ...LINES[line],
    points: points
      .filter((point) => point.line === line)
      .map((point) => ({
        x: point.bits,
        y: heightOf(point),
        title: t('point', {
          name: line === 'four-bit' ? t(`formats.${point.name as 'nf4'}`) : t('bitsOf', { bits: point.name }),
          bits: number(point.bits, 2),
          accuracy: percent(point.accuracy),
          perplexity: number(Math.exp(point.loss), 3),
        }),
      })),
  }));
  if (full) {
    const y = heightOf(full);
    series.push({
      id: 'full',
      label: t('now.full'),
      tone: 'ink',
      joined: true,
      dashed: true,
      points: [
        { x: 2, y },
        { x: 8.5, y },
      ],
    });
  }
  return (
    <XyChart
      title={t(perplexity ? 'sizePerplexity' : 'sizeAccuracy')}
      label={t('sizePicture')}
      series={series}
      xTitle={t('bitsAWeight')}
      tickY={tick}
    />
  );
}

export function ShiftChart({ frame, shift }: { frame: QuantizationFrame | null; shift: number }) {
  const { t } = useTranslation('lab-quantization');
  const { percent } = useFormat();
  const points = frame?.shifts ?? [];
  const of = (id: 'full' | 'static' | 'dynamic') => points.map((point) => ({ x: point.shift, y: point[id] }));
  return (
    <XyChart
      title={t('shift')}
      label={t('shiftPicture')}
      at={shift}
      xTitle={t('shiftAxis')}
      tickX={(value) => `×${value >= 0 ? 2 ** value : `1/${2 ** -value}`}`}
      tickY={percent}
      includeY={[0]}
      series={[
        { id: 'full', label: t('now.full'), tone: 'ink', joined: true, points: of('full') },
        { id: 'static', label: t('static'), tone: 'seal', joined: true, points: of('static') },
        {
          id: 'dynamic',
          label: t('dynamic'),
          tone: 'accent',
          joined: true,
          dashed: true,
          points: of('dynamic'),
        },
      ]}
    />
  );
}
