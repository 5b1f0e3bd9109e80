/** One diffusion model, six samplers: what fewer steps cost, drawn and measured while it runs. */
import type { SamplerName, SamplersFrame, SamplersView } from '@viva/labs';
import {
  samplersDescription as lab,
  SAMPLER_LABELS,
  type SamplersParams,
  STEP_COUNTS,
} from '@viva/labs/catalog';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Curves } from '../../../labs/curves.tsx';
import { DrawPad } from '../../../labs/draw-pad.tsx';
import { LabPage } from '../../../labs/lab-page.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import type { SeedResult } from '../../../labs/use-seeds.ts';
import { Section } from '../../../ui/section.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { Mark, QualityChart } from './quality-chart.tsx';
import classes from './samplers.module.css';
import { type CostAxis, cheapest, pointsOfRun, pointsOfSeeds, type QualityMeasure } from './series.ts';
import { Ways } from './ways.tsx';

const open = (): Worker =>
  new Worker(new URL('../../../labs/samplers.worker.ts', import.meta.url), { type: 'module' });
const FIRST_VIEW: SamplersView = { steps: 10 };
const NAMES = Object.keys(SAMPLER_LABELS) as SamplerName[];

export function SamplersPage() {
  const { t } = useTranslation('lab-samplers');
  const bench = useLab<SamplersParams, SamplersView, SamplersFrame>(lab, open, FIRST_VIEW);
  const { params, change, training } = bench;
  const { frame } = training;
  const [steps, setSteps] = useState(FIRST_VIEW.steps);
  return (
    <LabPage
      bench={bench}
      measuresLead={t('measuresLead')}
      side={
        params.data === 'drawn' && (
          <DrawPad reach={3} points={params.points} onChange={(points) => change({ points })} />
        )
      }
      status={frame && t(`phase.${frame.phase}`)}
    >
      {(seeds) => (
        <>
          <div className={classes.first}>
            <Quality frame={frame} seeds={seeds} />
          </div>
          <Ways
            frame={frame}
            steps={steps}
            onSteps={(next) => {
              setSteps(next);
              training.setView({ steps: next });
            }}
          />
          {params.model === 'trained' && (
            <div className={classes.loss}>
              <Curves
                title={t('loss')}
                label={t('lossPicture')}
                log
                series={[
                  {
                    id: 'loss',
                    label: t('mse'),
                    tone: 'accent',
                    x: frame?.loss.step ?? [],
                    y: frame?.loss.value ?? [],
                  },
                ]}
              />
            </div>
          )}
        </>
      )}
    </LabPage>
  );
}

function Quality({ frame, seeds }: { frame: SamplersFrame | null; seeds: readonly SeedResult[] }) {
  const { t } = useTranslation('lab-samplers');
  const { text, number } = useFormat();
  const [measure, setMeasure] = useState<QualityMeasure>('highQuality');
  const [axis, setAxis] = useState<CostAxis>('evaluations');
  const results = frame?.results ?? [];
  const series = NAMES.map((id) => ({
    id,
    label: text(SAMPLER_LABELS[id]),
    points:
      seeds.length > 0
        ? pointsOfSeeds(seeds, id, measure, axis, STEP_COUNTS)
        : pointsOfRun(results, id, measure, axis),
  })).filter(({ points }) => points.length > 0);
  const good = cheapest(series, measure === 'highQuality')
    .slice(0, 3)
    .map(({ id, x }) => `${text(SAMPLER_LABELS[id])} (${number(x, axis === 'evaluations' ? 0 : 3)})`);
  const best = good.length > 0 ? t('best', { names: good.join(' · ') }) : '';
  const nothing = results.length === 0 && seeds.length === 0;
  return (
    <Section title={t('quality')}>
      <div className={`${classes.head} no-print`}>
        <Segmented
          name="quality-measure"
          label={t('measure')}
          value={measure}
          onChange={setMeasure}
          options={(['highQuality', 'slicedWasserstein', 'referenceError'] as const).map((value) => ({
            value,
            label: t(`measures.${value}`),
          }))}
        />
        <Segmented
          name="quality-axis"
          label={t('axis')}
          value={axis}
          onChange={setAxis}
          options={(['evaluations', 'msPerSample'] as const).map((value) => ({
            value,
            label: t(`axes.${value}`),
          }))}
        />
      </div>
      <p className={classes.note}>
        <b>{t(`measureTitles.${measure}`)}.</b>{' '}
        {nothing ? t('waiting') : seeds.length > 0 ? t('ofSeeds', { count: seeds.length }) : t('ofRun')}{' '}
        {measure === 'referenceError' && t('onlyDeterministic')}
        {measure === 'highQuality' && frame && !frame.modes && t('noModes')}
      </p>
      {/* Scrolled sideways on a narrow screen rather than made too small to read; so the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: no fieldset */}
      <div className={classes.narrow} role="group" tabIndex={0} aria-label={t('chart')}>
        <QualityChart
          label={t('qualityPicture', {
            measure: t(`measureTitles.${measure}`),
            axis: t(`axisTitles.${axis}`),
            best,
          })}
          xTitle={t(`axisTitles.${axis}`)}
          series={series}
          share={measure === 'highQuality'}
          floor={measure === 'slicedWasserstein' && frame ? { value: frame.floor, label: t('floor') } : null}
        />
      </div>
      <ul className={classes.legend}>
        {NAMES.map((id) => (
          <li key={id}>
            <svg viewBox="0 0 22 12" aria-hidden className={classes.series} data-sampler={id}>
              <path className={classes.line} d="M0 6H22" />
              <Mark id={id} x={11} y={6} />
            </svg>
            {text(SAMPLER_LABELS[id])}
          </li>
        ))}
      </ul>
      {best && <p className={classes.note}>{best}</p>}
    </Section>
  );
}
