/** Rows of tokens with what each position should say next, and the promise that an engine makes about them. */
import { TransformerError } from './config.ts';

/** Positions with this target do not count in the loss. */
export const IGNORED = -1;

export interface Batch {
  rows: number;
  /** Tokens in each row, padding included. */
  length: number;
  /** rows × length. Ids from the vocabulary's size on are rows of the soft prompt. */
  tokens: Int32Array;
  /** rows × length: the token that should follow, or `IGNORED`. */
  targets: Int32Array;
}

/** What the model is evaluated with: its weights, and what prompt and prefix tuning add to them. */
export interface Point {
  /** Flat, as `tensorsOf` lays it out. */
  weights: Float32Array;
  /** Soft prompt: rows × width, addressed as tokens from the vocabulary's size on. */
  soft?: Float32Array;
  /** Prefix: for each layer the keys, then the values, each length × width; no rotation is applied to them. */
  prefix?: Float32Array;
}

/** The same fields as the point, and as long. */
export interface Slopes {
  loss: number;
  weights: Float32Array;
  soft?: Float32Array;
  prefix?: Float32Array;
}

export interface Engine {
  /**
   * Mean cross-entropy in nats over the positions that count, and its gradient; arrays are good until the next call.
   * @param options.frozen the weights' slopes are not wanted (prompt and prefix tuning); what stands there then is undefined
   */
  slopes(point: Point, batch: Batch, options?: { frozen?: boolean }): Promise<Slopes>;
  /**
   * Logits of every position, or of some: positions × vocabulary.
   * @param at indices into the tokens; the head runs for these only
   */
  logits(
    point: Point,
    batch: Pick<Batch, 'rows' | 'length' | 'tokens'>,
    at?: readonly number[],
  ): Promise<Float32Array>;
  dispose(): void;
}

export interface Row {
  tokens: readonly number[];
  /** Positions of `tokens` that are to be predicted; all but the first unless told. */
  learn?: { from: number; to?: number };
}

/**
 * Rows side by side, each predicting its own next token, padded on the right to the longest. Attention is causal, so
 * padding changes nothing before it.
 * @throws TransformerError (`too-long`) where a row does not fit the context
 */
export function padRows(rows: readonly Row[], context: number): Batch {
  const length = Math.max(1, ...rows.map(({ tokens }) => tokens.length - 1));
  if (length > context)
    throw new TransformerError(
      'too-long',
      `A row of ${length + 1} tokens does not fit a context of ${context}: shorten it or widen the context.`,
    );
  const tokens = new Int32Array(rows.length * length);
  const targets = new Int32Array(rows.length * length).fill(IGNORED);
  for (const [at, row] of rows.entries()) {
    const from = Math.max(1, row.learn?.from ?? 1);
    const to = Math.min(row.tokens.length, row.learn?.to ?? row.tokens.length);
    for (let place = 0; place + 1 < row.tokens.length; place++) {
      tokens[at * length + place] = row.tokens[place] as number;
      if (place + 1 >= from && place + 1 < to) targets[at * length + place] = row.tokens[place + 1] as number;
    }
  }
  return { rows: rows.length, length, tokens, targets };
}

/** @throws TransformerError (`bad-batch`) naming the position of an id that is not known */
export function checkBatch(
  batch: Pick<Batch, 'rows' | 'length' | 'tokens'>,
  known: number,
  context: number,
): void {
  const { rows, length, tokens } = batch;
  if (length > context)
    throw new TransformerError('too-long', `Rows of ${length} tokens do not fit a context of ${context}.`);
  if (tokens.length !== rows * length)
    throw new TransformerError(
      'bad-batch',
      `${rows} × ${length} tokens were announced, and ${tokens.length} came.`,
    );
  const at = tokens.findIndex((token) => token < 0 || token >= known);
  if (at >= 0)
    throw new TransformerError(
      'bad-batch',
      `Token ${tokens[at]} at ${at} is not one of the ${known} that are known.`,
    );
}
