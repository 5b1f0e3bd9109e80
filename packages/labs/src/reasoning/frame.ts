/** What a page draws of the lab, whichever task it runs. */
import type { Standing, Strategy } from './tally.ts';

export interface TreeNode {
  key: string;
  /** The state that it was proposed from; null for the hand. */
  parent: string | null;
  /** Sum of the judgements; null for the hand, infinite for the goal. */
  value: number | null;
  kept: boolean;
  /** Whether 24 can really be reached from here. */
  solvable: boolean;
}

export interface SearchTree {
  hand: number[];
  breadth: number;
  /** The hand first, then level by level, best first. */
  levels: TreeNode[][];
  answer: string | null;
}

export interface Sample {
  question: string;
  expected: string | null;
  said: { strategy: Strategy; text: string; answer: string | null; right: boolean }[];
}

export interface ReasoningFrame {
  task: string;
  standings: Standing[];
  /** The last hand's searches, narrow and wide; none for other tasks. */
  trees: SearchTree[];
  sample: Sample | null;
  /** Accuracy on a few problems while training; empty for tasks without training. */
  curves: { step: Float32Array; direct: Float32Array; cot: Float32Array };
  losses: { step: Float32Array; direct: Float32Array; cot: Float32Array };
  /** Success by number of votes, measured and exact; empty but for the vote. */
  votes: { k: Float32Array; success: Float32Array; exact: Float32Array };
  /** What guessing gets; null where that is nothing. */
  chance: number | null;
}

export const emptyFrame = (task: string): ReasoningFrame => ({
  task,
  standings: [],
  trees: [],
  sample: null,
  curves: { step: new Float32Array(), direct: new Float32Array(), cot: new Float32Array() },
  losses: { step: new Float32Array(), direct: new Float32Array(), cot: new Float32Array() },
  votes: { k: new Float32Array(), success: new Float32Array(), exact: new Float32Array() },
  chance: null,
});

/** Nothing is chosen in the view; trees are revealed level by level on the page. */
export type ReasoningView = Record<string, never>;
