/** The states of a proposal, and who leads it from one to the next. Pure; the database's trigger holds the same. */
import { conflict, forbidden, type Refusal } from '../errors.ts';

export type ProposalState = 'draft' | 'proposed' | 'changes-requested' | 'published' | 'withdrawn';
export type ProposalStep =
  | 'save'
  | 'propose'
  | 'recall'
  | 'request-changes'
  | 'publish'
  | 'withdraw'
  | 'comment'
  | 'rebase';

const WRITABLE: readonly ProposalState[] = ['draft', 'changes-requested'];
const LIVE: readonly ProposalState[] = ['draft', 'proposed', 'changes-requested'];

interface Rule {
  from: readonly ProposalState[];
  /** Left out: the state stays. */
  to?: ProposalState;
  /** The author alone, everybody but the author, or any lead. */
  by: 'author' | 'other' | 'any';
}

export const STEPS: Readonly<Record<ProposalStep, Rule>> = {
  save: { from: WRITABLE, by: 'author' },
  rebase: { from: WRITABLE, by: 'author' },
  propose: { from: WRITABLE, to: 'proposed', by: 'author' },
  recall: { from: ['proposed'], to: 'draft', by: 'author' },
  'request-changes': { from: ['proposed'], to: 'changes-requested', by: 'other' },
  publish: { from: ['proposed'], to: 'published', by: 'other' },
  withdraw: { from: LIVE, to: 'withdrawn', by: 'any' },
  comment: { from: LIVE, by: 'any' },
};

/** Why this person may not take this step, or nothing. */
export function refuseStep(step: ProposalStep, state: ProposalState, isAuthor: boolean): Refusal | undefined {
  const { from, by } = STEPS[step];
  if (by === 'author' && !isAuthor) return forbidden('the author of this proposal');
  if (by === 'other' && isAuthor)
    return conflict('own-proposal', 'Nobody decides on their own proposal: ask another lead to review it.');
  if (!from.includes(state))
    return conflict('proposal-state', `This cannot be done while the proposal is ${state}.`);
  return undefined;
}

export const mayStep = (step: ProposalStep, state: ProposalState, isAuthor: boolean): boolean =>
  refuseStep(step, state, isAuthor) === undefined;
