/** How many tokens a task may use, held over calls that run at once. */
import { BudgetError } from '../errors.ts';
import { totalTokens, type Usage } from './language-model.ts';

export interface Reservation {
  /** The most this call may generate. */
  maxOutputTokens: number;
  /** Ends the reservation with what was really used; without an argument, with nothing. */
  settle(usage?: Usage): void;
}

export class TokenBudget {
  readonly limit: number;
  private used = 0;
  private held = 0;

  /** @param limit input and output tokens together */
  constructor(limit: number) {
    this.limit = limit;
  }

  get spent(): number {
    return this.used;
  }

  get left(): number {
    return Math.max(0, this.limit - this.used - this.held);
  }

  /**
   * Holds tokens for a call about to begin, so that parallel calls cannot together go over the limit.
   * @param inputTokens estimated
   * @param wantedOutputTokens cut down to what is left
   * @throws BudgetError when not even one token could be generated
   */
  reserve(inputTokens: number, wantedOutputTokens: number): Reservation {
    const maxOutputTokens = Math.min(wantedOutputTokens, this.left - inputTokens);
    if (maxOutputTokens < 1) throw new BudgetError(this.used + this.held, this.limit);
    const amount = inputTokens + maxOutputTokens;
    this.held += amount;
    let open = true;
    return {
      maxOutputTokens,
      settle: (usage) => {
        if (!open) return;
        open = false;
        this.held -= amount;
        if (usage) this.used += totalTokens(usage);
      },
    };
  }

  /** Counts what needed no reservation, as embeddings do. */
  add(usage: Usage): void {
    this.used += totalTokens(usage);
  }
}
