/** Text to token ids and back: by characters, or by byte pairs learnt from a text (Sennrich et al. 2016). */

export interface Tokenizer {
  /** Ids go from 0 to `size` − 1; special ones come first. */
  readonly size: number;
  /** Id of a special token, which text never produces. @throws TokenizerError for an unknown name */
  special(name: string): number;
  /** @throws TokenizerError (`unknown-character`) naming the character and its place */
  encode(text: string): number[];
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string;
}

export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';
  readonly code: 'unknown-character' | 'unknown-special' | 'bad-size';
  constructor(code: TokenizerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

function specialIds(names: readonly string[]): (name: string) => number {
  return (name) => {
    const at = names.indexOf(name);
    if (at < 0)
      throw new TokenizerError(
        'unknown-special',
        `There is no special token “${name}”; there are ${names.join(', ') || 'none'}.`,
      );
    return at;
  };
}

/** One id for each code point of the alphabet, in the order given. */
export function characterTokenizer(alphabet: string, specials: readonly string[] = []): Tokenizer {
  const characters = [...new Set(alphabet)];
  const ids = new Map(characters.map((character, at) => [character, specials.length + at]));
  return {
    size: specials.length + characters.length,
    special: specialIds(specials),
    encode: (text) =>
      [...text].map((character, at) => {
        const id = ids.get(character);
        if (id === undefined)
          throw new TokenizerError(
            'unknown-character',
            `“${character}”, character ${at + 1}, is not in the alphabet of ${characters.length}.`,
          );
        return id;
      }),
    decode: (tokens) => tokens.map((id) => characters[id - specials.length] ?? '').join(''),
  };
}

/** Two ids that become one. */
export type Merge = readonly [first: number, second: number];

/** Words with the blank before them, numbers, punctuation and blanks: merges never cross their borders. */
const PIECES = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+/gu;
const BYTES = 256;

/** Replaces each pair of `merge`, from the left, in place of the two. */
function apply(ids: readonly number[], [first, second]: Merge, merged: number): number[] {
  const out: number[] = [];
  for (let at = 0; at < ids.length; at++)
    if (ids[at] === first && ids[at + 1] === second) {
      out.push(merged);
      at++;
    } else out.push(ids[at] as number);
  return out;
}

/**
 * Learns byte pairs: the most frequent pair becomes a token, again and again. Of equally frequent pairs the one with the
 * lower ids comes first, so that the same text gives the same merges everywhere.
 * @param size ids in all: specials, 256 bytes and the merges; fewer where no pair occurs twice any more
 */
export function learnMerges(texts: readonly string[], size: number, specials = 0): Merge[] {
  const wanted = size - specials - BYTES;
  if (wanted < 0)
    throw new TokenizerError('bad-size', `${size} ids do not hold 256 bytes and ${specials} special tokens.`);
  const encoder = new TextEncoder();
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [piece] of text.matchAll(PIECES)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  let words = [...counts].map(([piece, count]) => ({
    ids: Array.from(encoder.encode(piece), (byte) => specials + byte),
    count,
  }));
  const merges: Merge[] = [];
  const far = size + 1;
  while (merges.length < wanted) {
    const pairs = new Map<number, number>();
    for (const { ids, count } of words)
      for (let at = 0; at + 1 < ids.length; at++) {
        const pair = (ids[at] as number) * far + (ids[at + 1] as number);
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    let best = -1;
    let most = 1;
    for (const [pair, count] of pairs)
      if (count > most || (count === most && most > 1 && pair < best)) {
        best = pair;
        most = count;
      }
    if (best < 0) break;
    const merge: Merge = [Math.floor(best / far), best % far];
    const id = specials + BYTES + merges.length;
    words = words.map(({ ids, count }) => ({ ids: apply(ids, merge, id), count }));
    merges.push(merge);
  }
  return merges;
}

/** Byte-level: any text has ids, and decoding gives it back. */
export function bpeTokenizer(merges: readonly Merge[], specials: readonly string[] = []): Tokenizer {
  const first = specials.length + BYTES;
  const ranks = new Map(merges.map(([a, b], at) => [`${a} ${b}`, at]));
  const bytes: number[][] = [
    ...specials.map(() => []),
    ...Array.from({ length: BYTES }, (_, byte) => [byte]),
  ];
  for (const [a, b] of merges) bytes.push([...(bytes[a] ?? []), ...(bytes[b] ?? [])]);
  const encoder = new TextEncoder();
  const known = new Map<string, readonly number[]>();
  const encodePiece = (piece: string): readonly number[] => {
    const before = known.get(piece);
    if (before) return before;
    let ids = Array.from(encoder.encode(piece), (byte) => specials.length + byte);
    for (;;) {
      let best = Number.POSITIVE_INFINITY;
      for (let at = 0; at + 1 < ids.length; at++)
        best = Math.min(best, ranks.get(`${ids[at]} ${ids[at + 1]}`) ?? best);
      if (best === Number.POSITIVE_INFINITY) break;
      ids = apply(ids, merges[best] as Merge, first + best);
    }
    if (known.size < 50_000) known.set(piece, ids);
    return ids;
  };
  return {
    size: first + merges.length,
    special: specialIds(specials),
    encode: (text) => [...text.matchAll(PIECES)].flatMap(([piece]) => encodePiece(piece)),
    decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids.flatMap((id) => bytes[id] ?? []))),
  };
}

/** Words and marks as they stand between blanks: one id each, of the words of some texts, in their order of appearance. */
export function wordTokenizer(texts: readonly string[], specials: readonly string[] = []): Tokenizer {
  const words = [...new Set(texts.flatMap((text) => text.split(' ')))].filter((word) => word !== '');
  const ids = new Map(words.map((word, at) => [word, specials.length + at]));
  return {
    size: specials.length + words.length,
    special: specialIds(specials),
    encode: (text) =>
      text
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => {
          const id = ids.get(word);
          if (id === undefined)
            throw new TokenizerError(
              'unknown-character',
              `“${word}” is not one of the ${words.length} words.`,
            );
          return id;
        }),
    decode: (tokens) =>
      tokens.flatMap((id) => (id < specials.length ? [] : [words[id - specials.length] ?? ''])).join(' '),
  };
}
