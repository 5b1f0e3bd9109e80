/** Training: batches in, losses out. */
import { AdamW, type AdamWOptions } from '../nets/adamw.ts';
import type { Batch, Engine, Point } from './batch.ts';
import type { Tuning } from './tuning.ts';

/** One optimiser on one tuning; several learners may share an engine, in turn. */
export class Learner {
  readonly tuning: Tuning;
  private readonly engine: Engine;
  private readonly optimiser: AdamW;
  /** Tokens that went through, padding included. */
  tokens = 0;
  steps = 0;

  constructor(engine: Engine, tuning: Tuning, options: AdamWOptions) {
    this.engine = engine;
    this.tuning = tuning;
    this.optimiser = new AdamW(tuning.parameters.length, options, tuning.decayed);
  }

  /** @returns the batch's mean cross-entropy before the step, nats */
  async step(batch: Batch): Promise<number> {
    const slopes = await this.engine.slopes(this.tuning.point(), batch, { frozen: this.tuning.frozen });
    this.optimiser.step(this.tuning.parameters, this.tuning.pull(slopes));
    this.tokens += batch.rows * batch.length;
    this.steps++;
    return slopes.loss;
  }

  /** The model as it stands. */
  point(): Point {
    return this.tuning.point();
  }
}
