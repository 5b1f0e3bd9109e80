/** How likely a model holds given words to be. */
import { type Engine, IGNORED, type Point, padRows, type Row } from './batch.ts';

export interface Score {
  /** Sum of ln p over the positions asked for, nats. */
  logProbability: number;
  tokens: number;
  /** Whether each of them is the likeliest token where it stands. */
  exact: boolean;
}

/** @param vocabulary of the model. @param at rows at once */
export async function scoreRows(
  engine: Engine,
  config: { vocabulary: number; context: number },
  point: Point,
  rows: readonly Row[],
  at = 32,
): Promise<Score[]> {
  const { vocabulary, context } = config;
  const out: Score[] = [];
  for (let first = 0; first < rows.length; first += at) {
    const batch = padRows(rows.slice(first, first + at), context);
    const asked = [...batch.targets.keys()].filter((place) => batch.targets[place] !== IGNORED);
    const logits = await engine.logits(point, batch, asked);
    let read = 0;
    for (let row = 0; row < batch.rows; row++) {
      const score: Score = { logProbability: 0, tokens: 0, exact: true };
      for (let place = row * batch.length; place < (row + 1) * batch.length; place++) {
        const target = batch.targets[place] as number;
        if (target === IGNORED) continue;
        const own = logits.subarray(read * vocabulary, (read + 1) * vocabulary);
        read++;
        let most = 0;
        for (let id = 1; id < vocabulary; id++) if ((own[id] as number) > (own[most] as number)) most = id;
        let sum = 0;
        for (const logit of own) sum += Math.exp(logit - (own[most] as number));
        score.logProbability += (own[target] as number) - (own[most] as number) - Math.log(sum);
        score.tokens++;
        if (most !== target) score.exact = false;
      }
      out.push(score);
    }
  }
  return out;
}
