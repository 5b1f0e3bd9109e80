/** The lab: what steps, votes and search bring, and what they cost in tokens. */
import type { DrawnSession, Lab } from '../lab.ts';
import { reasoningDescription } from './description.ts';
import type { ReasoningFrame, ReasoningView } from './frame.ts';
import { Game24Session } from './game24-session.ts';
import type { ReasoningParams } from './params.ts';
import { TinySession } from './tiny-session.ts';
import { VoteSession } from './vote-session.ts';

export const reasoning: Lab<ReasoningParams, DrawnSession<ReasoningView, ReasoningFrame>> = {
  ...reasoningDescription,
  begin: async (params, seed) => {
    if (params.task === 'game24') return new Game24Session(params, seed);
    if (params.task === 'vote') return new VoteSession(params, seed);
    return new TinySession(params, seed);
  },
};
