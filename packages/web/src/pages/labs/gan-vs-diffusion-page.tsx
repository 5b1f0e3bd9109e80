/** A GAN and a diffusion model side by side, trained while one watches. */
import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type GanVsDiffusionParams, ganVsDiffusionDescription as lab } from '@viva/labs/catalog';
import { Download, Gauge } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Curves } from '../../labs/curves.tsx';
import { DrawPad } from '../../labs/draw-pad.tsx';
import type { LabFrame, LabRequest } from '../../labs/gan-vs-diffusion.worker.ts';
import { ParamForm } from '../../labs/param-form.tsx';
import { Plane } from '../../labs/plane.tsx';
import { Transport } from '../../labs/transport.tsx';
import { useTraining } from '../../labs/use-training.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { saveReport } from '../../ui/save-report.ts';
import { Section } from '../../ui/section.tsx';
import { AttachSample } from './attach-sample.tsx';
import classes from './gan-vs-diffusion.module.css';
import { MeasuresTable } from './measures-table.tsx';

const route = getRouteApi('/layout/labs/gan-vs-diffusion');
const open = (): Worker =>
  new Worker(new URL('../../labs/gan-vs-diffusion.worker.ts', import.meta.url), { type: 'module' });

/** Only what differs from the defaults stands in the address. */
function toSearch(params: GanVsDiffusionParams, seed: number): Record<string, unknown> {
  const usual = lab.params.parse({}) as Record<string, unknown>;
  const different = Object.entries(params).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
  );
  return { ...Object.fromEntries(different), ...(seed === 1 ? {} : { seed }) };
}

