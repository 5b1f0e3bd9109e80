/** Handwritten digits: real ones, those of both models side by side, and the way of one from noise. */
import type { GanVsDiffusionFrame } from '@viva/labs';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { ImageGrid } from '../../../labs/image-grid.tsx';
import classes from '../../../labs/lab-page.module.css';
import own from './gan-vs-diffusion.module.css';

const EMPTY = new Float32Array(0);
const COLUMNS = 8;
/** Real digits shown, in one row. */
const REAL = 16;

export function DigitsPictures({ frame }: { frame: GanVsDiffusionFrame | null }) {
  const { t } = useTranslation('lab-gan-vs-diffusion');
  const { percent } = useFormat();
  const [picked, setPicked] = useState(0);
  const [place, setPlace] = useState<number | null>(null);
  const side = frame?.side ?? 14;
  const pixels = side * side;
  const places = frame?.diffusion.places ?? [];
  const last = places.length - 1;
  const until = place === null ? last : Math.min(place, last);
  const film = useMemo(() => {
    const stages = frame?.diffusion.places ?? [];
    const out = new Float32Array(stages.length * pixels);
    for (const [at, stage] of stages.entries())
      out.set(stage.subarray(picked * pixels, (picked + 1) * pixels), at * pixels);
    return out;
  }, [frame, picked, pixels]);
  const real = useMemo(() => frame?.data.subarray(0, REAL * pixels) ?? EMPTY, [frame, pixels]);
  const caption = (captured: number | null | undefined, quality: number | null | undefined): string =>
    captured == null ? '' : t('digitsNow', { captured, quality: percent(quality ?? 0) });
  const onGan = caption(frame?.now.ganModes, frame?.now.ganQuality);
  const onDiffusion = caption(frame?.now.diffusionModes, frame?.now.diffusionQuality);
  const made = (until < last ? places[until] : frame?.diffusion.samples) ?? EMPTY;
  return (
    <>
      <figure className={own.real}>
        <figcaption>{t('real')}</figcaption>
        <ImageGrid images={real} side={side} columns={REAL} label={t('realPicture')} />
      </figure>
      <div className={classes.pair}>
        <figure>
          <figcaption>
            <h2>{t('gan')}</h2>
            <span>{onGan}</span>
          </figcaption>
          <ImageGrid
            images={frame?.gan.samples ?? EMPTY}
            side={side}
            columns={COLUMNS}
            tone="seal"
            shares={frame?.gan.real}
            label={t('digitsPicture', { count: 64, now: onGan })}
          />
          <div className={classes.controls}>
            <p>{t('digitsLegend')}</p>
          </div>
        </figure>
        <figure>
          <figcaption>
            <h2>{t('diffusion')}</h2>
            <span>{onDiffusion}</span>
          </figcaption>
          <ImageGrid
            images={made}
            side={side}
            columns={COLUMNS}
            picked={picked}
            onPick={setPicked}
            label={t('denoisedPicture', { count: 64, now: onDiffusion })}
          />
          <div className={classes.controls}>
            <label className={classes.slider}>
              <span>{t('scrub', { at: Math.max(0, until), of: Math.max(0, last) })}</span>
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
            <p>{t('denoisedLegend', { count: Math.max(0, last) })}</p>
          </div>
          <div className={own.film}>
            <ImageGrid
              images={film}
              side={side}
              columns={Math.max(1, places.length)}
              picked={until}
              onPick={(at) => setPlace(at === last ? null : at)}
              label={t('strip', { index: picked + 1 })}
            />
          </div>
        </figure>
      </div>
    </>
  );
}
