/** A distribution drawn by hand: strokes leave points, and the points are what the models learn. */
import { Button } from '@mantine/core';
import { Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useInk } from './ink.ts';
import classes from './labs.module.css';

interface DrawPadProps {
  /** Half the width of the square, data units. */
  reach: number;
  /** The centres of strokes so far: x, y pairs. */
  points: readonly number[];
  onChange: (points: number[]) => void;
}

/** Points nearer than this share of the square are one. */
const GRAIN = 0.012;
/** A URL has to hold them. */
const MOST = 240;

export function DrawPad({ reach, points, onChange }: DrawPadProps) {
  const { t } = useTranslation('labs');
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  const [stroke, setStroke] = useState<number[] | null>(null);
  const [history, setHistory] = useState<number[][]>([]);
  const shown = stroke ? [...points, ...stroke] : points;

  useEffect(() => {
    const node = canvas.current;
    const context = node?.getContext('2d');
    if (!node || !context) return;
    const side = Math.max(1, Math.round(node.clientWidth * window.devicePixelRatio));
    node.width = side;
    node.height = side;
    context.fillStyle = ink.surface;
    context.fillRect(0, 0, side, side);
    context.fillStyle = ink.accent;
    for (let at = 0; at + 1 < shown.length; at += 2) {
      context.beginPath();
      context.arc(
        (((shown[at] ?? 0) + reach) / (2 * reach)) * side,
        ((reach - (shown[at + 1] ?? 0)) / (2 * reach)) * side,
        side / 70,
        0,
        2 * Math.PI,
      );
      context.fill();
    }
  });

  const where = (event: React.PointerEvent<HTMLCanvasElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    const unit = (2 * reach) / box.width;
    const round = (value: number): number => Math.round(value * 50) / 50;
    return [
      round((event.clientX - box.left) * unit - reach),
      round(reach - (event.clientY - box.top) * unit),
    ];
  };
  const full = points.length / 2 >= MOST;
  return (
    <div className={classes.pad}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={t('draw.label', { count: points.length / 2 })}
        onPointerDown={(event) => {
          if (full) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setStroke(where(event));
        }}
        onPointerMove={(event) => {
          if (!stroke) return;
          const [x, y] = where(event);
          const far = Math.hypot(x - (stroke.at(-2) ?? 0), y - (stroke.at(-1) ?? 0)) > GRAIN * 2 * reach * 2;
          if (
            far &&
            Math.abs(x) <= reach &&
            Math.abs(y) <= reach &&
            (points.length + stroke.length) / 2 < MOST
          )
            setStroke([...stroke, x, y]);
        }}
        onPointerUp={() => {
          if (!stroke) return;
          setHistory([...history, [...points]]);
          onChange([...points, ...stroke]);
          setStroke(null);
        }}
        onPointerCancel={() => setStroke(null)}
      />
      <p>{t(full ? 'draw.full' : 'draw.help')}</p>
      <div className={classes.buttons}>
        <Button
          size="xs"
          variant="default"
          leftSection={<Undo2 size={13} aria-hidden />}
          disabled={history.length === 0}
          onClick={() => {
            onChange(history.at(-1) ?? []);
            setHistory(history.slice(0, -1));
          }}
        >
          {t('draw.undo')}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={points.length === 0}
          onClick={() => {
            setHistory([...history, [...points]]);
            onChange([]);
          }}
        >
          {t('draw.clear')}
        </Button>
      </div>
    </div>
  );
}
