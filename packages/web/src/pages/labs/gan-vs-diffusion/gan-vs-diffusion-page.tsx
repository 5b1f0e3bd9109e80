/** A GAN and a diffusion model side by side, trained while one watches. */

import type { GanVsDiffusionFrame, GanVsDiffusionView } from '@viva/labs';
import { type GanVsDiffusionParams, ganVsDiffusionDescription as lab } from '@viva/labs/catalog';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Curves } from '../../../labs/curves.tsx';
import { DrawPad } from '../../../labs/draw-pad.tsx';
import classes from '../../../labs/lab-page.module.css';
import { LabPage } from '../../../labs/lab-page.tsx';
import { Plane } from '../../../labs/plane.tsx';
import { useLab } from '../../../labs/use-lab.ts';

const open = (): Worker =>
  new Worker(new URL('../../../labs/gan-vs-diffusion.worker.ts', import.meta.url), { type: 'module' });
const FIRST_VIEW: GanVsDiffusionView = { scoreAt: 0.3 };

export function GanVsDiffusionPage() {
  const { t } = useTranslation('labs');
  const { number, percent } = useFormat();
  const bench = useLab<GanVsDiffusionParams, GanVsDiffusionView, GanVsDiffusionFrame>(lab, open, FIRST_VIEW);
  const { params, change, training } = bench;
  const { frame } = training;
  const [scoreAt, setScoreAt] = useState<number | null>(FIRST_VIEW.scoreAt);
  const [heat, setHeat] = useState(true);
  const [picked, setPicked] = useState<number | null>(null);
  const [place, setPlace] = useState<number | null>(null);

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
    <LabPage
      bench={bench}
      measuresLead={t('measures.lead')}
      side={
        params.data === 'drawn' && (
          <DrawPad reach={3} points={params.points} onChange={(points) => change({ points })} />
        )
      }
      status={frame && t('gvd.trained', { steps: number(frame.diffusionSteps, 0) })}
    >
      <div className={classes.pair}>
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
      <div className={classes.pair}>
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
    </LabPage>
  );
}
