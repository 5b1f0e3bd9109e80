/** Retention runs by itself: what is due goes, a legal hold keeps it, and every run is on record. */
import type { z } from '@hono/zod-openapi';
import { desc, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { Retention } from '../contract/privacy.ts';
import { forbidden } from '../errors.ts';
import { requireLead } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { doubtClock } from './doubt-clock.ts';
import { eraseCandidate } from './erase.ts';
import { cutoff, DEFAULT_RULES, RULES_KEY, type Rules, readRules } from './retention-rules.ts';
import { sweepErased } from './wipe.ts';

const SOON_DAYS = 30;
/** One run lets go of so many applications; the rest waits for the next. */
const MOST_A_RUN = 500;
const KEPT_RUNS = 10;

type Due = z.infer<typeof Retention>['due'];

/** When the time of an application begins: at its withdrawal, else at the closing of its opening. */
const ENDED = sql`coalesce(c.withdrawn_at, o.closed_at)`;
const HELD = sql`EXISTS (SELECT 1 FROM viva.legal_hold h WHERE h.candidate_id = c.id)`;
/** What a held application asked for is evidence as well. */
const REQUEST_HELD = sql`EXISTS (SELECT 1 FROM viva.legal_hold h WHERE h.candidate_id = privacy_request.candidate_id)`;

const one = async (tables: Tables, statement: ReturnType<typeof sql>) =>
  ((await tables.execute(statement)) as unknown as Record<string, number>[])[0] ?? {};

/** What would go now, what within thirty days, and what a hold keeps. Changes nothing. */
async function listDue(tables: Tables, rules: Rules, now: Date): Promise<Due> {
  const at = (days: number) => sql`${cutoff(now, days).toISOString()}::timestamptz`;
  const counts = async (
    kind: keyof Rules,
    from: ReturnType<typeof sql>,
    moment: ReturnType<typeof sql>,
    held = sql`false`,
  ) => {
    const days = rules[kind];
    const row = await one(
      tables,
      sql`SELECT count(*) FILTER (WHERE ${moment} <= ${at(days)} AND NOT ${held})::int AS count,
            count(*) FILTER (WHERE ${moment} > ${at(days)} AND ${moment} <= ${at(days - SOON_DAYS)} AND NOT ${held})::int AS soon,
            count(*) FILTER (WHERE ${moment} <= ${at(days)} AND ${held})::int AS held FROM ${from}`,
    );
    return { kind, count: row.count ?? 0, soon: row.soon ?? 0, held: row.held ?? 0 };
  };
  return [
    await counts(
      'applications',
      sql`viva.candidate c JOIN viva.opening o ON o.id = c.opening_id AND c.erased_at IS NULL`,
      ENDED,
      HELD,
    ),
    await counts('practice', sql`viva.practice`, sql`coalesce(finished_at, created_at)`),
    await counts('chats', sql`viva.chat`, sql`updated_at`),
    await counts('requests', sql`viva.privacy_request`, sql`decided_at`, REQUEST_HELD),
  ];
}

async function letGo(tables: Tables, rules: Rules, now: Date): Promise<Record<string, number>> {
  const before = (days: number) => sql`${cutoff(now, days).toISOString()}::timestamptz`;
  const removed = async (statement: ReturnType<typeof sql>): Promise<number> =>
    ((await tables.execute(statement)) as unknown as unknown[]).length;
  await tables.execute(
    sql`DELETE FROM viva.chat_turn WHERE chat_id IN (SELECT id FROM viva.chat WHERE updated_at <= ${before(rules.chats)})`,
  );
  return {
    chats: await removed(sql`DELETE FROM viva.chat WHERE updated_at <= ${before(rules.chats)} RETURNING 1`),
    practice: await removed(
      sql`DELETE FROM viva.practice WHERE coalesce(finished_at, created_at) <= ${before(rules.practice)} RETURNING 1`,
    ),
    requests: await removed(
      sql`DELETE FROM viva.privacy_request WHERE decided_at <= ${before(rules.requests)} AND NOT ${REQUEST_HELD} RETURNING 1`,
    ),
  };
}

/**
 * Lets go of what is due. Of several processes one does it: the others find the lock taken and leave.
 * @returns what went; undefined where another process is at it
 */
export async function runRetention(store: Store, actorId = ''): Promise<Record<string, number> | undefined> {
  const now = store.clock();
  const plan = await store.asKeeper(async (tables) => {
    const rules = await readRules(tables);
    const rows = (await tables.execute(
      sql`SELECT c.id FROM viva.candidate c JOIN viva.opening o ON o.id = c.opening_id
          WHERE c.erased_at IS NULL AND NOT ${HELD} AND ${ENDED} <= ${cutoff(now, rules.applications).toISOString()}::timestamptz
          ORDER BY ${ENDED}, c.id LIMIT ${MOST_A_RUN}`,
    )) as unknown as { id: string }[];
    return { rules, applications: rows.map(({ id }) => id) };
  });
  const id = store.newId();
  const counts = await store.asKeeper(async (tables) => {
    const { mine } = await one(tables, sql`SELECT pg_try_advisory_xact_lock(7410237)::int AS mine`);
    return mine ? letGo(tables, plan.rules, now) : undefined;
  });
  if (!counts) return undefined;
  let erased = 0;
  let failed = 0;
  // One that fails (its keys are held, or a hold was set meanwhile) must not keep the others.
  for (const candidateId of plan.applications)
    await eraseCandidate(store, candidateId, { cause: 'retention', actorId }).then(
      () => erased++,
      () => failed++,
    );
  const all = { applications: erased, ...counts };
  const changed = Object.values(all).some((count) => count > 0);
  await store.asKeeper(async (tables) => {
    await tables.insert(t.retentionRun).values({ id, at: now, counts: all, failed });
    if (changed || failed > 0)
      await appendAudit(store, tables, {
        action: 'retention.ran',
        subject: `retention/${id}`,
        detail: { ...all, failed },
      });
  }, actorId);
  if (erased > 0) await sweepErased(store);
  return all;
}

export async function viewRetention({ store }: Context, actor: Actor): Promise<z.infer<typeof Retention>> {
  requireLead(actor);
  return store.asKeeper(async (tables) => {
    const rules = await readRules(tables);
    const runs = await tables.select().from(t.retentionRun).orderBy(desc(t.retentionRun.at)).limit(KEPT_RUNS);
    return {
      rules,
      defaults: DEFAULT_RULES,
      due: await listDue(tables, rules, store.clock()),
      runs: runs.map(({ at, counts, failed }) => ({ at: at.toISOString(), counts, failed })),
    };
  });
}

/** @throws Refusal 403 for anybody but the owner */
export async function setRetention(context: Context, actor: Actor, rules: Rules) {
  if (actor.role !== 'owner') throw forbidden('the owner');
  const { store } = context;
  await store.asAuth(async (tables) => {
    await tables.execute(sql`SELECT set_config('viva.actor', ${actor.id}, true)`);
    const value = JSON.stringify(rules);
    await tables
      .insert(t.setting)
      .values({ key: RULES_KEY, value })
      .onConflictDoUpdate({ target: t.setting.key, set: { value } });
    await appendAudit(store, tables, {
      action: 'setting.changed',
      subject: `setting/${RULES_KEY}`,
      detail: { value: rules },
    });
  });
  return viewRetention(context, actor);
}

/** @throws Refusal 403 for anybody but the owner */
export async function runRetentionNow(context: Context, actor: Actor) {
  if (actor.role !== 'owner') throw forbidden('the owner');
  await runRetention(context.store, actor.id);
  return viewRetention(context, actor);
}

const DAY_MS = 86_400_000;

/**
 * Runs at once and then daily, and leaves a run out while the clock is in doubt: an erasure cannot be taken back.
 * @returns a function that stops it and waits for a run under way
 */
export function scheduleRetention(
  store: Store,
  { onFault, onDoubt }: { onFault: (error: unknown) => void; onDoubt: (why: string) => void },
): () => Promise<void> {
  const doubt = doubtClock(store);
  let running: Promise<unknown> = Promise.resolve();
  const runOnce = async (): Promise<void> => {
    const why = await doubt();
    if (why) onDoubt(why);
    else await runRetention(store);
  };
  const run = (): void => {
    running = runOnce().catch(onFault);
  };
  run();
  const timer = setInterval(run, DAY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
