/** Counts of how strategies did: successes and tokens, problem by problem. */
import { type Reasoned, totalTokens } from '@viva/assistant/reasoning';

export const STRATEGIES = ['direct', 'cot', 'sc', 'best', 'tot1', 'tot5'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Standing {
  strategy: Strategy;
  tried: number;
  solved: number;
  /** Mean tokens a problem, prompts counted. */
  tokens: number;
}

export class Tally {
  private readonly own = new Map<Strategy, { tried: number; solved: number; tokens: number }>();

  add(strategy: Strategy, solved: boolean, tokens: number): void {
    const one = this.own.get(strategy) ?? { tried: 0, solved: 0, tokens: 0 };
    one.tried++;
    one.solved += solved ? 1 : 0;
    one.tokens += tokens;
    this.own.set(strategy, one);
  }

  standings(): Standing[] {
    return STRATEGIES.flatMap((strategy) => {
      const one = this.own.get(strategy);
      return one ? [{ strategy, tried: one.tried, solved: one.solved, tokens: one.tokens / one.tried }] : [];
    });
  }

  /** `direct.success` and `direct.tokens`, and so on; null for what was not tried. */
  measures(): Record<string, number | null> {
    const out: Record<string, number | null> = {};
    for (const strategy of STRATEGIES) {
      const one = this.own.get(strategy);
      out[`${strategy}.success`] = one ? one.solved / one.tried : null;
      out[`${strategy}.tokens`] = one ? one.tokens / one.tried : null;
    }
    return out;
  }
}

export const tokensOf = ({ usage }: Pick<Reasoned, 'usage'>): number => totalTokens(usage);
