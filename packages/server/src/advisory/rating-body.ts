/** What an advisory rating says in words: one JSON text, as it is stored. */
import type { ScreenReason, StrategyRating } from '@viva/assistant';
import { application, place } from '../keys/sealed-columns.ts';
import type { Vault } from '../keys/vault.ts';
import type * as t from '../store/schema.ts';

type Row = typeof t.advisoryRating.$inferSelect;

type Quote = { quote: string; anchor: number; stance: 'for' | 'against' };

export interface RatingBody {
  given: number;
  evidence: Quote[];
  dropped: Quote[];
  lacking: string;
  /** What the model was not shown. */
  setAside: { text: string; reason: ScreenReason; quoted: boolean }[];
  locale: 'zh-CN' | 'en';
}

export const writeBody = (
  { given, evidence, dropped, lacking, setAside }: StrategyRating,
  locale: 'zh-CN' | 'en',
): string =>
  JSON.stringify({
    given,
    evidence,
    dropped,
    lacking,
    setAside: setAside.map(({ text, reason, quoted }) => ({ text, reason, quoted })),
    locale,
  } satisfies RatingBody);

const GONE: RatingBody = { given: 0, evidence: [], dropped: [], lacking: '', setAside: [], locale: 'en' };
/**
 * Of our own writing, so it is not checked again; empty where the candidate's texts were erased. Nothing was set aside before
 * there was a screen.
 */
export const readBody = (body: string): RatingBody =>
  body === '' ? GONE : { ...GONE, ...(JSON.parse(body) as RatingBody) };

/** Sealed by the candidate's key: it quotes what the candidate said. */
export const sealBody = (vault: Vault, candidateId: string, id: string, body: string): Promise<string> =>
  vault.seal(application(candidateId), place('advisory_rating', 'body', id), body);

export async function openBodies(vault: Vault, rows: readonly Row[]): Promise<Row[]> {
  const keys = await vault.load(rows.map(({ candidateId }) => application(candidateId)));
  return rows.map((row) => ({
    ...row,
    body: keys.open(application(row.candidateId), place('advisory_rating', 'body', row.id), row.body),
  }));
}
