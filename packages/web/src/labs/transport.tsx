/** Play, pause, one step, reset, speed; and how far it has come. */
import { Button, NativeSelect } from '@mantine/core';
import { Pause, Play, RotateCcw, StepForward } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import classes from './labs.module.css';

export interface TransportProps {
  state: 'loading' | 'running' | 'paused' | 'done' | 'failed';
  step: number;
  steps: number;
  /** Steps a second, measured; null before there is anything to say. */
  rate: number | null;
  /** Training steps a drawn frame at most; 0: as fast as it goes. */
  speed: number;
  onPlay: () => void;
  onPause: () => void;
  onStep: () => void;
  onReset: () => void;
  onSpeed: (speed: number) => void;
  children?: ReactNode;
}

const SPEEDS = [1, 10, 0] as const;

export function Transport({ state, step, steps, rate, speed, children, ...on }: TransportProps) {
  const { t } = useTranslation('labs');
  const { locale, percent } = useFormat();
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
      if (event.key === ' ' && !busy && state !== 'done') (running ? on.onPause : on.onPlay)();
      else if (event.key === '.' && !busy && !running) on.onStep();
      else if (event.key === '0') on.onReset();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  const seconds = rate && rate > 0 ? (steps - step) / rate : null;
  return (
    <div className={classes.transport}>
      <div className={classes.buttons}>
        <Button
          leftSection={running ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
          disabled={busy || state === 'done'}
          onClick={running ? on.onPause : on.onPlay}
          title={t('keys.play')}
        >
          {t(running ? 'pause' : 'play')}
        </Button>
        <Button
          variant="default"
          leftSection={<StepForward size={14} aria-hidden />}
          disabled={busy || running || state === 'done'}
          onClick={on.onStep}
          title={t('keys.step')}
        >
          {t('step')}
        </Button>
        <Button
          variant="default"
          leftSection={<RotateCcw size={14} aria-hidden />}
          disabled={state === 'loading'}
          onClick={on.onReset}
          title={t('keys.reset')}
        >
          {t('reset')}
        </Button>
        <NativeSelect
          aria-label={t('speed')}
          value={String(speed)}
          onChange={(event) => on.onSpeed(Number(event.currentTarget.value))}
          data={SPEEDS.map((value) => ({
            value: String(value),
            label: value === 0 ? t('fastest') : t('stepsAFrame', { count: value }),
          }))}
        />
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
          {running && seconds !== null && seconds > 1 && ` · ${t('left', { time: duration(seconds, t) })}`}
        </span>
      </div>
    </div>
  );
}

export function duration(seconds: number, t: ReturnType<typeof useTranslation<'labs'>>['t']): string {
  const whole = Math.round(seconds);
  return whole < 90 ? t('seconds', { count: whole }) : t('minutes', { count: Math.round(whole / 60) });
}
