/** Writing questions. */
import { propose, rebase, recall } from '../authoring/propose.ts';
import { questionStatistics } from '../authoring/question-statistics.ts';
import { retireVersion } from '../authoring/retire-version.ts';
import { commentOnProposal, publish, requestChanges, withdrawProposal } from '../authoring/review.ts';
import { saveContent } from '../authoring/save-content.ts';
import { startProposal } from '../authoring/start-proposal.ts';
import { listProposals, viewProposal } from '../authoring/view-proposal.ts';
import { versionFolder, viewQuestion, viewVersion, vocabulary } from '../authoring/view-question.ts';
import type { Context } from '../context.ts';
import { requireLead } from '../interview/permissions.ts';
import type { Handlers } from './exchange.ts';

export const authoringHandlers = (context: Context) =>
  ({
    listProposals: async ({ query }, { actor }) => listProposals(context, actor, query),
    startProposal: async ({ body }, { actor }) => startProposal(context, actor, body),
    proposal: async ({ params }, { actor }) => {
      requireLead(actor);
      return context.store.as(actor.id, (tables) => viewProposal(context, tables, params.id, actor));
    },
    saveContent: async ({ params, body }, { actor }) => saveContent(context, actor, params.id, body),
    propose: async ({ params, body }, { actor }) => propose(context, actor, params.id, body),
    recallProposal: async ({ params }, { actor }) => recall(context, actor, params.id),
    rebaseProposal: async ({ params }, { actor }) => rebase(context, actor, params.id),
    requestChanges: async ({ params, body }, { actor }) =>
      requestChanges(context, actor, params.id, body.body),
    publishProposal: async ({ params, body }, { actor }) => publish(context, actor, params.id, body),
    withdrawProposal: async ({ params, body }, { actor }) =>
      withdrawProposal(context, actor, params.id, body.reason),
    commentOnProposal: async ({ params, body }, { actor }) =>
      commentOnProposal(context, actor, params.id, body),
    authoringVocabulary: async (_, { actor }) => vocabulary(context, actor),
    authoredQuestion: async ({ params }, { actor }) => viewQuestion(context, actor, params.question),
    questionStatistics: async ({ params }, { actor }) => questionStatistics(context, actor, params.question),
    questionVersion: async ({ params }, { actor }) =>
      viewVersion(context, actor, params.question, params.version),
    questionFolder: async ({ params }, { actor }) =>
      versionFolder(context, actor, params.question, params.version),
    retireVersion: async ({ params, body }, { actor }) =>
      retireVersion(context, actor, params.question, params.version, { retired: true, ...body }),
    restoreVersion: async ({ params, body }, { actor }) =>
      retireVersion(context, actor, params.question, params.version, { retired: false, ...body }),
  }) satisfies Partial<Handlers>;
