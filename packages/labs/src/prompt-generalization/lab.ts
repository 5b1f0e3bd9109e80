/** The lab: what makes a language model understand phrasings that it was not trained on. */
import type { Lab } from '../lab.ts';
import { promptGeneralizationDescription } from './description.ts';
import type { PromptGeneralizationParams } from './params.ts';
import { PromptGeneralizationSession } from './session.ts';

export const promptGeneralization: Lab<PromptGeneralizationParams, PromptGeneralizationSession> = {
  ...promptGeneralizationDescription,
  begin: async (params, seed) => new PromptGeneralizationSession(params, seed),
};
