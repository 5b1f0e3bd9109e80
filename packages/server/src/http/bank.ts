/** The bank, calibration, search and settings. */

import type { z } from '@hono/zod-openapi';
import { findQuestions } from '@viva/assistant';
import type { Kit, Question } from '@viva/bank';
import { currentBank } from '../authoring/current-bank.ts';
import {
  listAttempts,
  listCalibrations,
  submitCalibration,
  viewCalibration,
} from '../calibration/calibrate.ts';
import { viewCertificate } from '../calibration/certificate.ts';
import { practiseCalibration, viewPractice } from '../calibration/practise.ts';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/bank.ts';
import { notFound } from '../errors.ts';
import { pageOf } from '../interview/paging.ts';
import { requireTeam } from '../interview/permissions.ts';
import { search } from '../search/search.ts';
import { readSettings, updateSettings } from '../settings/settings.ts';
import type { Handlers } from './exchange.ts';

const both = <T>(of: (locale: 'zh-CN' | 'en') => T): { 'zh-CN': T; en: T } => ({
  'zh-CN': of('zh-CN'),
  en: of('en'),
});

const toSummary = ({
  id,
  area,
  kind,
  competency,
  difficulty,
  minutes,
  tags,
  hash,
  text,
}: Question): z.infer<typeof contract.QuestionSummary> => ({
  id,
  area,
  kind,
  competency,
  difficulty,
  minutes,
  tags: [...tags],
  hash,
  title: both((locale) => text[locale].title),
});

const toQuestion = (question: Question): z.infer<typeof contract.Question> => ({
  ...toSummary(question),
  lab: question.lab ?? null,
  sources: question.sources.map((source) => ({ ...source })),
  claims: question.claims.map(({ id, text, source, at, check }) => ({
    id,
    text,
    source,
    at,
    check: check ? { ...check, seeds: [...check.seeds], assert: [...check.assert] } : null,
  })),
  text: both((locale) => ({
    ...question.text[locale],
    anchors: [...question.text[locale].anchors],
    probes: [...question.text[locale].probes],
    mistakes: [...question.text[locale].mistakes],
    fair: [...question.text[locale].fair],
  })),
});

const toKit = (kit: Kit, questions: ReadonlyMap<string, Question>): z.infer<typeof contract.Kit> => ({
  id: kit.id,
  title: both((locale) => kit.text[locale].title),
  summary: both((locale) => kit.text[locale].summary),
  scaleFamily: kit.scaleFamily,
  competencies: kit.competencies.map(({ id, weight, text }) => ({
    id,
    weight,
    title: both((locale) => text[locale].title),
    description: both((locale) => text[locale].description),
  })),
  items: kit.items.map(({ question: id, weight }) => {
    const question = questions.get(id);
    if (!question) throw new Error(`kit ${kit.id} names question ${id}, which the bank lacks`);
    return {
      question: id,
      weight,
      competency: question.competency,
      minutes: question.minutes,
      title: both((locale) => question.text[locale].title),
    };
  }),
  hash: kit.hash,
});

export const bankHandlers = (context: Context) => {
  /** With the versions that are published now. */
  const read = async (actor: Actor) => {
    requireTeam(actor);
    return context.store.as(actor.id, (tables) => currentBank(context, tables));
  };
  return {
    listQuestions: async ({ query }, { actor }) => {
      const { q, area, kind } = query;
      const bank = await read(actor);
      const fits = (question: Question) =>
        (!area || question.area === area) && (!kind || question.kind === kind);
      const byId = ({ id }: { id: string }) => id;
      if (!q?.trim()) {
        const { items, nextCursor } = pageOf([...bank.questions.values()].filter(fits), query, byId);
        return { items: items.map(toSummary), nextCursor };
      }
      const found = await findQuestions(bank, q, { limit: 50 });
      const items = found.flatMap(({ question, snippet }) =>
        fits(question) ? [{ ...toSummary(question), snippet }] : [],
      );
      return pageOf(items, query, byId);
    },
    question: async ({ params }, { actor }) => {
      const bank = await read(actor);
      const question = bank.questions.get(params.question);
      if (!question) throw notFound('question');
      return toQuestion(question);
    },
    listKits: async ({ query }, { actor }) => {
      const bank = await read(actor);
      const { items, nextCursor } = pageOf([...bank.kits.values()], query, ({ id }) => id);
      return { items: items.map((kit) => toKit(kit, bank.questions)), nextCursor };
    },
    kit: async ({ params }, { actor }) => {
      const bank = await read(actor);
      const kit = bank.kits.get(params.kit);
      if (!kit) throw notFound('kit');
      return toKit(kit, bank.questions);
    },
    errata: async (_, { actor }) => {
      const bank = await read(actor);
      const { text, sources, entries } = bank.errata;
      return {
        title: both((locale) => text[locale].title),
        intro: both((locale) => text[locale].intro),
        sources: sources.map((source) => ({ ...source })),
        entries: entries.map(({ id, verdict, text: own, evidence, question: about }) => {
          const question = about === undefined ? undefined : bank.questions.get(about);
          return {
            id,
            verdict,
            says: both((locale) => own[locale].says),
            finding: both((locale) => own[locale].finding),
            evidence: [...evidence],
            question: question
              ? { id: question.id, title: both((locale) => question.text[locale].title) }
              : null,
          };
        }),
      };
    },
    settings: async (_, { actor }) => {
      requireTeam(actor);
      return readSettings(context);
    },
    updateSettings: async ({ body }, { actor }) => updateSettings(context, actor, body),
    listCalibrations: async ({ query }, { actor }) =>
      pageOf(await listCalibrations(context, actor), query, ({ family }) => family),
    certificate: ({ params }, { actor }) => viewCertificate(context, actor, params.id),
    calibration: async ({ params }, { actor }) => viewCalibration(context, actor, params.family),
    submitCalibration: async ({ params, body }, { actor }) =>
      submitCalibration(context, actor, params.family, body),
    listCalibrationAttempts: ({ params, query }, { actor }) =>
      listAttempts(context, actor, params.family, query),
    calibrationPractice: async ({ params }, { actor }) => viewPractice(context, actor, params.family),
    practiseCalibration: async ({ params, body }, { actor }) =>
      practiseCalibration(context, actor, params.family, body),
    search: async ({ query }, { actor }) => ({ items: await search(context, actor, query.q) }),
  } satisfies Partial<Handlers>;
};
