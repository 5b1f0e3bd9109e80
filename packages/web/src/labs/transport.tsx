/** Play, pause, one step, reset, speed; and how far it has come. */
import { Button, NativeSelect } from '@mantine/core';
import { Pause, Play, RotateCcw, StepForward } from 'lucide-react';
import { memo, type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import classes from './labs.module.css';
import type { Training } from './use-training.ts';

export interface TransportProps {
  training: Pick<
    Training<never, unknown>,
    'state' | 'step' | 'steps' | 'rate' | 'speed' | 'play' | 'pause' | 'stepOnce' | 'reset' | 'setSpeed'
  >;
  children?: ReactNode;
}

const SPEEDS = [1, 10, 0] as const;

/** The state, what can be asked (the same from frame to frame), and the speed: all that the buttons depend on. */
type ButtonsProps = Pick<
  TransportProps['training'],
  'state' | 'speed' | 'play' | 'pause' | 'stepOnce' | 'reset' | 'setSpeed'
>;

const Buttons = memo(function Buttons({
  state,
  speed,
  play,
  pause,
  stepOnce,
  reset,
  setSpeed,
}: ButtonsProps) {
  const { t } = useTranslation('labs');
  const running = state === 'running';
  const busy = state === 'loading' || state === 'failed';
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        /^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY|A)$/.test(target.tagName)
      )
        return;
      if (event.key === ' ' && !busy && state !== 'done') (running ? pause : play)();
      else if (event.key === '.' && !busy && !running) stepOnce();
      else if (event.key === '0') reset();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [state, running, busy, play, pause, stepOnce, reset]);
  return (
    <>
      <Button
        leftSection={running ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
        disabled={busy || state === 'done'}
        onClick={running ? pause : play}
        title={t('keys.play')}
      >
        {t(running ? 'pause' : 'play')}
      </Button>
      <Button
        variant="default"
        leftSection={<StepForward size={14} aria-hidden />}
        disabled={busy || running || state === 'done'}
        onClick={() => stepOnce()}
        title={t('keys.step')}
      >
        {t('step')}
      </Button>
      <Button
        variant="default"
        leftSection={<RotateCcw size={14} aria-hidden />}
        disabled={state === 'loading'}
        onClick={reset}
        title={t('keys.reset')}
      >
        {t('reset')}
      </Button>
      <NativeSelect
        aria-label={t('speed')}
        value={String(speed)}
        onChange={(event) => setSpeed(Number(event.currentTarget.value))}
        data={SPEEDS.map((value) => ({
          value: String(value),
          label: value === 0 ? t('fastest') : t('stepsAFrame', { count: value }),
        }))}
      />
    </>
  );
});

export function Transport({ training, children }: TransportProps) {
  const { t } = useTranslation('labs');
  const { locale, percent } = useFormat();
  const { state, step, steps, rate, speed, play, pause, stepOnce, reset, setSpeed } = training;
  const seconds = rate && rate > 0 ? (steps - step) / rate : null;
  return (
    <div className={classes.transport}>
      <div className={classes.buttons}>
        <Buttons {...{ state, speed, play, pause, stepOnce, reset, setSpeed }} />
        {children}
      </div>
      <div className={classes.progress}>
        <progress max={steps} value={step} aria-label={t('progress')} />
        <span>
          {t('progressText', {
            step: step.toLocaleString(locale),
            steps: steps.toLocaleString(locale),
            share: percent(steps > 0 ? Math.min(1, step / steps) : 0),
          })}
          {rate !== null && ` · ${t('rate', { rate: Math.round(rate).toLocaleString(locale) })}`}
          {state === 'running' &&
            seconds !== null &&
            seconds > 1 &&
            ` · ${t('left', { time: duration(seconds, t) })}`}
        </span>
      </div>
    </div>
  );
}

export function duration(seconds: number, t: ReturnType<typeof useTranslation<'labs'>>['t']): string {
  const whole = Math.round(seconds);
  return whole < 90 ? t('seconds', { count: whole }) : t('minutes', { count: Math.round(whole / 60) });
}
