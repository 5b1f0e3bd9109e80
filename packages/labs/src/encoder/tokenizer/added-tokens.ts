/** Tokens that are found in a text before anything else is done to it: [MASK], [SEP] and what a model adds. */

export interface AddedToken {
  id: number;
  content: string;
  special: boolean;
  /** Found only where no letter, digit or underscore stands beside it. */
  singleWord: boolean;
  /** Takes the white space before or after it along. */
  lstrip: boolean;
  rstrip: boolean;
  /** Looked for in the normalised text, in its own normalised form, and not in the text as written. */
  normalized: boolean;
}

export type Section = { text: string } | { token: AddedToken };

const ENDS_WITH_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const BEGINS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/**
 * Cuts a text at its added tokens: the leftmost first, of several at one place the longest.
 * @param tokens with the form that each is looked for in
 */
export function splitAtTokens(
  text: string,
  tokens: readonly { token: AddedToken; form: string }[],
): Section[] {
  const wanted = tokens
    .filter(({ form }) => form !== '')
    .sort((a, b) => b.form.length - a.form.length || a.token.id - b.token.id);
  if (wanted.length === 0) return text === '' ? [] : [{ text }];
  const pattern = new RegExp(
    wanted.map(({ form }) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
    'gu',
  );
  const byForm = new Map([...wanted].reverse().map(({ form, token }) => [form, token]));
  const out: Section[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const token = byForm.get(match[0]);
    if (!token) continue;
    let start = match.index;
    let stop = start + match[0].length;
    if (
      token.singleWord &&
      (ENDS_WITH_WORD.test(text.slice(0, start)) || BEGINS_WITH_WORD.test(text.slice(stop)))
    )
      continue;
    if (token.lstrip) start = Math.max(done, text.slice(0, start).trimEnd().length);
    if (token.rstrip) stop = text.length - text.slice(stop).trimStart().length;
    if (start > done) out.push({ text: text.slice(done, start) });
    out.push({ token });
    done = stop;
  }
  if (done < text.length) out.push({ text: text.slice(done) });
  return out;
}
