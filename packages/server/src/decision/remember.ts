/** Keeps the last analyses by what went into them: several people look at one decision page, again and again. */
import { createHash } from 'node:crypto';
import { analyse } from './analyse.ts';
import { analyseAdvisory } from './analyse-advisory.ts';

const MOST = 32;

/** The same input, names and weights included, gives the kept result; it must not be changed. */
function remembering<I, O>(compute: (input: I) => O): (input: I) => O {
  const kept = new Map<string, O>();
  return (input) => {
    const key = createHash('sha256').update(JSON.stringify(input)).digest('base64');
    const known = kept.get(key);
    if (known !== undefined) {
      // Latest used last, so that the first is the one to forget.
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const made = compute(input);
    kept.set(key, made);
    const [oldest] = kept.keys();
    if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
    return made;
  };
}

export const analyseOnce = remembering(analyse);
export const analyseAdvisoryOnce = remembering(analyseAdvisory);
