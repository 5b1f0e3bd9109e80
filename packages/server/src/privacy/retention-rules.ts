/** How long each kind of data is kept: set by the owner, with defaults that are stated. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import { RetentionRules } from '../contract/privacy.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

export type Rules = z.infer<typeof RetentionRules>;

/**
 * Applications: two years, within which claims about a selection usually become time-barred (an organisation sets its
 * own). Practice and chats serve nobody but their owner: a year. What was asked and answered: three years, as proof.
 */
export const DEFAULT_RULES: Rules = { applications: 730, practice: 365, chats: 365, requests: 1_095 };

export const RULES_KEY = 'retention';
const DAY_MS = 86_400_000;

export async function readRules(tables: Tables): Promise<Rules> {
  const [row] = await tables.select().from(t.setting).where(eq(t.setting.key, RULES_KEY));
  const parsed = RetentionRules.safeParse(row ? JSON.parse(row.value) : DEFAULT_RULES);
  return parsed.success ? parsed.data : DEFAULT_RULES;
}

/** The moment from which something may go; null while its time has not begun. */
export const dueDate = (from: Date | null, days: number): Date | null =>
  from ? new Date(from.getTime() + days * DAY_MS) : null;

/** What was last changed before this moment is due. */
export const cutoff = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);
