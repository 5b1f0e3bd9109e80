/** The lab: which stage of training puts facts into a language model so that it can answer with them. */
import type { Lab } from '../lab.ts';
import { knowledgeInjectionDescription } from './description.ts';
import type { KnowledgeInjectionParams } from './params.ts';
import { KnowledgeInjectionSession } from './session.ts';

export const knowledgeInjection: Lab<KnowledgeInjectionParams, KnowledgeInjectionSession> = {
  ...knowledgeInjectionDescription,
  begin: async (params, seed) => new KnowledgeInjectionSession(params, seed),
};
