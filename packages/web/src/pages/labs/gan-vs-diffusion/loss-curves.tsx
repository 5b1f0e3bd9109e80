/** The losses of both models over their rounds. */
import type { GanVsDiffusionFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import { Curves } from '../../../labs/curves.tsx';
import classes from '../../../labs/lab-page.module.css';

export function LossCurves({ curves }: { curves: GanVsDiffusionFrame['curves'] | undefined }) {
  const { t } = useTranslation('lab-gan-vs-diffusion');
  const x = curves?.step ?? [];
  return (
    <div className={classes.pair}>
      <Curves
        title={t('ganLoss')}
        label={t('ganLossPicture')}
        series={[
          { id: 'd', label: t('discriminator'), tone: 'accent', x, y: curves?.discriminator ?? [] },
          { id: 'g', label: t('generator'), tone: 'seal', x, y: curves?.generator ?? [] },
        ]}
      />
      <Curves
        title={t('diffusionLoss')}
        label={t('diffusionLossPicture')}
        log
        series={[{ id: 'l', label: t('loss'), tone: 'accent', x, y: curves?.diffusion ?? [] }]}
      />
    </div>
  );
}
