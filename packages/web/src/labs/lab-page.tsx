/** What every lab's page has around its pictures: play and pause, parameters, measures, seeds, and ways to take it along. */
import { NativeSelect, NumberInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode, useRef } from 'react';
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
  const me = useMe();
  const root = useRef<HTMLDivElement>(null);
  const { lab, params, seed, go, change, training } = bench;
  const seeds = useSeeds(bench);
  const engine = training.frame?.engine ?? '';
  return (
    <div ref={root}>
      <Head
        {...{ root, lab, params, seed, engine }}
        measured={training.measured}
        seeds={seeds.results}
        disabled={!training.frame}
      />
      <div className={classes.layout}>
        <div className={classes.stage}>
          <Transport training={training}>{transport}</Transport>
          {training.problem && (
            <p role="alert" className={classes.problem}>
              {t('failed', { message: training.problem })}
            </p>
          )}
          {typeof children === 'function' ? children(seeds.results) : children}
          <MeasuresPanel
            lab={lab}
            training={training}
            ready={training.frame !== null && training.step > 0}
            lead={measuresLead ?? t('measures.plainLead')}
          />
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
          <Begin lab={lab} params={params} seed={seed} go={go} />
          {side}
          <Form lab={lab} params={params} change={change} />
          <p className={classes.status}>
            {engine && t('engine', { name: engine })} {status}
          </p>
        </aside>
      </div>
    </div>
  );
}

/*
 * The parts below depend on the parameters and not on the frame: `memo` keeps them from being drawn anew with each of
 * thirty frames a second, which would cost more than the pictures do.
 */

const Head = memo(function Head<P>({ lab, ...run }: Parameters<typeof TakeAlong<P>>[0]) {
  const { t } = useTranslation('labs');
  const { text } = useFormat();
  return (
    <PageHeader
      title={text(lab.title)}
      trail={<Link to="/labs">{t('title')}</Link>}
      lead={text(lab.summary)}
      actions={<TakeAlong lab={lab} {...run} />}
    />
  );
}) as <P>(props: Parameters<typeof TakeAlong<P>>[0]) => ReactNode;

/** A preset and a seed. */
type BeginProps<P> = Pick<LabBench<P, never, never>, 'lab' | 'params' | 'seed' | 'go'>;
const Begin = memo(function Begin<P>({ lab, params, seed, go }: BeginProps<P>) {
  const { t } = useTranslation('labs');
  const { text } = useFormat();
  return (
    <>
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
    </>
  );
}) as <P>(props: BeginProps<P>) => ReactNode;

type FormProps<P> = Pick<LabBench<P, never, never>, 'lab' | 'params' | 'change'>;
const Form = memo(function Form<P>({ lab, params, change }: FormProps<P>) {
  return (
    <ParamForm
      lab={lab as never}
      params={params as Record<string, unknown>}
      onChange={(part) => change(part as Partial<P>)}
    />
  );
}) as <P>(props: FormProps<P>) => ReactNode;
