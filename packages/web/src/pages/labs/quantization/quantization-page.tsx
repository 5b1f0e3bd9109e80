/** A network under every scheme: values against levels, errors weight by weight, what is lost at what size. */
import type { QuantizationFrame, QuantizationView } from '@viva/labs';
import {
  type LiveParams,
  quantizationDescription as lab,
  QUANTIZATION_LIVE,
  type QuantizationParams,
} from '@viva/labs/catalog';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import charts from '../../../labs/charts.module.css';
import { Curves } from '../../../labs/curves.tsx';
import { Histogram } from '../../../labs/histogram.tsx';
import classes from '../../../labs/lab-page.module.css';
import { LabPage } from '../../../labs/lab-page.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { Section } from '../../../ui/section.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { ErrorMap } from './error-map.tsx';
import { OwnTensors } from './own-tensors.tsx';
import own from './quantization.module.css';
import { ShiftChart, SizeChart } from './size-chart.tsx';
import { WorkedExample } from './worked-example.tsx';

const open = (): Worker =>
  new Worker(new URL('../../../labs/quantization.worker.ts', import.meta.url), { type: 'module' });
const FIRST_VIEW: QuantizationView = { layer: 1, live: null };

export function QuantizationPage() {
  const { t } = useTranslation('lab-quantization');
  const { number, percent } = useFormat();
  const bench = useLab<QuantizationParams, QuantizationView, QuantizationFrame>(lab, open, FIRST_VIEW);
  const { params, training } = bench;
  const { frame, setView } = training;
  const [layer, setLayer] = useState(FIRST_VIEW.layer);
  const chosen = JSON.stringify(QUANTIZATION_LIVE.map((id) => [id, params[id]]));
  const live = useMemo(() => Object.fromEntries(JSON.parse(chosen)) as unknown as LiveParams, [chosen]);
  useEffect(() => setView({ layer, live }), [setView, layer, live]);
  const drawing = frame?.drawing;
  const now = frame?.now;
  const decibels = (value: number | null | undefined): string =>
    value === null || value === undefined ? '—' : `${number(value, 1)} dB`;
  return (
    <LabPage bench={bench} measuresLead={t('measuresLead')}>
      <dl className={own.now}>
        {(
          [
            ['full', now && percent(now.full)],
            ['quantised', now && percent(now.quantised)],
            ['bits', now && number(now.bits, 2)],
            ['ste', now && now.ste !== null && percent(now.ste)],
            ['lsq', now && now.lsq !== null && percent(now.lsq)],
          ] as const
        ).map(([id, value]) => (
          <div key={id}>
            <dt>{t(`now.${id}`)}</dt>
            <dd>{value || '—'}</dd>
          </div>
        ))}
      </dl>
      <div className={own.layer}>
        <span>{t('layer')}</span>
        <Segmented
          name="layer"
          label={t('layer')}
          value={String(drawing?.layer ?? layer)}
          onChange={(next) => setLayer(Number(next))}
          options={Array.from({ length: frame?.layers ?? 3 }, (_, at) => ({
            value: String(at),
            label: String(at + 1),
          }))}
        />
      </div>
      <div className={classes.pair}>
        <Histogram
          title={t('weights')}
          aside={decibels(drawing?.sqnr)}
          label={t('weightsPicture', { levels: drawing?.weights.levels.length ?? 0 })}
          low={drawing?.weights.low ?? -1}
          high={drawing?.weights.high ?? 1}
          counts={drawing?.weights.counts ?? []}
          levels={drawing?.weights.levels}
        />
        <ErrorMap
          title={t('error')}
          label={t('errorPicture')}
          values={drawing?.error}
          rows={drawing?.rows ?? 1}
          columns={drawing?.columns ?? 1}
        />
      </div>
      <div className={classes.pair}>
        <SizeChart frame={frame} perplexity={params.task === 'letters'} />
        <ShiftChart frame={frame} shift={params.shift} />
      </div>
      <div className={classes.pair}>
        {(['symmetric', 'asymmetric'] as const).map((mode) => (
          <Histogram
            key={mode}
            title={t(`skew.${mode}`)}
            aside={mode === 'asymmetric' && t('skew.gain', { gain: decibels(drawing?.skew.gain) })}
            label={t(`skew.${mode}Picture`)}
            low={drawing?.skew[mode].low ?? 0}
            high={drawing?.skew[mode].high ?? 1}
            counts={drawing?.skew[mode].counts ?? []}
            levels={drawing?.skew[mode].levels}
            root
          />
        ))}
      </div>
      <p className={charts.note}>{t('skew.note')}</p>
      <div className={own.losses}>
        <Curves
          title={t('losses')}
          label={t('lossesPicture')}
          log
          series={[
            {
              id: 'full',
              label: t('now.full'),
              tone: 'ink',
              x: frame?.step ?? [],
              y: frame?.losses.full ?? [],
            },
            {
              id: 'ste',
              label: t('now.ste'),
              tone: 'seal',
              x: frame?.step ?? [],
              y: frame?.losses.ste ?? [],
            },
            {
              id: 'lsq',
              label: t('now.lsq'),
              tone: 'accent',
              x: frame?.step ?? [],
              y: frame?.losses.lsq ?? [],
            },
          ]}
        />
      </div>
      <Section title={t('example.title')} lead={t('example.lead')}>
        <WorkedExample />
      </Section>
      <Section title={t('own.title')} lead={t('own.lead')}>
        <OwnTensors live={live} />
      </Section>
    </LabPage>
  );
}
