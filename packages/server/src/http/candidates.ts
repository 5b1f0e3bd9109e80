/** Candidates, their sessions and comments, and what was decided. */
import type { Context } from '../context.ts';
import { prepareAnalysis } from '../decision/prepare-analysis.ts';
import { recordDecision } from '../decision/record-decision.ts';
import { answerGroups, viewGroupAnswers } from '../fairness/answer-groups.ts';
import { takeAttempt } from '../identity/attempts.ts';
import { inviteCandidate } from '../identity/people.ts';
import {
  addCandidate,
  closePanel,
  updateCandidate,
  withdrawCandidate,
} from '../interview/change-candidate.ts';
import { addComment, listComments } from '../interview/comments.ts';
import { listApplications } from '../interview/list-applications.ts';
import { requireTeam } from '../interview/permissions.ts';
import { listSessions, scheduleSession, updateSession } from '../interview/sessions.ts';
import { listCandidates, viewCandidate } from '../interview/view-candidate.ts';
import { findOpening } from '../interview/view-opening.ts';
import { attachWorkSample, listWorkSamples } from '../interview/work-samples.ts';
import type { Handlers } from './exchange.ts';

export const candidateHandlers = (context: Context) =>
  ({
    listCandidates: async ({ params, query }, { actor }) => {
      requireTeam(actor);
      return context.store.as(actor.id, async (tables) => {
        await findOpening(tables, params.id);
        return listCandidates(context.store.vault, tables, params.id, actor, query);
      });
    },
    addCandidate: async ({ params, body }, { actor }) => addCandidate(context, actor, params.id, body),
    candidate: async ({ params }, { actor }) => {
      requireTeam(actor);
      return context.store.as(actor.id, (tables) =>
        viewCandidate(context.store.vault, tables, params.id, actor),
      );
    },
    updateCandidate: async ({ params, body }, { actor }) => updateCandidate(context, actor, params.id, body),
    inviteCandidate: async ({ params }, { actor }) => {
      await takeAttempt(context, 'invite', actor.id);
      return inviteCandidate(context, actor, params.id);
    },
    withdrawCandidate: async ({ params, body }, { actor }) => {
      const withdrawn = await withdrawCandidate(context, actor, params.id, body.reason);
      if (withdrawn.revealed) prepareAnalysis(context, actor, params.id);
      return withdrawn;
    },
    closePanel: async ({ params, body }, { actor }) => {
      const closed = await closePanel(context, actor, params.id, body.reason);
      prepareAnalysis(context, actor, params.id);
      return closed;
    },
    decide: async ({ params, body }, { actor }) => recordDecision(context, actor, params.id, body),
    listWorkSamples: async ({ params }, { actor }) => ({
      items: await listWorkSamples(context, actor, params.id),
    }),
    attachWorkSample: async ({ params, body }, { actor }) =>
      attachWorkSample(context, actor, params.id, body),
    groupAnswers: async ({ params }, { actor }) => viewGroupAnswers(context, actor, params.id),
    answerGroups: async ({ params, body }, { actor }) => answerGroups(context, actor, params.id, body),
    listComments: ({ params, query }, { actor }) => listComments(context, actor, params.id, query),
    addComment: async ({ params, body }, { actor }) => addComment(context, actor, params.id, body),
    listSessions: async ({ query }, { actor }) => listSessions(context, actor, query),
    scheduleSession: async ({ params, body }, { actor }) => scheduleSession(context, actor, params.id, body),
    updateSession: async ({ params, body }, { actor }) => updateSession(context, actor, params.id, body),
    applications: ({ query }, { actor }) => listApplications(context, actor, query),
  }) satisfies Partial<Handlers>;
