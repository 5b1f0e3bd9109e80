/** Openings, panels and the decision page. */
import type { Context } from '../context.ts';
import { listAudit } from '../decision/list-audit.ts';
import { listEvidence } from '../decision/list-evidence.ts';
import { decisionReport } from '../decision/report.ts';
import { createOpening } from '../interview/create-opening.ts';
import { closeOpening, openOpening } from '../interview/open-opening.ts';
import { appoint, listEligible, removeSeat, substitute } from '../interview/panel.ts';
import { requireTeam } from '../interview/permissions.ts';
import { updateOpening } from '../interview/update-opening.ts';
import { listOpenings, viewOpening } from '../interview/view-opening.ts';
import type { Handlers } from './exchange.ts';

export const openingHandlers = (context: Context) =>
  ({
    listOpenings: async ({ query }, { actor }) => {
      requireTeam(actor);
      return context.store.as(actor.id, (tables) => listOpenings(tables, actor, query));
    },
    createOpening: async ({ body }, { actor }) => createOpening(context, actor, body),
    opening: async ({ params }, { actor }) => {
      requireTeam(actor);
      return context.store.as(actor.id, (tables) => viewOpening(tables, params.id, actor));
    },
    updateOpening: async ({ params, body }, { actor }) => updateOpening(context, actor, params.id, body),
    openOpening: async ({ params }, { actor }) => openOpening(context, actor, params.id),
    closeOpening: async ({ params, body }, { actor }) => closeOpening(context, actor, params.id, body.reason),
    eligible: ({ params, query }, { actor }) => listEligible(context, actor, params.id, query),
    appoint: async ({ params, body }, { actor }) => appoint(context, actor, params.id, body),
    removeSeat: async ({ params }, { actor }) => removeSeat(context, actor, params.id, params.seatId),
    substitute: async ({ params, body }, { actor }) =>
      substitute(context, actor, params.id, params.seatId, body),
    openingAudit: async ({ params, query }, { actor }) => listAudit(context, actor, params.id, query),
    decisionReport: async ({ params, query }, { actor }) => decisionReport(context, actor, params.id, query),
    decisionEvidence: async ({ params, query }, { actor }) => listEvidence(context, actor, params.id, query),
  }) satisfies Partial<Handlers>;
