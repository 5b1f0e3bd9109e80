/** Tokens, and where each attends: by one head, by all heads' mean, and every head at a glance. */
import { NativeSelect } from '@mantine/core';
import type { EncoderFrame } from '@viva/labs';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { useInk } from '../../../labs/ink.ts';
import { Section } from '../../../ui/section.tsx';
import classes from './encoder.module.css';

interface AttentionProps {
  frame: EncoderFrame | null;
  hide: readonly number[];
  onHide: (hide: number[]) => void;
}

/** length × length weights of one head, or the mean over heads (-1). */
export function headWeights(
  layer: Float32Array | undefined,
  heads: number,
  length: number,
  head: number,
): Float32Array {
  if (!layer) return new Float32Array(length * length);
  const size = length * length;
  if (head >= 0) return layer.subarray(head * size, (head + 1) * size);
  const mean = new Float32Array(size);
  for (let at = 0; at < layer.length; at++)
    mean[at % size] = (mean[at % size] ?? 0) + (layer[at] ?? 0) / heads;
  return mean;
}

export function Attention({ frame, hide, onHide }: AttentionProps) {
  const { t } = useTranslation('lab-encoder');
  const { percent, number } = useFormat();
  const [layer, setLayer] = useState(0);
  const [head, setHead] = useState(-1);
  const [from, setFrom] = useState<number | null>(null);
  const layers = frame?.model.layers ?? 0;
  const heads = frame?.model.heads ?? 0;
  const length = frame?.tokens.length ?? 0;
  const own = Math.min(layer, Math.max(0, layers - 1));
  const ownHead = Math.min(head, heads - 1);
  const weights = useMemo(
    () => headWeights(frame?.attentions[own], heads, length, ownHead),
    [frame, own, heads, length, ownHead],
  );
  const shown = from !== null && from < length ? from : null;
  const row = shown === null ? null : weights.subarray(shown * length, (shown + 1) * length);
  const most = row ? Math.max(...row) : 1;
  const top = row ? [...row.keys()].sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0)).slice(0, 3) : [];
  return (
    <Section
      title={t('tokens')}
      lead={frame ? t('tokensLead', { count: length, hidden: frame.model.hidden }) : t('loading')}
      actions={
        <div className={classes.choice}>
          <NativeSelect
            size="xs"
            label={t('layer')}
            value={String(own)}
            onChange={(event) => setLayer(Number(event.currentTarget.value))}
            data={Array.from({ length: Math.max(1, layers) }, (_, at) => ({
              value: String(at),
              label: number(at + 1, 0),
            }))}
          />
          <NativeSelect
            size="xs"
            label={t('head')}
            value={String(ownHead)}
            onChange={(event) => setHead(Number(event.currentTarget.value))}
            data={[
              { value: '-1', label: t('meanHead') },
              ...Array.from({ length: heads }, (_, at) => ({ value: String(at), label: number(at + 1, 0) })),
            ]}
          />
        </div>
      }
    >
      <div className={classes.tokens}>
        {frame?.tokens.map((token, at) => {
          const weight = row ? (row[at] ?? 0) / most : 0;
          const covered = hide.includes(at);
          return (
            <button
              key={at}
              type="button"
              className={classes.token}
              data-special={frame.special[at] === 1 || undefined}
              data-type={frame.types[at]}
              data-from={shown === at || undefined}
              data-hidden={covered || undefined}
              aria-pressed={covered}
              disabled={!frame.model.masked && frame.special[at] === 1}
              style={{ '--weight': `${Math.round(42 * weight)}%` } as React.CSSProperties}
              onMouseEnter={() => setFrom(at)}
              onFocus={() => setFrom(at)}
              onMouseLeave={() => setFrom(null)}
              onBlur={() => setFrom(null)}
              onClick={() => {
                if (frame.special[at] === 1 || !frame.model.masked) return;
                onHide(covered ? hide.filter((one) => one !== at) : [...hide, at].sort((a, b) => a - b));
              }}
            >
              {covered ? '[MASK]' : token}
            </button>
          );
        })}
      </div>
      <p className={classes.attends} aria-live="polite">
        {frame && shown !== null && row
          ? t('attends', {
              token: frame.tokens[shown],
              targets: top.map((at) => `${frame.tokens[at]} ${percent(row[at] ?? 0)}`).join(' · '),
            })
          : t(frame?.model.masked ? 'hoverMask' : 'hover')}
        {frame?.cut && ` ${t('cut')}`}
      </p>
      <div className={classes.heads}>
        {frame?.attentions.map((values, at) =>
          Array.from({ length: heads }, (_, one) => (
            <HeadPicture
              key={`${at}-${one}`}
              weights={headWeights(values, heads, length, one)}
              length={length}
              label={t('headPicture', { layer: at + 1, head: one + 1 })}
              pressed={at === own && one === ownHead}
              onClick={() => {
                setLayer(at);
                setHead(at === own && one === ownHead ? -1 : one);
              }}
            />
          )),
        )}
      </div>
      <p className={classes.note}>{t('headsNote')}</p>
    </Section>
  );
}

function HeadPicture({
  weights,
  length,
  label,
  pressed,
  onClick,
}: {
  weights: Float32Array;
  length: number;
  label: string;
  pressed: boolean;
  onClick: () => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || length === 0) return;
    const picture = context.createImageData(length, length);
    const [r, g, b] = ink.accentRgb;
    const [pr, pg, pb] = ink.surfaceRgb;
    for (let at = 0; at < length * length; at++) {
      // The root lets small weights be seen beside large ones.
      const share = Math.sqrt(Math.min(1, weights[at] ?? 0));
      picture.data[4 * at] = pr + (r - pr) * share;
      picture.data[4 * at + 1] = pg + (g - pg) * share;
      picture.data[4 * at + 2] = pb + (b - pb) * share;
      picture.data[4 * at + 3] = 255;
    }
    context.putImageData(picture, 0, 0);
  }, [weights, length, ink]);
  return (
    <button
      type="button"
      className={classes.head}
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <canvas ref={canvas} width={Math.max(1, length)} height={Math.max(1, length)} />
    </button>
  );
}
