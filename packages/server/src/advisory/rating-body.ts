/** What an advisory rating says in words: one JSON text, as it is stored. */
import type { StrategyRating } from '@viva/assistant';

type Quote = { quote: string; anchor: number; stance: 'for' | 'against' };

export interface RatingBody {
  given: number;
  evidence: Quote[];
  dropped: Quote[];
  lacking: string;
  locale: 'zh-CN' | 'en';
}

export const writeBody = (
  { given, evidence, dropped, lacking }: StrategyRating,
  locale: 'zh-CN' | 'en',
): string => JSON.stringify({ given, evidence, dropped, lacking, locale } satisfies RatingBody);

/** Of our own writing, so it is not checked again. */
export const readBody = (body: string): RatingBody => JSON.parse(body) as RatingBody;
