/** What candidates may ask for, and retention. */
import type { Actor, Context } from '../context.ts';
import { notFound } from '../errors.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { candidateByAccess, issueDataLink, openDataLink } from '../privacy/data-links.ts';
import { heldData } from '../privacy/held-data.ts';
import * as requests from '../privacy/requests.ts';
import { runRetentionNow, setRetention, viewRetention } from '../privacy/retention.ts';
import type { Handlers } from './exchange.ts';

const done = { ok: true as const };

export function privacyHandlers(context: Context) {
  const { store } = context;
  /** The candidate alone; to everybody else there is nothing here. */
  const own = async (actor: Actor, candidateId: string) => {
    const { personId } = await store.as(actor.id, (tables) => findCandidate(tables, candidateId));
    if (personId !== actor.id) throw notFound('application');
    return heldData(store, candidateId, actor.id);
  };
  const file = async (data: Awaited<ReturnType<typeof heldData>>, lang: 'zh-CN' | 'en') => {
    // The fonts and the writer are loaded when somebody first asks.
    const { heldDataPdf } = await import('../privacy/held-data-pdf.ts');
    return {
      name: lang === 'en' ? 'my-data.pdf' : '我的数据.pdf',
      type: 'application/pdf',
      base64: (await heldDataPdf(data, lang)).toString('base64'),
    };
  };
  const byAccess = async (access: string) => heldData(store, await candidateByAccess(context, access), null);
  return {
    heldData: ({ params }, { actor }) => own(actor, params.id),
    heldDataPdf: async ({ params, query }, { actor }) => file(await own(actor, params.id), query.lang),
    askPrivacy: async ({ params, body }, { actor }) => {
      await requests.askPrivacy(context, actor, params.id, body);
      return done;
    },
    issueDataLink: ({ params }, { actor }) => issueDataLink(context, actor, params.id),
    openDataLink: ({ params }) => openDataLink(context, params.token),
    heldDataByLink: ({ body }) => byAccess(body.access),
    heldDataPdfByLink: async ({ body }) => file(await byAccess(body.access), body.lang),
    askPrivacyByLink: async ({ body: { access, ...ask } }) => {
      await requests.askPrivacyAs(context, await candidateByAccess(context, access), ask);
      return done;
    },
    listPrivacyRequests: ({ query }, { actor }) => requests.listPrivacyRequests(context, actor, query),
    decidePrivacyRequest: ({ params, body }, { actor }) =>
      requests.decidePrivacyRequest(context, actor, params.id, body),
    eraseCandidate: ({ params, body }, { actor }) => requests.eraseByLead(context, actor, params.id, body),
    legalHold: ({ params }, { actor }) => requests.viewHold(context, actor, params.id),
    setLegalHold: ({ params, body }, { actor }) =>
      requests.changeHold(context, actor, params.id, body.reason),
    liftLegalHold: ({ params }, { actor }) => requests.changeHold(context, actor, params.id, null),
    retention: (_, { actor }) => viewRetention(context, actor),
    setRetention: ({ body }, { actor }) => setRetention(context, actor, body),
    runRetention: (_, { actor }) => runRetentionNow(context, actor),
  } satisfies Partial<Handlers>;
}
