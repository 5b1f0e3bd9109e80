/** The theme's colours for canvases, which know nothing of CSS; new ones when the theme changes. */
import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

export type Rgb = readonly [number, number, number];

export interface Ink {
  paper: string;
  surface: string;
  ink: string;
  soft: string;
  faint: string;
  line: string;
  accent: string;
  seal: string;
  good: string;
  accentRgb: Rgb;
  sealRgb: Rgb;
  inkRgb: Rgb;
  surfaceRgb: Rgb;
}

const rgb = (hex: string): Rgb => {
  const whole = /^#([0-9a-f]{6})$/i.exec(hex.trim())?.[1] ?? '000000';
  return [0, 2, 4].map((at) => Number.parseInt(whole.slice(at, at + 2), 16)) as unknown as Rgb;
};

export function readInk(): Ink {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    paper: of('--paper'),
    surface: of('--surface'),
    ink: of('--ink'),
    soft: of('--ink-3'),
    faint: of('--line-strong'),
    line: of('--line-soft'),
    accent: of('--accent'),
    seal: of('--seal'),
    good: of('--good'),
    accentRgb: rgb(of('--accent')),
    sealRgb: rgb(of('--seal')),
    inkRgb: rgb(of('--ink')),
    surfaceRgb: rgb(of('--surface')),
  };
}

export function useInk(): Ink {
  const scheme = useComputedColorScheme();
  return useMemo(readInk, [scheme]);
}
