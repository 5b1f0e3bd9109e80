/** A square of the plane with layers: a heat map, data, samples, arrows, and one point's path. Drawn on a canvas. */
import { type ReactNode, useEffect, useRef } from 'react';
import { type Ink, useInk } from './ink.ts';
import classes from './labs.module.css';

/** Coordinates are pairs x, y in one array, in the units of the data. */
export interface Layers {
  /** Row by row from the lower left; values from 0 (generated) to 1 (real), or any range with `span`. */
  heat?: { values: Float32Array; size: number; span?: readonly [number, number] } | undefined;
  data?: Float32Array | undefined;
  samples?: Float32Array | undefined;
  /** Where each arrow starts, and where it points; lengths are scaled so that the longest fits its cell. */
  arrows?: { at: Float32Array; by: Float32Array } | undefined;
  /** More arrows, in the samples' colour and over them. */
  pull?: { at: Float32Array; by: Float32Array } | undefined;
  /** A grid of points joined to their neighbours: row by row. */
  mesh?: { rows: number; columns: number; places: Float32Array } | undefined;
  /** One sample from noise to data; drawn up to `until` (default: whole). */
  path?: { points: Float32Array; until?: number } | undefined;
  modes?: Float32Array | undefined;
}

interface PlaneProps {
  layers: Layers;
  /** Half the width of the square, data units. */
  reach: number;
  /** What it shows, for those who do not see it. */
  label: string;
  tone: 'accent' | 'seal';
  /** A click, in data units: to choose a sample. */
  onPick?: ((x: number, y: number) => void) | undefined;
  children?: ReactNode;
}

