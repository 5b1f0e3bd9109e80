/** BertTokenizer: text to the numbers that BERT reads, exactly as Python transformers 5 does it. */
import { EncoderError } from '../errors.ts';
import { type AddedToken, splitAtTokens } from './added-tokens.ts';
import { basicWords, type Normalization, normalize, UNCASED } from './basic.ts';
import { WORD_PIECE, wordPieces } from './word-piece.ts';

export interface SpecialTokens {
  unknown: string;
  separator: string;
  padding: string;
  classification: string;
  mask: string;
}

export const SPECIAL_TOKENS: SpecialTokens = {
  unknown: '[UNK]',
  separator: '[SEP]',
  padding: '[PAD]',
  classification: '[CLS]',
  mask: '[MASK]',
};

export interface BertTokenizerOptions {
  /** Every token with its number. */
  vocabulary: ReadonlyMap<string, number>;
  normalization?: Normalization;
  special?: SpecialTokens;
  /** Beside the special tokens, which are always found. */
  added?: readonly AddedToken[];
  /** Words that are looked up as they are where they stand between white space (`never_split`). */
  neverSplit?: readonly string[];
  /** What the model can read; only said on, never enforced by itself. */
  maxLength?: number | null;
  maxWord?: number;
}

export type Truncation = 'longest-first' | 'only-first' | 'only-second';

export interface EncodeOptions {
  /** A second text, for tasks on pairs. */
  pair?: string;
  /** Puts [CLS] and [SEP] around. Default true. */
  addSpecial?: boolean;
  /** Cuts so that this many tokens are left, special ones counted. */
  maxLength?: number;
  /** Default `longest-first`. */
  truncation?: Truncation;
}

export interface Encoding {
  ids: number[];
  tokens: string[];
  /** 0 for the first text, 1 for the second. */
  typeIds: number[];
  /** 1 for what is read, 0 for padding. */
  attentionMask: number[];
  /** 1 for tokens that the tokenizer has put there. */
  specialMask: number[];
}

export interface PadOptions {
  /** To the longest of the batch, or to this many. Default `longest`. */
  to?: number | 'longest';
  /** Rounds the length up. */
  multipleOf?: number;
  side?: 'right' | 'left';
}

type Piece = { token: string; id: number };

export class BertTokenizer {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly special: SpecialTokens;
  readonly maxLength: number | null;
  readonly normalization: Normalization;
  private readonly names: (string | undefined)[];
  private readonly added: readonly AddedToken[];
  private readonly neverSplit: ReadonlySet<string>;
  private readonly maxWord: number;

  /** @throws EncoderError `bad-tokenizer` where a special token has no number */
  constructor(options: BertTokenizerOptions) {
    this.vocabulary = options.vocabulary;
    this.special = options.special ?? SPECIAL_TOKENS;
    this.normalization = options.normalization ?? UNCASED;
    this.maxLength = options.maxLength ?? null;
    this.maxWord = options.maxWord ?? WORD_PIECE.maxWord;
    this.neverSplit = new Set(options.neverSplit ?? []);
    this.names = [];
    for (const [token, id] of this.vocabulary) this.names[id] = token;
    const own = (options.added ?? []).filter(({ content }) => content !== '');
    for (const { id, content } of own) this.names[id] ??= content;
    const named = new Set(own.map(({ content }) => content));
    const missing = Object.values(this.special).filter((content) => !named.has(content));
    this.added = [
      ...own,
      ...missing.map((content): AddedToken => {
        const id = this.vocabulary.get(content);
        if (id === undefined)
          throw new EncoderError(
            'bad-tokenizer',
            `The vocabulary lacks the special token ${JSON.stringify(content)}. Is it BERT's?`,
          );
        return {
          id,
          content,
          special: true,
          singleWord: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
        };
      }),
    ];
  }

  get size(): number {
    return this.names.length;
  }

  /** @returns the number of a token, that of [UNK] where there is none */
  id(token: string): number {
    return (
      this.vocabulary.get(token) ??
      this.added.find(({ content }) => content === token)?.id ??
      (this.vocabulary.get(this.special.unknown) as number)
    );
  }

  token(id: number): string {
    return this.names[id] ?? this.special.unknown;
  }

  /** The tokens of a text, without [CLS] and [SEP]. */
  tokenize(text: string): string[] {
    return this.pieces(text).map(({ token }) => token);
  }

