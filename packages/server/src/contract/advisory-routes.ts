/** Routes of transcripts, the advisory rater and its log. */
import { z } from '@hono/zod-openapi';
import * as advisory from './advisory.ts';
import { Id, PageQuery, page } from './common.ts';
import { route } from './route.ts';

export const advisoryRoutes = {
  advisorySetting: route({
    method: 'get',
    path: '/api/openings/{id}/advisory',
    tag: 'Advisory rater',
    summary: 'Whether and how an opening uses an advisory rater',
    response: advisory.AdvisorySetting,
  }),
  setAdvisory: route({
    method: 'put',
    path: '/api/openings/{id}/advisory',
    tag: 'Advisory rater',
    summary: 'Say whether one is used and counted; not once interviews have begun',
    body: advisory.SetAdvisory,
    response: advisory.AdvisorySetting,
  }),
  transcripts: route({
    method: 'get',
    path: '/api/candidates/{id}/transcripts',
    tag: 'Transcripts',
    summary: 'One’s own transcripts of what the candidate said, and after reveal all that were handed in',
    response: advisory.Transcripts,
  }),
  saveTranscript: route({
    method: 'put',
    path: '/api/candidates/{id}/transcripts/{question}',
    tag: 'Transcripts',
    summary: 'Save a transcript as a draft; repeating the same save is safe',
    body: advisory.SaveTranscript,
    response: advisory.Transcript,
  }),
  handInTranscript: route({
    method: 'post',
    path: '/api/candidates/{id}/transcripts/{question}/hand-in',
    tag: 'Transcripts',
    summary: 'Hand a transcript in: it is frozen, and the advisory rater, where one is used, rates it',
    body: advisory.HandInTranscript,
    response: advisory.Transcripts,
  }),
  candidateAdvisory: route({
    method: 'get',
    path: '/api/candidates/{id}/advisory',
    tag: 'Advisory rater',
    summary: 'How far it has come; what it gave only after reveal',
    response: advisory.CandidateAdvisory,
  }),
  cancelAdvisory: route({
    method: 'post',
    path: '/api/candidates/{id}/advisory/cancel',
    tag: 'Advisory rater',
    summary: 'Stop what waits or runs (leads)',
    response: advisory.CandidateAdvisory,
  }),
  retryAdvisory: route({
    method: 'post',
    path: '/api/candidates/{id}/advisory/retry',
    tag: 'Advisory rater',
    summary: 'Try again what failed or was stopped (leads)',
    response: advisory.CandidateAdvisory,
  }),
  aiUses: route({
    method: 'get',
    path: '/api/ai-uses',
    tag: 'Advisory rater',
    summary:
      'What a model was used for, the latest first: one’s own as a candidate, of revealed candidates for the team',
    query: PageQuery.extend({ opening: Id.optional(), candidate: Id.optional() }),
    response: page(advisory.AiUse).extend({ total: z.int() }),
  }),
};
