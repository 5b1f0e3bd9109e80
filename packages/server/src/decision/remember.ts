/** Keeps the last analyses by what went into them: several people look at one decision page, again and again. */
import { createHash } from 'node:crypto';
import type { Analysis } from '../contract/analysis.ts';
import { type AnalysisInput, analyse } from './analyse.ts';

const MOST = 32;
const kept = new Map<string, Analysis>();

/** After an erasure: what is kept holds names. */
export const forgetAnalyses = (): void => kept.clear();

/** As `analyse`. The same input, names and weights included, gives the kept result; it must not be changed. */
export function analyseOnce(input: AnalysisInput): Analysis {
  const key = createHash('sha256').update(JSON.stringify(input)).digest('base64');
  const known = kept.get(key);
  if (known) {
    // Latest used last, so that the first is the one to forget.
    kept.delete(key);
    kept.set(key, known);
    return known;
  }
  const analysis = analyse(input);
  kept.set(key, analysis);
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  return analysis;
}
