/** Breadth-first search over thoughts that a model proposes and judges (Yao et al. 2023, algorithm 1). */
import { addUsage, NO_USAGE, type Usage } from '../model/language-model.ts';
import { inParallel } from './in-parallel.ts';

export interface Proposals<State> {
  states: State[];
  /** What the model proposed that is no thought at all; counted, not followed. */
  rejected: number;
  calls: number;
  usage: Usage;
}

export interface Judgement {
  /** Larger is more promising. */
  value: number;
  calls: number;
  usage: Usage;
}

export interface TreeProblem<State> {
  root: State;
  /** Equal keys are one state; the first is kept. */
  key(state: State): string;
  propose(state: State): Promise<Proposals<State>>;
  evaluate(state: State): Promise<Judgement>;
  /** Ends the search; checked on every new state. */
  isGoal(state: State): boolean;
}

export interface TreeOptions {
  /** States kept at each level (b). */
  breadth: number;
  /** Levels at most (T). */
  depth: number;
  /** Calls at once. Default 4. */
  concurrency?: number;
  signal?: AbortSignal;
  onLevel?: (level: TreeLevel) => void;
}

export interface TreeLevel {
  depth: number;
  proposed: number;
  rejected: number;
  /** Kept states by their keys, with values, best first. */
  kept: { key: string; value: number }[];
  /** Every state that was judged, by its key, best first, with the key of the state that it was first proposed from. */
  judged: { key: string; value: number; parent: string }[];
}

export interface TreeResult<State> {
  goal: State | null;
  levels: TreeLevel[];
  calls: number;
  usage: Usage;
}

/** Proposes from every kept state, drops repetitions, judges each once, keeps the best `breadth`; equals by first proposal. */
export async function treeOfThoughts<State>(
  problem: TreeProblem<State>,
  { breadth, depth, concurrency = 4, signal, onLevel }: TreeOptions,
): Promise<TreeResult<State>> {
  let usage = NO_USAGE;
  let calls = 0;
  const levels: TreeLevel[] = [];
  let frontier: State[] = [problem.root];
  for (let level = 1; level <= depth && frontier.length > 0; level++) {
    signal?.throwIfAborted();
    const proposals = await inParallel(frontier, concurrency, (state) => problem.propose(state));
    const fresh = new Map<string, { state: State; parent: string }>();
    let rejected = 0;
    let proposed = 0;
    for (const [at, found] of proposals.entries()) {
      const parent = problem.key(frontier[at] as State);
      usage = addUsage(usage, found.usage);
      calls += found.calls;
      rejected += found.rejected;
      proposed += found.states.length;
      for (const state of found.states) {
        const key = problem.key(state);
        if (!fresh.has(key)) fresh.set(key, { state, parent });
      }
    }
    const states = [...fresh.entries()];
    const goal = states.find(([, { state }]) => problem.isGoal(state));
    if (goal) {
      const ended: TreeLevel = {
        depth: level,
        proposed,
        rejected,
        kept: [{ key: goal[0], value: Number.POSITIVE_INFINITY }],
        judged: [{ key: goal[0], value: Number.POSITIVE_INFINITY, parent: goal[1].parent }],
      };
      levels.push(ended);
      onLevel?.(ended);
      return { goal: goal[1].state, levels, calls, usage };
    }
    if (level === depth) {
      levels.push({ depth: level, proposed, rejected, kept: [], judged: [] });
      break;
    }
    const judged = await inParallel(states, concurrency, async ([key, { state, parent }]) => {
      signal?.throwIfAborted();
      const judgement = await problem.evaluate(state);
      usage = addUsage(usage, judgement.usage);
      calls += judgement.calls;
      return { key, state, parent, value: judgement.value };
    });
    judged.sort((a, b) => b.value - a.value);
    const best = judged.slice(0, breadth);
    const ended: TreeLevel = {
      depth: level,
      proposed,
      rejected,
      kept: best.map(({ key, value }) => ({ key, value })),
      judged: judged.map(({ key, value, parent }) => ({ key, value, parent })),
    };
    levels.push(ended);
    onLevel?.(ended);
    frontier = best.map(({ state }) => state);
  }
  return { goal: null, levels, calls, usage };
}
