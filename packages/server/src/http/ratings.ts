/** Scorecards and ratings. */
import type { Context } from '../context.ts';
import { prepareAnalysis } from '../decision/prepare-analysis.ts';
import { amendRating } from '../ratings/amend-rating.ts';
import { listNotes, listRatings } from '../ratings/list-ratings.ts';
import { saveDraft, saveNote } from '../ratings/save-draft.ts';
import { submitScorecard } from '../ratings/submit-scorecard.ts';
import { viewScorecard } from '../ratings/view-scorecard.ts';
import type { Handlers } from './exchange.ts';

export const ratingHandlers = (context: Context) =>
  ({
    scorecard: async ({ params }, { actor }) => viewScorecard(context, actor, params.id),
    saveDraft: async ({ params, body }, { actor }) =>
      saveDraft(context, actor, params.id, params.question, body),
    saveNote: async ({ params, body }, { actor }) => saveNote(context, actor, params.id, body),
    submitScorecard: async ({ params }, { actor }) => {
      const submitted = await submitScorecard(context, actor, params.id);
      if (submitted.revealed) prepareAnalysis(context, actor, params.id);
      return submitted;
    },
    amendRating: async ({ params, body }, { actor }) => amendRating(context, actor, params.id, body),
    listRatings: ({ params, query }, { actor }) => listRatings(context, actor, params.id, query),
    listNotes: ({ params, query }, { actor }) => listNotes(context, actor, params.id, query),
  }) satisfies Partial<Handlers>;
