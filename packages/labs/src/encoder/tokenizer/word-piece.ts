/** WordPiece: the longest piece in the vocabulary, again and again (Schuster & Nakajima 2012, as used by BERT). */

export interface WordPieceOptions {
  unknown: string;
  /** What marks a piece within a word. */
  prefix: string;
  /** Longer words, in characters, are unknown as a whole. */
  maxWord: number;
}

export const WORD_PIECE: WordPieceOptions = { unknown: '[UNK]', prefix: '##', maxWord: 100 };

/** The pieces of one word. One place that fits nothing makes the whole word unknown. */
export function wordPieces(
  word: string,
  vocabulary: ReadonlyMap<string, number>,
  { unknown, prefix, maxWord }: WordPieceOptions = WORD_PIECE,
): string[] {
  const chars = [...word];
  if (chars.length > maxWord) return [unknown];
  const out: string[] = [];
  let from = 0;
  while (from < chars.length) {
    let to = chars.length;
    let found: string | undefined;
    while (to > from) {
      const piece = (from > 0 ? prefix : '') + chars.slice(from, to).join('');
      if (vocabulary.has(piece)) {
        found = piece;
        break;
      }
      to--;
    }
    if (found === undefined) return [unknown];
    out.push(found);
    from = to;
  }
  return out;
}
