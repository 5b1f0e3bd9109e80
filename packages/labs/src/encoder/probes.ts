/** Small experiments on one text: padding, order, and what attention rows sum to. */
import type { Random } from '../engine/random.ts';
import type { Encoder } from './model/open-encoder.ts';
import { cosine, maskedMean } from './pooling.ts';
import type { Encoding } from './tokenizer/bert-tokenizer.ts';

/** How far a sentence vector turns (1 − cosine) when the text is padded, with the mask and without. */
export async function paddingProbe(
  encoder: Encoder,
  encoding: Encoding,
  padding: number,
): Promise<{ masked: number; ignored: number } | null> {
  const { hidden, positions } = encoder.config;
  if (encoding.ids.length + padding > positions) return null;
  const [padded] = encoder.tokenizer.pad([encoding], { to: encoding.ids.length + padding });
  if (!padded) return null;
  const run = async ({ ids, typeIds, attentionMask }: Encoding, mask: boolean): Promise<Float32Array> => {
    const { lastHiddenState } = await encoder.model.forward({
      ids: [ids],
      typeIds: [typeIds],
      ...(mask ? { attentionMask: [attentionMask] } : {}),
    });
    return maskedMean(lastHiddenState, mask ? attentionMask : ids.map(() => 1), hidden);
  };
  const plain = await run(encoding, true);
  return {
    masked: 1 - cosine(plain, await run(padded, true)),
    ignored: 1 - cosine(plain, await run(padded, false)),
  };
}

/** A random order of the tokens that is not the one they have. */
function otherOrder(length: number, random: Random): number[] {
  const order = Array.from({ length }, (_, at) => at);
  for (let at = length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order.some((from, at) => from !== at) ? order : order.reverse();
}

/** How much each token's output changes when all are put in another order: root mean square, relative to the outputs' own. */
export async function orderProbe(
  encoder: Encoder,
  { ids, typeIds }: Encoding,
  random: Random,
): Promise<{ withPositions: number; withoutPositions: number } | null> {
  if (ids.length < 3) return null;
  const order = otherOrder(ids.length, random);
  const { hidden } = encoder.config;
  const change = async (withoutPositions: boolean): Promise<number> => {
    const straight = await encoder.model.forward({ ids: [ids], typeIds: [typeIds] }, { withoutPositions });
    const turned = await encoder.model.forward(
      {
        ids: [order.map((from) => ids[from] as number)],
        typeIds: [order.map((from) => typeIds[from] as number)],
      },
      { withoutPositions },
    );
    let difference = 0;
    let size = 0;
    order.forEach((from, at) => {
      for (let i = 0; i < hidden; i++) {
        const own = straight.lastHiddenState[from * hidden + i] as number;
        difference += (own - (turned.lastHiddenState[at * hidden + i] as number)) ** 2;
        size += own ** 2;
      }
    });
    return Math.sqrt(difference / size);
  };
  return { withPositions: await change(false), withoutPositions: await change(true) };
}

/** The largest distance of an attention row's sum from one. */
export function attentionSums(attentions: readonly Float32Array[], length: number): number {
  let worst = 0;
  for (const layer of attentions)
    for (let row = 0; row < layer.length; row += length) {
      let sum = 0;
      for (let at = 0; at < length; at++) sum += layer[row + at] as number;
      worst = Math.max(worst, Math.abs(sum - 1));
    }
  return worst;
}
