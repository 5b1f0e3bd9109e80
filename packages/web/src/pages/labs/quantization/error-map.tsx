/** A matrix as a heat map: what rounding added to each weight, red below zero and blue above. */
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import charts from '../../../labs/charts.module.css';
import { useInk } from '../../../labs/ink.ts';
import own from './quantization.module.css';

interface ErrorMapProps {
  title: ReactNode;
  label: string;
  values: Float32Array | undefined;
  rows: number;
  columns: number;
}

export function ErrorMap({ title, label, values, rows, columns }: ErrorMapProps) {
  const { t } = useTranslation('lab-quantization');
  const { number } = useFormat();
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useInk();
  let most = 0;
  for (const value of values ?? []) most = Math.max(most, Math.abs(value));
  useEffect(() => {
    const node = canvas.current;
    const context = node?.getContext('2d');
    if (!node || !context) return;
    node.width = columns;
    node.height = rows;
    const image = context.createImageData(columns, rows);
    for (let at = 0; at < rows * columns; at++) {
      const share = most === 0 ? 0 : (values?.[at] ?? 0) / most;
      const [r, g, b] = share >= 0 ? ink.accentRgb : ink.sealRgb;
      image.data[4 * at] = r;
      image.data[4 * at + 1] = g;
      image.data[4 * at + 2] = b;
      image.data[4 * at + 3] = 235 * Math.abs(share);
    }
    context.putImageData(image, 0, 0);
  }, [values, rows, columns, most, ink]);
  return (
    <figure className={charts.chart}>
      <figcaption>
        <span className={charts.title}>{title}</span>
        <span className={charts.legend}>
          {t('errorScale', { rows, columns, most: most < 0.001 ? most.toExponential(1) : number(most, 3) })}
        </span>
      </figcaption>
      <canvas ref={canvas} className={own.map} role="img" aria-label={label} />
    </figure>
  );
}
