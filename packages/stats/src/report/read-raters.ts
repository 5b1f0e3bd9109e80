/** What a rater's figures mean in words: how far from the panel in score points, and how consistent. */
import type { RatingsFit } from '../mfrm/fit-types.ts';
import type { Locale } from '../statements/statement-text.ts';

export interface RaterReading {
  id: string;
  /** Score points above (lenient) or below (severe) the panel's mean for the same persons and items; null when unknown. */
  points: number | null;
  /** Does the interval of the severity exclude the panel's mean? */
  clear: boolean;
  consistency: 'consistent' | 'noisy' | 'muted' | 'unknown';
  text: string;
}

/** Mean squares of a rater beyond these are worth a look (Linacre 2002: 0.5 to 1.5 is productive for measurement). */
const NOISY = 1.5;
const MUTED = 0.5;

export function readRaters(fit: RatingsFit, locale: Locale = 'en'): RaterReading[] {
  const fair = fit.raters.flatMap(({ fairAverage, extreme }) =>
    fairAverage === null || extreme ? [] : [fairAverage],
  );
  const panel = fair.length > 0 ? fair.reduce((a, b) => a + b, 0) / fair.length : null;
  const measures = fit.raters.flatMap(({ measure, extreme }) =>
    measure === null || extreme ? [] : [measure],
  );
  const centre = measures.length > 0 ? measures.reduce((a, b) => a + b, 0) / measures.length : 0;
  return fit.raters.map(({ id, fairAverage, measure, se, infit }): RaterReading => {
    const points =
      panel === null || fairAverage === null || fit.raters.length < 2 ? null : fairAverage - panel;
    const clear = measure !== null && se !== null && se > 0 && Math.abs(measure - centre) > 1.96 * se;
    const consistency =
      infit === null ? 'unknown' : infit > NOISY ? 'noisy' : infit < MUTED ? 'muted' : 'consistent';
    return { id, points, clear, consistency, text: describe(points, clear, consistency, locale) };
  });
}

function describe(
  points: number | null,
  clear: boolean,
  consistency: RaterReading['consistency'],
  locale: Locale,
): string {
  const zh = locale === 'zh-CN';
  const amount = points === null ? '' : Math.abs(points).toFixed(1);
  const level =
    points === null
      ? zh
        ? '无法与评委组比较'
        : 'cannot be compared with the panel'
      : !clear || amount === '0.0'
        ? zh
          ? '与评委组水平相当'
          : 'scores about as the panel does'
        : points < 0
          ? zh
            ? `比评委组约低 ${amount} 分（偏严）`
            : `scores about ${amount} points lower than the panel`
          : zh
            ? `比评委组约高 ${amount} 分（偏宽）`
            : `scores about ${amount} points higher than the panel`;
  const manner = {
    consistent: zh ? '前后一致' : 'consistent',
    noisy: zh ? '不够一致，部分评分出人意料' : 'less consistent than expected: some ratings surprise',
    muted: zh
      ? '变化过小，可能受总体印象影响'
      : 'varies less than expected: perhaps one impression colours all',
    unknown: zh ? '一致性未知' : 'consistency unknown',
  }[consistency];
  return zh ? `${level}；${manner}` : `${level}; ${manner}`;
}
