/** Keeps the last figures of advisory raters by what went into them: identifiers and scores, no names. */
import { createHash } from 'node:crypto';
import { type AdvisoryInput, analyseAdvisory } from './analyse-advisory.ts';

type Figures = ReturnType<typeof analyseAdvisory>;
const MOST = 32;
const kept = new Map<string, Figures>();

/** As `analyseAdvisory`; the result must not be changed. */
export function analyseAdvisoryOnce(input: AdvisoryInput): Figures {
  const key = createHash('sha256').update(JSON.stringify(input)).digest('base64');
  const known = kept.get(key);
  if (known) return known;
  const made = analyseAdvisory(input);
  kept.set(key, made);
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  return made;
}
