/** Going slowly: one side's part of a round alone, and slow motion, which takes the parts in turn. */
import { Button } from '@mantine/core';
import type { GanVsDiffusionFrame, GanVsDiffusionPart } from '@viva/labs';
import { Turtle } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Training } from '../../../labs/use-training.ts';
import classes from './gan-vs-diffusion.module.css';

/** Milliseconds for each part. */
const PACE = 700;

interface PartsProps {
  training: Pick<
    Training<never, Pick<GanVsDiffusionFrame, 'next' | 'byHand'>>,
    'state' | 'frame' | 'pause' | 'stepOnce'
  >;
  slow: boolean;
  onSlow: (slow: boolean) => void;
}

const LETTERS = {
  discriminator: 'partDiscriminator',
  generator: 'partGenerator',
  diffusion: 'partDiffusion',
} as const satisfies Record<GanVsDiffusionPart, string>;

export function Parts({ training, slow, onSlow }: PartsProps) {
  const { t } = useTranslation('lab-gan-vs-diffusion');
  const { state, frame, pause, stepOnce } = training;
  const running = state === 'running';
  useEffect(() => {
    if (!slow || !frame || state === 'done' || state === 'failed') return;
    if (running) {
      pause();
      return;
    }
    const timer = setTimeout(() => stepOnce(frame.next), PACE);
    return () => clearTimeout(timer);
  }, [slow, frame, state, running, pause, stepOnce]);
  const still = !frame || running || slow || state === 'done' || state === 'failed';
  return (
    <>
      <fieldset className={classes.parts} aria-label={t('parts')}>
        {(Object.keys(LETTERS) as GanVsDiffusionPart[]).map((part) => (
          <Button
            key={part}
            size="xs"
            variant="default"
            disabled={still}
            title={t(`partHelp.${part}`)}
            onClick={() => stepOnce(part)}
          >
            {t(LETTERS[part])}
          </Button>
        ))}
      </fieldset>
      <Button
        size="xs"
        variant={slow ? 'filled' : 'default'}
        aria-pressed={slow}
        disabled={!frame || state === 'done' || state === 'failed'}
        leftSection={<Turtle size={13} aria-hidden />}
        onClick={() => onSlow(!slow)}
      >
        {t('slow')}
      </Button>
    </>
  );
}
