/** Naming the language model: the owner's alone, for it decides where text of candidates may go. */

import type { z } from '@hono/zod-openapi';
import { AssistantError, type ModelConfiguration } from '@viva/assistant';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { AssistantStatus, ModelCheck, ModelSetting } from '../contract/assistant.ts';
import { forbidden } from '../errors.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';
import { refuse } from './models.ts';

function requireOwner(actor: Actor): void {
  if (actor.role !== 'owner') throw forbidden('the owner');
}

async function view(
  { models }: Context,
  tables: Tables,
  actor: Actor,
): Promise<z.infer<typeof AssistantStatus>> {
  return {
    ...(await models.status(tables)),
    setting: actor.role === 'owner' ? await models.setting(tables) : null,
  };
}

export const assistantStatus = (context: Context, actor: Actor) =>
  context.store.as(actor.id, (tables) => view(context, tables, actor));

/** @throws Refusal 403 for all but the owner */
export async function setAssistant(
  context: Context,
  actor: Actor,
  setting: z.output<typeof ModelSetting>,
): Promise<z.infer<typeof AssistantStatus>> {
  requireOwner(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const configuration = setting as ModelConfiguration;
    const row = { configuration, setBy: actor.id, setAt: store.clock() };
    await tables
      .insert(t.assistantSetting)
      .values(row)
      .onConflictDoUpdate({ target: t.assistantSetting.one, set: row });
    await appendAudit(store, tables, {
      action: 'assistant.set',
      subject: 'assistant',
      detail: { ...setting },
    });
    return view(context, tables, actor);
  });
}

export async function removeAssistant(
  context: Context,
  actor: Actor,
): Promise<z.infer<typeof AssistantStatus>> {
  requireOwner(actor);
  return context.store.as(actor.id, async (tables) => {
    await tables.delete(t.assistantSetting);
    await appendAudit(context.store, tables, { action: 'assistant.removed', subject: 'assistant' });
    return view(context, tables, actor);
  });
}

/** @throws Refusal 403; 409 where no model is set up. A check that fails is part of the answer. */
export async function checkAssistant(
  { store, models }: Context,
  actor: Actor,
  signal: AbortSignal,
): Promise<z.infer<typeof ModelCheck>[]> {
  requireOwner(actor);
  // The model is asked outside the transaction: it may take minutes.
  const model = await store.as(actor.id, (tables) => models.model(tables));
  try {
    return await models.check(model, signal);
  } catch (error) {
    if (error instanceof AssistantError) refuse(error);
    throw error;
  }
}