  private pieces(text: string): Piece[] {
    const raw = this.added.filter(({ normalized }) => !normalized);
    const late = this.added.filter(({ normalized }) => normalized);
    return splitAtTokens(
      text,
      raw.map((token) => ({ token, form: token.content })),
    ).flatMap((section): Piece[] => {
      if ('token' in section) return [{ token: section.token.content, id: section.token.id }];
      if (late.length === 0) return this.words(section.text);
      // Tokens that are normalised are looked for in text that is, and what lies between is normalised for good.
      return splitAtTokens(
        normalize(section.text, this.normalization),
        late.map((token) => ({ token, form: normalize(token.content, this.normalization) })),
      ).flatMap((part): Piece[] =>
        'token' in part ? [{ token: part.token.content, id: part.token.id }] : this.words(part.text),
      );
    });
  }

  private words(text: string): Piece[] {
    const options = { unknown: this.special.unknown, prefix: WORD_PIECE.prefix, maxWord: this.maxWord };
    return basicWords(text, this.normalization, this.neverSplit).flatMap(({ word, whole }) =>
      (whole ? [word] : wordPieces(word, this.vocabulary, options)).map((token) => ({
        token,
        id: this.id(token),
      })),
    );
  }

  /**
   * One text, or a pair, as the model reads it: [CLS] text [SEP], or [CLS] text [SEP] second [SEP].
   * @throws EncoderError `bad-input` where `maxLength` leaves no room, or what may be cut is too short to cut
   */
  encode(text: string, options: EncodeOptions = {}): Encoding {
    const { pair, addSpecial = true, maxLength, truncation = 'longest-first' } = options;
    let first = this.pieces(text);
    let second = pair === undefined ? undefined : this.pieces(pair);
    const extra = addSpecial ? (second ? 3 : 2) : 0;
    if (maxLength !== undefined)
      [first, second] = truncate(first, second, maxLength - extra, truncation, maxLength);
    const { classification, separator } = this.special;
    const out: Encoding = { ids: [], tokens: [], typeIds: [], attentionMask: [], specialMask: [] };
    const put = ({ token, id }: Piece, type: number, special: number): void => {
      out.ids.push(id);
      out.tokens.push(token);
      out.typeIds.push(type);
      out.attentionMask.push(1);
      out.specialMask.push(special);
    };
    const mark = (token: string): Piece => ({ token, id: this.id(token) });
    if (addSpecial) put(mark(classification), 0, 1);
    for (const piece of first) put(piece, 0, 0);
    if (addSpecial) put(mark(separator), 0, 1);
    if (second) {
      for (const piece of second) put(piece, 1, 0);
      if (addSpecial) put(mark(separator), 1, 1);
    }
    return out;
  }

  /** Encodings of one length, padded under the mask. */
  pad(
    encodings: readonly Encoding[],
    { to = 'longest', multipleOf, side = 'right' }: PadOptions = {},
  ): Encoding[] {
    let length = to === 'longest' ? Math.max(0, ...encodings.map(({ ids }) => ids.length)) : to;
    if (multipleOf !== undefined && multipleOf > 0) length = Math.ceil(length / multipleOf) * multipleOf;
    const { padding } = this.special;
    const id = this.id(padding);
    return encodings.map((one) => {
      const missing = Math.max(0, length - one.ids.length);
      const fill = <T>(values: readonly T[], value: T): T[] => {
        const filling = new Array<T>(missing).fill(value);
        return side === 'right' ? [...values, ...filling] : [...filling, ...values];
      };
      return {
        ids: fill(one.ids, id),
        tokens: fill(one.tokens, padding),
        typeIds: fill(one.typeIds, 0),
        attentionMask: fill(one.attentionMask, 0),
        specialMask: fill(one.specialMask, 1),
      };
    });
  }
}

function truncate(
  first: Piece[],
  second: Piece[] | undefined,
  room: number,
  how: Truncation,
  asked: number,
): [Piece[], Piece[] | undefined] {
  if (room < 0)
    throw new EncoderError('bad-input', `maxLength ${asked} leaves no room for the special tokens.`);
  if (room === 0) return [[], second && []];
  const total = first.length + (second?.length ?? 0);
  if (total <= room) return [first, second];
  if (how === 'longest-first') {
    if (!second) return [first.slice(0, room), second];
    // The shorter stays whole as long as the longer is not cut below it; then both share the room.
    const short = Math.min(first.length, second.length);
    let a = short;
    let b = short > room ? short : Math.max(short, room - short);
    if (a + b > room) {
      a = Math.floor(room / 2);
      b = a + (room % 2);
    }
    return first.length > second.length
      ? [first.slice(0, b), second.slice(0, a)]
      : [first.slice(0, a), second.slice(0, b)];
  }
  const cut = how === 'only-first' ? first : second;
  const over = total - room;
  if (!cut || cut.length <= over)
    throw new EncoderError(
      'bad-input',
      `maxLength ${asked} cannot be reached by cutting the ${how === 'only-first' ? 'first' : 'second'} text alone.`,
    );
  const kept = cut.slice(0, cut.length - over);
  return how === 'only-first' ? [kept, second] : [first, kept];
}
