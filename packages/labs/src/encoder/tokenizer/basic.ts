/** The first half of BERT's tokenizer: cleaning, Chinese characters, accents, case, and cutting into words. */
import {
  ACCENT,
  CHINESE,
  PUNCTUATION,
  type Ranges,
  REMOVED,
  SEPARATOR,
  SPACE,
  within,
} from './unicode-ranges.ts';

export interface Normalization {
  /** Takes controls out and turns every white space into a plain one. */
  cleanText: boolean;
  /** Puts a space on either side of every Chinese character. */
  chineseChars: boolean;
  /** Null: as `lowercase` says. */
  stripAccents: boolean | null;
  lowercase: boolean;
}

export const UNCASED: Normalization = {
  cleanText: true,
  chineseChars: true,
  stripAccents: null,
  lowercase: true,
};

/** Every character alone, as the reference does: `Σ` at a word's end becomes σ here, where JavaScript would make it ς. */
const lower = (text: string): string => {
  let out = '';
  for (const char of text) out += char.toLowerCase();
  return out;
};

const without = (text: string, ranges: Ranges): string => {
  let out = '';
  for (const char of text) if (!within(ranges, char.codePointAt(0) as number)) out += char;
  return out;
};

/** A lone surrogate is no character; UTF-8, which the reference reads, has none. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** The steps before accents and case: they work on the text as a whole. */
export function clean(text: string, { cleanText, chineseChars }: Normalization): string {
  let out = '';
  for (const char of wellFormed(text)) {
    const code = char.codePointAt(0) as number;
    if (cleanText && within(REMOVED, code)) continue;
    const kept = cleanText && within(SPACE, code) ? ' ' : char;
    out += chineseChars && within(CHINESE, code) ? ` ${kept} ` : kept;
  }
  return out;
}

/** The steps on each word: accents, then case. */
export function fold(text: string, { stripAccents, lowercase }: Normalization): string {
  const plain = (stripAccents ?? lowercase) ? without(text.normalize('NFD'), ACCENT) : text;
  return lowercase ? lower(plain) : plain;
}

/** Text as the reference's normalizer leaves it. */
export const normalize = (text: string, options: Normalization): string =>
  fold(clean(text, options), options);

/** Cuts at white space, which is dropped. */
export function whitespaceWords(text: string): string[] {
  const out: string[] = [];
  let word = '';
  for (const char of text) {
    if (!within(SEPARATOR, char.codePointAt(0) as number)) word += char;
    else if (word !== '') {
      out.push(word);
      word = '';
    }
  }
  if (word !== '') out.push(word);
  return out;
}

/** Cuts punctuation out of a word, every mark alone. */
export function splitPunctuation(word: string): string[] {
  const out: string[] = [];
  let run = '';
  for (const char of word) {
    if (!within(PUNCTUATION, char.codePointAt(0) as number)) {
      run += char;
      continue;
    }
    if (run !== '') out.push(run);
    out.push(char);
    run = '';
  }
  if (run !== '') out.push(run);
  return out;
}

export interface BasicWord {
  word: string;
  /** Looked up as it is, in one piece. */
  whole: boolean;
}

/**
 * The words of a text in the form in which WordPiece looks them up.
 * @param neverSplit words that are left whole where they stand between white space, as written or folded
 */
export function basicWords(
  text: string,
  options: Normalization,
  neverSplit: ReadonlySet<string> = new Set(),
): BasicWord[] {
  return whitespaceWords(clean(text, options)).flatMap((word): BasicWord[] => {
    if (neverSplit.has(word)) return [{ word, whole: true }];
    const folded = fold(word, options);
    if (neverSplit.has(folded)) return [{ word: folded, whole: true }];
    // Decomposing can bring white space forth, so words are cut once more.
    return whitespaceWords(folded)
      .flatMap(splitPunctuation)
      .map((part) => ({ word: part, whole: false }));
  });
}
