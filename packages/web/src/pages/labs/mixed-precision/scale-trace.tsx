/** The factors of the two scalers over the steps, and the steps that they skipped. */
import type { MixedPrecisionFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import charts from '../../../labs/charts.module.css';
import { Curves } from '../../../labs/curves.tsx';
import own from './mixed-precision.module.css';

export function ScaleTrace({ frame }: { frame: MixedPrecisionFrame | null }) {
  const { t } = useTranslation('lab-mixed-precision');
  const last = Math.max(1, frame?.step.length ?? 1);
  return (
    <div className={own.losses}>
      <Curves
        title={t('scales')}
        label={t('scalesPicture', { skipped: frame?.skips.dynamic.length ?? 0 })}
        series={[
          {
            id: 'static',
            label: t('static'),
            tone: 'accent',
            x: frame?.step ?? [],
            y: frame?.scales.static ?? [],
          },
          {
            id: 'dynamic',
            label: t('dynamic'),
            tone: 'seal',
            x: frame?.step ?? [],
            y: frame?.scales.dynamic ?? [],
          },
        ]}
      />
      <svg className={own.skips} viewBox="0 0 480 14" role="img" aria-label={t('skipsPicture')}>
        <line className={charts.grid} x1={46} x2={472} y1={7} y2={7} />
        {(['static', 'dynamic'] as const).map((kind) =>
          Array.from(frame?.skips[kind] ?? [], (step) => (
            <line
              key={`${kind} ${step}`}
              className={charts.line}
              data-tone={kind === 'static' ? 'accent' : 'seal'}
              x1={46 + (step / last) * 426}
              x2={46 + (step / last) * 426}
              y1={kind === 'static' ? 1 : 7}
              y2={kind === 'static' ? 7 : 13}
            />
          )),
        )}
      </svg>
      <p className={charts.note}>
        {t('skips', {
          static: frame?.skips.static.length ?? 0,
          dynamic: frame?.skips.dynamic.length ?? 0,
        })}
      </p>
    </div>
  );
}