export function GanVsDiffusionPage() {
  const { t } = useTranslation('labs');
  const { text, number, percent } = useFormat();
  const me = useMe();
  const { seed = 1, ...rest } = route.useSearch();
  const navigate = useNavigate();
  const root = useRef<HTMLDivElement>(null);
  // An address that was edited by hand falls back to the defaults rather than to an error page.
  const parsed = lab.params.safeParse(rest);
  const key = JSON.stringify([parsed.success ? parsed.data : {}, seed]);
  const request = useMemo<LabRequest>(() => {
    const [params, chosen] = JSON.parse(key) as [unknown, number];
    return { params: lab.params.parse(params), seed: chosen };
  }, [key]);
  const { params } = request;
  const [scoreAt, setScoreAt] = useState<number | null>(0.3);
  const [heat, setHeat] = useState(true);
  const [picked, setPicked] = useState<number | null>(null);
  const [place, setPlace] = useState<number | null>(null);
  const training = useTraining<LabRequest, { scoreAt: number | null }, LabFrame>(open, request, { scoreAt });
  const { frame } = training;

  const go = useCallback(
    (next: GanVsDiffusionParams, nextSeed: number) =>
      void navigate({
        to: '/labs/gan-vs-diffusion',
        search: toSearch(next, nextSeed),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const change = (part: Partial<GanVsDiffusionParams>): void => go({ ...params, ...part }, seed);

  const reach = frame?.reach ?? 3;
  const places = frame?.diffusion.places ?? [];
  const last = places.length - 1;
  const until = place === null ? last : Math.min(place, last);
  const path = useMemo(() => {
    if (picked === null || !frame) return undefined;
    const points = new Float32Array(frame.diffusion.places.length * 2);
    for (const [at, one] of frame.diffusion.places.entries()) {
      points[2 * at] = one[2 * picked] ?? 0;
      points[2 * at + 1] = one[2 * picked + 1] ?? 0;
    }
    return { points, until };
  }, [frame, picked, until]);
  const shown = until < last ? places[until] : frame?.diffusion.samples;
  const pick = (x: number, y: number): void => {
    if (!shown) return;
    let best = 0;
    for (let at = 0; at + 1 < shown.length; at += 2)
      if (
        ((shown[at] ?? 0) - x) ** 2 + ((shown[at + 1] ?? 0) - y) ** 2 <
        ((shown[2 * best] ?? 0) - x) ** 2 + ((shown[2 * best + 1] ?? 0) - y) ** 2
      )
        best = at / 2;
    setPicked(best === picked ? null : best);
  };
  const modes = frame?.modes ? frame.modes.length / 2 : null;
  const caption = (captured: number | null | undefined, quality: number | null | undefined): string =>
    modes === null || captured == null
      ? ''
      : t('gvd.now', { captured, modes, quality: percent(quality ?? 0) });

  return (
    <div ref={root}>
      <PageHeader
        title={text(lab.title)}
        trail={<Link to="/labs">{t('title')}</Link>}
        lead={text(lab.summary)}
        actions={
          <Button
            className="no-print"
            variant="default"
            leftSection={<Download size={14} aria-hidden />}
            disabled={!frame}
            onClick={() => root.current && saveReport(root.current, text(lab.title))}
          >
            {t('save')}
          </Button>
        }
      />
      <div className={classes.layout}>
        <div className={classes.stage}>
          <Transport
            state={training.state}
            step={training.step}
            steps={training.steps || params.steps}
            rate={training.rate}
            speed={training.speed}
            onPlay={training.play}
            onPause={training.pause}
            onStep={training.stepOnce}
            onReset={training.reset}
            onSpeed={training.setSpeed}
          />
          {training.problem && (
            <p role="alert" className={classes.problem}>
              {t('failed', { message: training.problem })}
            </p>
          )}
          <div className={classes.planes}>
            <figure>
              <figcaption>
                <h2>{t('gvd.gan')}</h2>
                <span>{caption(frame?.now.ganModes, frame?.now.ganQuality)}</span>
              </figcaption>
              <Plane
                label={t('gvd.ganPicture', { now: caption(frame?.now.ganModes, frame?.now.ganQuality) })}
                reach={reach}
                tone="seal"
                layers={{
                  data: frame?.data,
                  samples: frame?.gan.samples,
                  modes: frame?.modes ?? undefined,
                  heat: heat && frame ? { values: frame.gan.heat, size: frame.gan.heatSize } : undefined,
                }}
              />
              <div className={classes.controls}>
                <label>
                  <input
                    type="checkbox"
                    checked={heat}
                    onChange={(event) => setHeat(event.currentTarget.checked)}
                  />{' '}
                  {t('gvd.heat')}
                </label>
                <p>{t('gvd.ganLegend')}</p>
              </div>
            </figure>
            <figure>
              <figcaption>
                <h2>{t('gvd.diffusion')}</h2>
                <span>{caption(frame?.now.diffusionModes, frame?.now.diffusionQuality)}</span>
              </figcaption>
              <Plane
                label={t('gvd.diffusionPicture', {
                  now: caption(frame?.now.diffusionModes, frame?.now.diffusionQuality),
                })}
                reach={reach}
                tone="accent"
                onPick={pick}
                layers={{
                  data: frame?.data,
                  samples: shown,
                  modes: frame?.modes ?? undefined,
                  arrows: frame?.diffusion.score ?? undefined,
                  path,
                }}
              />
              <div className={classes.controls}>
                <label className={classes.slider}>
                  <span>{t('gvd.scrub', { at: until, of: Math.max(0, last) })}</span>
                  <input
                    type="range"
                    min={0}
                    max={Math.max(1, last)}
                    value={until}
                    disabled={last < 1}
                    onChange={(event) => {
                      const at = Number(event.currentTarget.value);
                      setPlace(at === last ? null : at);
                    }}
                  />
                </label>
                <label className={classes.slider}>
                  <span>
                    {scoreAt === null ? t('gvd.noScore') : t('gvd.scoreAt', { share: percent(scoreAt) })}
                  </span>
                  <input
                    type="range"
                    min={0}
                    max={1}
                    step={0.02}
                    value={scoreAt ?? 0}
                    onChange={(event) => {
                      const at = Number(event.currentTarget.value);
                      const next = at === 0 ? null : at;
                      setScoreAt(next);
                      training.setView({ scoreAt: next });
                    }}
                  />
                </label>
                <p>{t('gvd.diffusionLegend')}</p>
              </div>
            </figure>
          </div>
          <div className={classes.curves}>
            <Curves
              title={t('gvd.ganLoss')}
              label={t('gvd.ganLossPicture')}
              series={[
                {
                  id: 'd',
                  label: t('gvd.discriminator'),
                  tone: 'accent',
                  x: frame?.curves.step ?? [],
                  y: frame?.curves.discriminator ?? [],
                },
                {
                  id: 'g',
                  label: t('gvd.generator'),
                  tone: 'seal',
                  x: frame?.curves.step ?? [],
                  y: frame?.curves.generator ?? [],
                },
              ]}
            />
            <Curves
              title={t('gvd.diffusionLoss')}
              label={t('gvd.diffusionLossPicture')}
              log
              series={[
                {
                  id: 'l',
                  label: t('gvd.loss'),
                  tone: 'accent',
                  x: frame?.curves.step ?? [],
                  y: frame?.curves.diffusion ?? [],
                },
              ]}
            />
          </div>
          <Section
            title={t('measures.title')}
            lead={t('measures.lead')}
            actions={
              <Button
                size="xs"
                variant="default"
                className="no-print"
                leftSection={<Gauge size={13} aria-hidden />}
                loading={training.measuring}
                disabled={!frame || training.step === 0}
                onClick={training.measure}
              >
                {t('measures.now')}
              </Button>
            }
          >
            <MeasuresTable lab={lab} measured={training.measured} />
          </Section>
          {me.role === 'candidate' && (
            <AttachSample
              lab={lab.id}
              params={params}
              seed={seed}
              engine={frame?.engine ?? ''}
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
          {params.data === 'drawn' && (
            <DrawPad reach={3} points={params.points} onChange={(points) => change({ points })} />
          )}
          <ParamForm
            lab={lab}
            params={params}
            onChange={(part) => change(part as Partial<GanVsDiffusionParams>)}
          />
          <p className={classes.engine}>
            {frame && t('engine', { name: frame.engine, steps: number(frame.diffusionSteps, 0) })}
          </p>
        </aside>
      </div>
    </div>
  );
}
