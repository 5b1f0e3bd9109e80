/** Points of the plane: samples over data with what drives them, for both models side by side. */
import type { GanVsDiffusionFrame, GanVsDiffusionView } from '@viva/labs';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import classes from '../../../labs/lab-page.module.css';
import { Plane } from '../../../labs/plane.tsx';
import own from './gan-vs-diffusion.module.css';

interface PicturesProps {
  frame: GanVsDiffusionFrame | null;
  latent: number;
  view: GanVsDiffusionView;
  onView: (view: GanVsDiffusionView) => void;
}

export function PointsPictures({ frame, latent, view, onView }: PicturesProps) {
  const { t } = useTranslation('lab-gan-vs-diffusion');
  const { percent } = useFormat();
  const [heat, setHeat] = useState(true);
  const [picked, setPicked] = useState<number | null>(null);
  const [place, setPlace] = useState<number | null>(null);
  const { scoreAt, mesh = false, pull = false } = view;
  const reach = frame?.reach ?? 3;
  const places = frame?.diffusion.places ?? [];
  const last = places.length - 1;
  const until = place === null ? last : Math.min(place, last);
  const path = useMemo(() => {
    if (picked === null || !frame) return undefined;
    const points = new Float32Array(frame.diffusion.places.length * 2);
    for (const [at, one] of frame.diffusion.places.entries())
      points.set(one.subarray(2 * picked, 2 * picked + 2), 2 * at);
    return { points, until };
  }, [frame, picked, until]);
  const shown = until < last ? places[until] : frame?.diffusion.samples;
  const pick = (x: number, y: number): void => {
    if (!shown) return;
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let at = 0; at + 1 < shown.length; at += 2) {
      const square = ((shown[at] ?? 0) - x) ** 2 + ((shown[at + 1] ?? 0) - y) ** 2;
      if (square < least) [best, least] = [at / 2, square];
    }
    setPicked(best === picked ? null : best);
  };
  const modes = frame?.modeCount ?? null;
  const caption = (captured: number | null | undefined, quality: number | null | undefined): string =>
    modes === null || captured == null ? '' : t('now', { captured, modes, quality: percent(quality ?? 0) });
  const onGan = caption(frame?.now.ganModes, frame?.now.ganQuality);
  const onDiffusion = caption(frame?.now.diffusionModes, frame?.now.diffusionQuality);
  const toggle = (label: string, checked: boolean, onChange: (on: boolean) => void) => (
    <label>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />{' '}
      {label}
    </label>
  );
  return (
    <div className={classes.pair}>
      <figure>
        <figcaption>
          <h2>{t('gan')}</h2>
          <span>{onGan}</span>
        </figcaption>
        <Plane
          label={t('ganPicture', { now: onGan })}
          reach={reach}
          tone="seal"
          layers={{
            data: frame?.data,
            samples: frame?.gan.samples,
            modes: frame?.modes ?? undefined,
            heat: (heat && frame?.gan.heat) || undefined,
            mesh: frame?.gan.mesh ?? undefined,
            pull: frame?.gan.pull ?? undefined,
          }}
        />
        <div className={classes.controls}>
          <div className={own.toggles}>
            {toggle(t('heat'), heat, setHeat)}
            {toggle(t('mesh'), mesh, (on) => onView({ ...view, mesh: on }))}
            {toggle(t('pull'), pull, (on) => onView({ ...view, pull: on }))}
          </div>
          <p>{t('ganLegend')}</p>
          {mesh && <p>{t('meshLegend')}</p>}
          {mesh && latent > 2 && <p>{t('meshMore', { latent })}</p>}
          {pull && <p>{t('pullLegend')}</p>}
        </div>
      </figure>
      <figure>
        <figcaption>
          <h2>{t('diffusion')}</h2>
          <span>{onDiffusion}</span>
        </figcaption>
        <Plane
          label={t('diffusionPicture', { now: onDiffusion })}
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
            <span>{t('scrub', { at: until < 0 ? 0 : until, of: Math.max(0, last) })}</span>
            <input
              type="range"
              min={0}
              max={Math.max(1, last)}
              value={Math.max(0, until)}
              disabled={last < 1}
              onChange={(event) => {
                const at = Number(event.currentTarget.value);
                setPlace(at === last ? null : at);
              }}
            />
          </label>
          <label className={classes.slider}>
            <span>{scoreAt === null ? t('noScore') : t('scoreAt', { share: percent(scoreAt) })}</span>
            <input
              type="range"
              min={0}
              max={1}
              step={0.02}
              value={scoreAt ?? 0}
              onChange={(event) => {
                const at = Number(event.currentTarget.value);
                onView({ ...view, scoreAt: at === 0 ? null : at });
              }}
            />
          </label>
          <p>{t('diffusionLegend')}</p>
        </div>
      </figure>
    </div>
  );
}
