/** A GAN and a diffusion model side by side, trained while one watches. */
import type { GanVsDiffusionFrame, GanVsDiffusionView } from '@viva/labs';
import { type GanVsDiffusionParams, ganVsDiffusionDescription as lab } from '@viva/labs/catalog';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { DrawPad } from '../../../labs/draw-pad.tsx';
import { LabPage } from '../../../labs/lab-page.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { DigitsPictures } from './digits-pictures.tsx';
import own from './gan-vs-diffusion.module.css';
import { LossCurves } from './loss-curves.tsx';
import { Parts } from './parts.tsx';
import { PointsPictures } from './points-pictures.tsx';

const open = (): Worker =>
  new Worker(new URL('../../../labs/gan-vs-diffusion.worker.ts', import.meta.url), { type: 'module' });
const FIRST_VIEW: GanVsDiffusionView = { scoreAt: 0.3, mesh: false, pull: false };

export function GanVsDiffusionPage() {
  const { t } = useTranslation('lab-gan-vs-diffusion');
  const { number } = useFormat();
  const bench = useLab<GanVsDiffusionParams, GanVsDiffusionView, GanVsDiffusionFrame>(lab, open, FIRST_VIEW);
  const { params, change, training } = bench;
  const { frame, setView } = training;
  const [view, keepView] = useState(FIRST_VIEW);
  const [slow, setSlow] = useState(false);
  const onView = useCallback(
    (next: GanVsDiffusionView) => {
      keepView(next);
      setView(next);
    },
    [setView],
  );
  // The last frame of points is no picture of digits while these load.
  const fitting = frame && (frame.space === 'images') === (params.data === 'digits') ? frame : null;
  return (
    <LabPage
      bench={bench}
      measuresLead={t('measuresLead')}
      transport={
        <Parts
          state={training.state}
          next={frame?.next ?? null}
          // While it runs no button cares where it is.
          tick={slow && frame ? `${training.step} ${frame.next}` : ''}
          pause={training.pause}
          stepOnce={training.stepOnce}
          slow={slow}
          onSlow={setSlow}
        />
      }
      side={
        params.data === 'drawn' && (
          <DrawPad reach={3} points={params.points} onChange={(points) => change({ points })} />
        )
      }
      status={
        frame && (
          <>
            {t('trained', { steps: number(frame.diffusionSteps, 0) })}
            {frame.byHand > 0 && ` ${t('byHand', { count: frame.byHand })}`}
          </>
        )
      }
    >
      {slow && frame && <p className={own.doing}>{t(`doing.${frame.next}`)}</p>}
      {params.data === 'digits' ? (
        <DigitsPictures frame={fitting} />
      ) : (
        <PointsPictures frame={fitting} latent={params.latent} view={view} onView={onView} />
      )}
      <LossCurves curves={fitting?.curves} />
    </LabPage>
  );
}
