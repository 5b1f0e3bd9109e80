/** Going slowly: one side's part of a round alone, and slow motion, which takes the parts in turn. */
import { Button } from '@mantine/core';
import type { GanVsDiffusionPart } from '@viva/labs';
import { Turtle } from 'lucide-react';
import { memo, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Training } from '../../../labs/use-training.ts';
import classes from './gan-vs-diffusion.module.css';

/** Milliseconds for each part. */
const PACE = 700;

interface PartsProps extends Pick<Training<never, unknown>, 'state' | 'pause' | 'stepOnce'> {
  /** The part that is next; null before there is a frame. */
  next: GanVsDiffusionPart | null;
  /** Rounds and parts done: each change is a new picture. */
  tick: string;
  slow: boolean;
  onSlow: (slow: boolean) => void;
}

const LETTERS = {
  discriminator: 'partDiscriminator',
  generator: 'partGenerator',
  diffusion: 'partDiffusion',
} as const satisfies Record<GanVsDiffusionPart, string>;

export const Parts = memo(function Parts({ state, next, tick, pause, stepOnce, slow, onSlow }: PartsProps) {
  const { t } = useTranslation('lab-gan-vs-diffusion');
  const running = state === 'running';
  useEffect(() => {
    if (!slow || next === null || tick === '' || state === 'done' || state === 'failed') return;
    if (running) {
      pause();
      return;
    }
    const timer = setTimeout(() => stepOnce(next), PACE);
    return () => clearTimeout(timer);
  }, [slow, next, tick, state, running, pause, stepOnce]);
  const still = next === null || running || slow || state === 'done' || state === 'failed';
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
        disabled={next === null || state === 'done' || state === 'failed'}
        leftSection={<Turtle size={13} aria-hidden />}
        onClick={() => onSlow(!slow)}
      >
        {t('slow')}
      </Button>
    </>
  );
});
