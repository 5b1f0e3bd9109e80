/** What every lab's page has around its pictures: play and pause, parameters, measures, seeds, and ways to take it along. */
import { NativeSelect, NumberInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../app/me.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { AttachSample } from './attach-sample.tsx';
import classes from './lab-page.module.css';
import { MeasuresPanel } from './measures-panel.tsx';
import { ParamForm } from './param-form.tsx';
import { SeedsPanel } from './seeds-panel.tsx';
import { TakeAlong } from './take-along.tsx';
import { Transport } from './transport.tsx';
import type { LabBench } from './use-lab.ts';
import { type SeedResult, useSeeds } from './use-seeds.ts';

interface LabPageProps<P, View, Frame> {
  bench: LabBench<P, View, Frame>;
  /** The pictures; a function where they show the seeds' spread too. */
  children: ReactNode | ((seeds: readonly SeedResult[]) => ReactNode);
  /** How the measures are taken, in a sentence. */
  measuresLead?: string;
  /** Buttons of the lab's own beside play and step. */
  transport?: ReactNode;
  /** Above the parameters: controls that are no form fields. */
  side?: ReactNode;
  /** Below the parameters, in small print; the engine is named there too. */
  status?: ReactNode;
}

export function LabPage<P, View, Frame>({
  bench,
  children,
  measuresLead,
  transport,
  side,
  status,
}: LabPageProps<P, View, Frame>) {
  const { t } = useTranslation('labs');
  const { text } = useFormat();
  const me = useMe();
  const root = useRef<HTMLDivElement>(null);
  const { lab, params, seed, go, change, training } = bench;
  const seeds = useSeeds(bench);
  const engine = training.frame?.engine ?? '';
  return (
    <div ref={root}>
      <PageHeader
        title={text(lab.title)}
        trail={<Link to="/labs">{t('title')}</Link>}
        lead={text(lab.summary)}
        actions={
          <TakeAlong
            root={root}
            lab={lab}
            params={params}
            seed={seed}
            engine={engine}
            measured={training.measured}
            seeds={seeds.results}
            disabled={!training.frame}
          />
        }
      />
      <div className={classes.layout}>
        <div className={classes.stage}>
          <Transport
            state={training.state}
            step={training.step}
            steps={training.steps}
            rate={training.rate}
            speed={training.speed}
            onPlay={training.play}
            onPause={training.pause}
            onStep={() => training.stepOnce()}
            onReset={training.reset}
            onSpeed={training.setSpeed}
          >
            {transport}
          </Transport>
          {training.problem && (
            <p role="alert" className={classes.problem}>
              {t('failed', { message: training.problem })}
            </p>
          )}
          {typeof children === 'function' ? children(seeds.results) : children}
          <MeasuresPanel lab={lab} training={training} lead={measuresLead ?? t('measures.plainLead')} />
          <SeedsPanel lab={lab} seed={seed} seeds={seeds} />
          {me.role === 'candidate' && (
            <AttachSample
              lab={lab.id}
              params={params as Record<string, unknown>}
              seed={seed}
              engine={engine}
              measured={training.measured}
            />
          )}
        </div>
        <aside className={classes.side} aria-label={t('parameters')}>
          <NativeSelect
            size="xs"
            label={t('preset')}
            value=""
            onChange={(event) => {
              const preset = lab.presets.find(({ id }) => id === event.currentTarget.value);
              if (preset) go(lab.params.parse(preset.params), seed);
            }}
            data={[
              { value: '', label: t('choosePreset') },
              ...lab.presets.map((preset) => ({ value: preset.id, label: text(preset.title) })),
            ]}
          />
          <NumberInput
            size="xs"
            label={t('seed')}
            description={t('seedHelp')}
            min={0}
            max={2_147_483_647}
            allowDecimal={false}
            value={seed}
            onChange={(value) => typeof value === 'number' && go(params, Math.max(0, Math.trunc(value)))}
          />
          {side}
          <ParamForm
            lab={lab as never}
            params={params as Record<string, unknown>}
            onChange={(part) => change(part as Partial<P>)}
          />
          <p className={classes.status}>
            {engine && t('engine', { name: engine })} {status}
          </p>
        </aside>
      </div>
    </div>
  );
}
