/** Transcripts, the advisory rater and its log. */
import { setAdvisory, viewSetting } from '../advisory/setting.ts';
import { cancelAdvisory, retryAdvisory, viewCandidateAdvisory } from '../advisory/tasks.ts';
import { handInTranscript, listTranscripts, saveTranscript } from '../advisory/transcripts.ts';
import { listUses } from '../advisory/uses.ts';
import type { Context } from '../context.ts';
import type { Handlers } from './exchange.ts';

export const advisoryHandlers = (context: Context) =>
  ({
    advisorySetting: ({ params }, { actor }) => viewSetting(context, actor, params.id),
    setAdvisory: ({ params, body }, { actor }) => setAdvisory(context, actor, params.id, body),
    transcripts: ({ params }, { actor }) => listTranscripts(context, actor, params.id),
    saveTranscript: ({ params, body }, { actor }) =>
      saveTranscript(context, actor, params.id, params.question, body),
    handInTranscript: ({ params, body }, { actor }) =>
      handInTranscript(context, actor, params.id, params.question, body),
    candidateAdvisory: ({ params }, { actor }) => viewCandidateAdvisory(context, actor, params.id),
    cancelAdvisory: ({ params }, { actor }) => cancelAdvisory(context, actor, params.id),
    retryAdvisory: ({ params }, { actor }) => retryAdvisory(context, actor, params.id),
    aiUses: ({ query }, { actor }) => listUses(context, actor, query),
  }) satisfies Partial<Handlers>;
