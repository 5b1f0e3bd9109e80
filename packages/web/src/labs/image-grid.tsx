/** Small square images in rows, on one canvas; one may be chosen. Pixels from −1 (paper) to 1 (ink). */
import { useEffect, useRef } from 'react';
import { type Ink, useInk } from './ink.ts';
import classes from './labs.module.css';

interface ImageGridProps {
  /** Images one after another, row by row. */
  images: Float32Array;
  /** Pixels along the side of one. */
  side: number;
  columns: number;
  /** What it shows, for those who do not see it. */
  label: string;
  /** A share from 0 to 1 for each, drawn as a bar below it. */
  shares?: Float32Array | null | undefined;
  tone?: 'accent' | 'seal';
  picked?: number | null;
  onPick?: ((index: number) => void) | undefined;
}

/** Gap between images, and height of the bars, in pixels of an image. */
const GAP = 2;
const BAR = 1;

export function ImageGrid({
  images,
  side,
  columns,
  label,
  shares,
  tone = 'accent',
  picked = null,
  onPick,
}: ImageGridProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  const rows = Math.max(1, Math.ceil(images.length / (side * side) / columns));
  const step = side + GAP;
  useEffect(() => {
    const node = canvas.current;
    if (!node) return;
    let frame = 0;
    const paint = (): void => {
      const width = Math.max(1, Math.round(node.clientWidth * window.devicePixelRatio));
      const scale = width / (columns * step);
      const height = Math.round(rows * step * scale);
      if (node.width !== width || node.height !== height) {
        node.width = width;
        node.height = height;
      }
      const context = node.getContext('2d');
      if (context) draw(context, { images, side, columns, shares, tone, picked, scale }, ink);
    };
    const ask = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(paint);
    };
    ask();
    const watcher = new ResizeObserver(ask);
    watcher.observe(node);
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
    };
  }, [images, side, columns, rows, step, shares, tone, picked, ink]);
  return (
    <canvas
      ref={canvas}
      className={classes.imageGrid}
      role="img"
      aria-label={label}
      data-pick={onPick ? true : undefined}
      onPointerDown={(event) => {
        if (!onPick) return;
        const box = event.currentTarget.getBoundingClientRect();
        const cell = box.width / columns;
        const column = Math.floor((event.clientX - box.left) / cell);
        const row = Math.floor((event.clientY - box.top) / cell);
        const index = row * columns + Math.min(columns - 1, column);
        if (index * side * side < images.length) onPick(index);
      }}
    />
  );
}

type Drawn = Pick<ImageGridProps, 'images' | 'side' | 'columns' | 'shares'> & {
  tone: 'accent' | 'seal';
  picked: number | null;
  scale: number;
};

const sheet = typeof document === 'undefined' ? null : document.createElement('canvas');

function draw(
  context: CanvasRenderingContext2D,
  { images, side, columns, shares, tone, picked, scale }: Drawn,
  ink: Ink,
): void {
  const count = Math.floor(images.length / (side * side));
  const rows = Math.max(1, Math.ceil(count / columns));
  const step = side + GAP;
  const small = sheet?.getContext('2d');
  if (!sheet || !small) return;
  // All images go to a sheet of one dot a pixel, which is then drawn large at once.
  sheet.width = columns * step;
  sheet.height = rows * step;
  const picture = small.createImageData(sheet.width, sheet.height);
  const [paper, dark] = [ink.surfaceRgb, ink.inkRgb];
  for (let n = 0; n < count; n++) {
    const [left, top] = [(n % columns) * step + GAP / 2, Math.floor(n / columns) * step + GAP / 2];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const share = Math.min(1, Math.max(0, ((images[(n * side + y) * side + x] ?? -1) + 1) / 2));
        const at = 4 * ((top + y) * sheet.width + left + x);
        for (let channel = 0; channel < 3; channel++)
          picture.data[at + channel] =
            (paper[channel] ?? 0) + share * ((dark[channel] ?? 0) - (paper[channel] ?? 0));
        picture.data[at + 3] = 255;
      }
  }
  small.putImageData(picture, 0, 0);
  context.fillStyle = ink.line;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet, 0, 0, context.canvas.width, context.canvas.height);
  for (let n = 0; n < count; n++) {
    const [left, top] = [(n % columns) * step + GAP / 2, Math.floor(n / columns) * step + GAP / 2];
    const share = shares?.[n];
    if (share !== undefined) {
      context.fillStyle = ink[tone];
      context.fillRect(left * scale, (top + side) * scale, side * share * scale, BAR * scale);
    }
    if (n === picked) {
      context.strokeStyle = ink[tone];
      context.lineWidth = Math.max(2, scale);
      context.strokeRect((left - 0.5) * scale, (top - 0.5) * scale, (side + 1) * scale, (side + 1) * scale);
    }
  }
}