export function Plane({ layers, reach, label, tone, onPick, children }: PlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  const still = useRef<{ now: Still | null }>({ now: null });
  useEffect(() => {
    const node = canvas.current;
    if (!node) return;
    let frame = 0;
    const paint = (): void => {
      const side = Math.max(1, Math.round(node.clientWidth * window.devicePixelRatio));
      if (node.width !== side) {
        node.width = side;
        node.height = side;
      }
      const context = node.getContext('2d');
      if (context) draw(context, side, reach, layers, ink, tone, still.current);
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
  }, [layers, reach, ink, tone]);
  return (
    <div className={classes.plane}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        data-pick={onPick ? true : undefined}
        onPointerDown={(event) => {
          if (!onPick) return;
          const box = event.currentTarget.getBoundingClientRect();
          const unit = (2 * reach) / box.width;
          onPick((event.clientX - box.left) * unit - reach, reach - (event.clientY - box.top) * unit);
        }}
      />
      {children}
    </div>
  );
}

function draw(
  context: CanvasRenderingContext2D,
  side: number,
  reach: number,
  { heat, data, samples, arrows, pull, mesh, path, modes }: Layers,
  ink: Ink,
  tone: 'accent' | 'seal',
  still: { now: Still | null },
): void {
  const scale = side / (2 * reach);
  const px = (x: number): number => (x + reach) * scale;
  const py = (y: number): number => (reach - y) * scale;
  const unit = side / 400;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = ink.surface;
  context.fillRect(0, 0, side, side);
  if (heat) drawHeat(context, side, heat, ink);
  context.drawImage(stillLayer(still, side, { data, modes, reach }, ink), 0, 0);
  if (arrows) drawArrows(context, arrows, { px, py, unit, colour: ink.soft });
  if (mesh) drawMesh(context, mesh, { px, py, unit }, ink[tone]);
  if (samples) drawDots(context, samples, { px, py, unit }, ink[tone], 1.9, 0.8);
  if (pull) drawArrows(context, pull, { px, py, unit, colour: ink[tone] });
  if (path) drawPath(context, path, { px, py, unit, ink });
}

/** What does not change from frame to frame: axes, modes and data, drawn once and kept as a picture. */
interface Still {
  sheet: HTMLCanvasElement;
  data: Float32Array | undefined;
  modes: Float32Array | undefined;
  reach: number;
  ink: Ink;
}

const sameValues = (a: Float32Array | undefined, b: Float32Array | undefined): boolean =>
  a === b || (a?.length === b?.length && (a?.every((value, at) => value === b?.[at]) ?? false));

function stillLayer(
  still: { now: Still | null },
  side: number,
  { data, modes, reach }: Pick<Layers, 'data' | 'modes'> & { reach: number },
  ink: Ink,
): HTMLCanvasElement {
  const kept = still.now;
  if (
    kept?.sheet.width === side &&
    kept.reach === reach &&
    kept.ink === ink &&
    sameValues(kept.data, data) &&
    sameValues(kept.modes, modes)
  )
    return kept.sheet;
  const sheet = kept?.sheet ?? document.createElement('canvas');
  sheet.width = side;
  sheet.height = side;
  still.now = { sheet, data, modes, reach, ink };
  const context = sheet.getContext('2d');
  if (!context) return sheet;
  const scale = side / (2 * reach);
  const px = (x: number): number => (x + reach) * scale;
  const py = (y: number): number => (reach - y) * scale;
  const unit = side / 400;
  context.strokeStyle = ink.line;
  context.lineWidth = Math.max(1, unit * 0.6);
  context.beginPath();
  context.moveTo(px(0), 0);
  context.lineTo(px(0), side);
  context.moveTo(0, py(0));
  context.lineTo(side, py(0));
  context.stroke();
  if (modes) {
    context.strokeStyle = ink.faint;
    for (let at = 0; at < modes.length; at += 2) {
      context.beginPath();
      context.arc(px(modes[at] ?? 0), py(modes[at + 1] ?? 0), 5 * unit, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  if (data) drawDots(context, data, { px, py, unit }, ink.faint, 1.5, 0.55);
  return sheet;
}

function drawDots(
  context: CanvasRenderingContext2D,
  points: Float32Array,
  { px, py, unit }: Frame,
  colour: string,
  size: number,
  alpha: number,
): void {
  const radius = size * unit;
  context.fillStyle = colour;
  context.globalAlpha = alpha;
  context.beginPath();
  for (let at = 0; at + 1 < points.length; at += 2) {
    const x = px(points[at] ?? 0);
    const y = py(points[at + 1] ?? 0);
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fill();
  context.globalAlpha = 1;
}

const sheet = typeof document === 'undefined' ? null : document.createElement('canvas');

function drawHeat(
  context: CanvasRenderingContext2D,
  side: number,
  { values, size, span = [0, 1] }: NonNullable<Layers['heat']>,
  ink: Ink,
): void {
  if (!sheet) return;
  sheet.width = size;
  sheet.height = size;
  const small = sheet.getContext('2d');
  if (!small) return;
  const image = small.createImageData(size, size);
  const [low, high] = span;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const share = ((values[row * size + column] ?? 0) - low) / (high - low);
      // From generated (seal) over nothing to real (accent).
      const off = Math.min(1, Math.max(-1, 2 * share - 1));
      const colour = off >= 0 ? ink.accentRgb : ink.sealRgb;
      const at = 4 * ((size - 1 - row) * size + column);
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = Math.abs(off) * 120;
    }
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(sheet, 0, 0, side, side);
}

interface Frame {
  px: (x: number) => number;
  py: (y: number) => number;
  unit: number;
}

function drawMesh(
  context: CanvasRenderingContext2D,
  { rows, columns, places }: NonNullable<Layers['mesh']>,
  { px, py, unit }: Frame,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.globalAlpha = 0.55;
  context.lineWidth = Math.max(1, 0.8 * unit);
  context.lineJoin = 'round';
  context.beginPath();
  const line = (count: number, at: (n: number) => number): void => {
    for (let n = 0; n < count; n++) {
      const [x, y] = [px(places[2 * at(n)] ?? 0), py(places[2 * at(n) + 1] ?? 0)];
      if (n === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  };
  for (let row = 0; row < rows; row++) line(columns, (n) => row * columns + n);
  if (rows > 1) for (let column = 0; column < columns; column++) line(rows, (n) => n * columns + column);
  context.stroke();
  context.globalAlpha = 1;
}

function drawArrows(
  context: CanvasRenderingContext2D,
  { at, by }: NonNullable<Layers['arrows']>,
  { px, py, unit, colour }: Frame & { colour: string },
): void {
  let longest = 1e-12;
  for (let n = 0; n + 1 < by.length; n += 2)
    longest = Math.max(longest, Math.hypot(by[n] ?? 0, by[n + 1] ?? 0));
  const most = 14 * unit;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = Math.max(1, 0.9 * unit);
  for (let n = 0; n + 1 < at.length; n += 2) {
    const length = Math.hypot(by[n] ?? 0, by[n + 1] ?? 0);
    if (length < longest * 0.01) continue;
    // The root keeps short arrows visible beside long ones.
    const drawn = most * Math.sqrt(length / longest);
    const dx = (drawn * (by[n] ?? 0)) / length;
    const dy = (-drawn * (by[n + 1] ?? 0)) / length;
    const x = px(at[n] ?? 0);
    const y = py(at[n + 1] ?? 0);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    context.stroke();
    const head = Math.min(drawn * 0.45, 4 * unit);
    const angle = Math.atan2(dy, dx);
    context.beginPath();
    context.moveTo(x + dx, y + dy);
    for (const turn of [2.6, -2.6])
      context.lineTo(x + dx + head * Math.cos(angle + turn), y + dy + head * Math.sin(angle + turn));
    context.fill();
  }
}

function drawPath(
  context: CanvasRenderingContext2D,
  { points, until }: NonNullable<Layers['path']>,
  { px, py, unit, ink }: Frame & { ink: Ink },
): void {
  const count = Math.min(points.length / 2, (until ?? points.length / 2 - 1) + 1);
  if (count < 1) return;
  context.strokeStyle = ink.ink;
  context.lineWidth = 1.6 * unit;
  context.lineJoin = 'round';
  context.beginPath();
  for (let n = 0; n < count; n++) {
    const x = px(points[2 * n] ?? 0);
    const y = py(points[2 * n + 1] ?? 0);
    if (n === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
  const x = px(points[2 * (count - 1)] ?? 0);
  const y = py(points[2 * (count - 1) + 1] ?? 0);
  context.fillStyle = ink.ink;
  context.beginPath();
  context.arc(x, y, 4.5 * unit, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = ink.surface;
  context.lineWidth = 1.5 * unit;
  context.stroke();
}
