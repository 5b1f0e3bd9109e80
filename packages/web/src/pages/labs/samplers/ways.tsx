/** The same starting noise under each sampler, side by side, to be scrubbed from noise to data. */
import { Button } from '@mantine/core';
import type { SamplersFrame } from '@viva/labs';
import { SAMPLER_LABELS } from '@viva/labs/catalog';
import { Pause, Play } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Plane } from '../../../labs/plane.tsx';
import { Section } from '../../../ui/section.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import classes from './samplers.module.css';

interface WaysProps {
  frame: SamplersFrame | null;
  steps: number;
  onSteps: (steps: number) => void;
}

export const WAY_STEPS = [5, 10, 20, 50] as const;
/** Milliseconds from noise to data when it plays. */
const PLAY = 3000;

export function Ways({ frame, steps, onSteps }: WaysProps) {
  const { t } = useTranslation('lab-samplers');
  const { text } = useFormat();
  const [picked, setPicked] = useState(0);
  /** Null: at the end. */
  const [place, setPlace] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const last = Math.max(0, (frame?.ways[0]?.places.length ?? 1) - 1);
  const at = place === null ? last : Math.min(place, last);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      if (at + 1 >= last) {
        setPlace(null);
        setPlaying(false);
      } else setPlace(at + 1);
    }, PLAY / Math.max(1, last));
    return () => clearTimeout(timer);
  }, [playing, at, last]);
  const paths = useMemo(
    () =>
      frame?.ways.map(({ places }) =>
        Float32Array.from(
          { length: 2 * places.length },
          (_, n) => places[n >> 1]?.[2 * picked + (n & 1)] ?? 0,
        ),
      ) ?? [],
    [frame, picked],
  );
  const pick = (points: Float32Array | undefined, x: number, y: number): void => {
    if (!points) return;
    const far = (n: number): number => ((points[2 * n] ?? 0) - x) ** 2 + ((points[2 * n + 1] ?? 0) - y) ** 2;
    let best = 0;
    for (let n = 1; n < points.length / 2; n++) if (far(n) < far(best)) best = n;
    setPicked(best);
  };
  return (
    <Section
      title={t('ways')}
      lead={t('waysLead', { count: (frame?.ways[0]?.places[0]?.length ?? 0) / 2 })}
      actions={
        <Segmented
          name="way-steps"
          label={t('waySteps')}
          value={String(steps)}
          onChange={(value) => {
            setPlace(null);
            setPlaying(false);
            onSteps(Number(value));
          }}
          options={WAY_STEPS.map((count) => ({ value: String(count), label: count }))}
        />
      }
    >
      <div className={classes.scrub}>
        <label>
          <span>{t('place', { at, of: last })}</span>
          <input
            type="range"
            min={0}
            max={Math.max(1, last)}
            value={at}
            disabled={last < 1}
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              setPlaying(false);
              setPlace(next === last ? null : next);
            }}
          />
        </label>
        <Button
          size="xs"
          variant="default"
          className="no-print"
          disabled={last < 1}
          leftSection={playing ? <Pause size={13} aria-hidden /> : <Play size={13} aria-hidden />}
          onClick={() => {
            if (!playing && at === last) setPlace(0);
            setPlaying(!playing);
          }}
        >
          {playing ? t('stop') : t('play')}
        </Button>
      </div>
      <div className={classes.ways}>
        {frame?.ways.map(({ sampler, evaluations, places }, n) => {
          const name = text(SAMPLER_LABELS[sampler]);
          return (
            <figure key={sampler}>
              <figcaption>
                <h3>{name}</h3>
                <span>{t('wayEvaluations', { count: evaluations })}</span>
              </figcaption>
              <Plane
                label={t('wayPicture', { sampler: name, at, of: last })}
                reach={frame.reach}
                tone="accent"
                onPick={(x, y) => pick(places[at], x, y)}
                layers={{
                  data: frame.data,
                  samples: places[at],
                  modes: frame.modes ?? undefined,
                  path: paths[n] ? { points: paths[n], until: at } : undefined,
                }}
              />
            </figure>
          );
        })}
      </div>
    </Section>
  );
}
