/** What an anchor may not say, and how alike two anchors may be. Pure. */
import type { Locale } from './types.ts';

/** Anchors say what is heard or seen; a general impression is what itemised scoring is there to avoid. */
const HOLISTIC: Record<Locale, RegExp> = {
  'zh-CN':
    /(总体|整体|综合|第一)(印象|感觉|评价|表现|素质|水平)|印象分|感觉(不错|很好|较好)|气场|气质|眼缘|悟性/,
  en: /\b(overall|general|first|good|bad|strong|poor) (impression|feeling|sense|performance)\b|\bgut feeling\b|\bcultur(e|al) fit\b|\bseems (good|strong|weak|smart|bright)\b|\bholistic(ally)?\b/i,
};

/** An anchor of praise alone says nothing that a listener could tick. */
const GRADE_ONLY: Record<Locale, RegExp> = {
  'zh-CN':
    /^(回答|表现|理解|掌握)?(得)?(非常|很|较|比较|十分)?(优秀|良好|一般|较差|很差|合格|不合格|不错|出色)[。.]?$/,
  en: /^(an? )?(very |quite )?(excellent|good|average|fair|poor|weak|strong|adequate|outstanding)( (answer|response|understanding|performance))?\.?$/i,
};

/**
 * Words that grade the answer or the person instead of saying what was said. Words with a technical sense ("a strong
 * decoder", "a good sample") are banned only beside what they would grade.
 */
const GRADING: Record<Locale, RegExp> = {
  'zh-CN':
    /深刻|透彻|扎实|出色|优秀|良好|较好|不错|到位|(思路|逻辑|表达|条理)(很|较|非常|十分)?(清晰|清楚|流畅)|有(潜力|激情|灵气)|态度(端正|积极|好|认真)|(沟通|表达|学习|动手)能力(很|较|非常)?(强|好)|基础(很|较)?(好|牢)|理解(很|较|非常)?(深入|全面|到位)/,
  en: /\b(excellent|outstanding|brilliant|impressive|insightful|profound|thorough(ly)?|comprehensive(ly)?|adequate(ly)?|superficial(ly)?|articulate|eloquent(ly)?|confident(ly)?|passionate(ly)?|enthusiastic(ally)?|smart|clever|talented|professional(ly)?|mature|maturity|well-rounded|attitude|personality|charisma|shows potential)\b|\b(good|great|deep|solid|strong|weak|poor|clear|sound|basic|limited) (understanding|grasp|knowledge|command|answer|explanation|communicat\w+|reasoning|insight|skills?)\b|\b(understands|explains|communicates|answers|speaks) (very )?(well|clearly|poorly|badly)\b/i,
};

/** The text without what stands in quotation marks or code: an anchor may quote what a candidate says. */
export function unquoted(text: string): string {
  return text.replace(/“[^”]*”|「[^」]*」|‘[^’]*’|"[^"]*"|`[^`]*`/g, '…');
}

export type WordingFault = { code: 'holistic' | 'grade-only'; found: string };

/** The first fault of an anchor's wording, or none. */
export function wordingFault(anchor: string, locale: Locale): WordingFault | undefined {
  const text = unquoted(anchor);
  const holistic = HOLISTIC[locale].exec(text);
  if (holistic) return { code: 'holistic', found: holistic[0] };
  const bare = text.replace(/[*_`]/g, '').replace(/\s+/g, ' ').trim();
  const grade = GRADE_ONLY[locale].exec(bare) ?? GRADING[locale].exec(text);
  return grade ? { code: 'grade-only', found: grade[0] } : undefined;
}

function trigrams(text: string): Map<string, number> {
  const letters = text.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, '');
  const counts = new Map<string, number>();
  for (let index = 0; index + 3 <= letters.length; index++) {
    const gram = letters.slice(index, index + 3);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/**
 * How alike two texts are: Dice's coefficient of their multisets of character trigrams, from 0 (nothing in common) to
 * 1 (the same letters). Texts of fewer than three letters are 1 when equal and else 0.
 */
export function likeness(a: string, b: string): number {
  const [first, second] = [trigrams(a), trigrams(b)];
  const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const size = total(first) + total(second);
  if (size === 0) return a.trim().toLowerCase() === b.trim().toLowerCase() ? 1 : 0;
  let shared = 0;
  for (const [gram, count] of first) shared += Math.min(count, second.get(gram) ?? 0);
  return (2 * shared) / size;
}

const REFERENCE: Record<Locale, RegExp> = { 'zh-CN': /在\s*(\d)\s*的基础上/, en: /\bAs (\d)\b/ };

/** The scale point that an anchor builds on ("As 3, and …", "在 3 的基础上"), if it names one. */
export function buildsOn(anchor: string, locale: Locale): number | undefined {
  const point = REFERENCE[locale].exec(anchor)?.[1];
  return point === undefined ? undefined : Number(point);
}
