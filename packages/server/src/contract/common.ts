/** Shapes shared by every resource of the API. */
import { z } from '@hono/zod-openapi';

export const Id = z.uuid().openapi({ example: '6f1c2b1e-58a4-4a36-9a0f-0d1c3c8e4a11' });
export const Instant = z.iso.datetime().openapi({ example: '2026-11-23T09:30:00.000Z' });
export const Locale = z.enum(['zh-CN', 'en']);
export const Role = z.enum(['owner', 'lead', 'interviewer', 'candidate']);
export const Score = z.int().min(1).max(5);
/** How often something was saved; a column of 32 bits holds it, and one more. */
export const Revision = z
  .int()
  .min(0)
  .max(2 ** 31 - 2);

/** The least number of characters of evidence that a score needs. */
export const EVIDENCE_MIN = 40;
export const EVIDENCE_MAX = 8_000;
/** And of the conclusion of a work sample. */
export const CONCLUSION_MIN = 40;
export const REASON_MIN = 10;
export const REASON_MAX = 1_000;

/** A human reason, kept with the record that it explains. */
export const Reason = z
  .string()
  .trim()
  .min(REASON_MIN, `a reason has at least ${REASON_MIN} characters`)
  .max(REASON_MAX, `a reason has at most ${REASON_MAX} characters`)
  .openapi({ example: 'Li Na is on leave from Monday; Wang Wei takes her seat.' });

/** RFC 9457 problem details. `code` is stable and meant for programs; `detail` is meant for people. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    /** The fields at fault, as JSON pointers into the request body, or `query/…`, `path/…`. */
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    /** What the server holds, where the request clashed with it. */
    current: z.unknown().optional(),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof Problem>;

export const Localised = z.object({ 'zh-CN': z.string(), en: z.string() });

/** Paging: `limit` rows after `cursor`; `nextCursor` is null on the last page. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** A list that is short by nature and comes whole: `most` is held by what lets it grow (`limits.ts`). */
export const list = <T extends z.ZodType>(item: T, most: number) =>
  z.object({ items: z.array(item).max(most) });

export type Locale = z.infer<typeof Locale>;
export type Role = z.infer<typeof Role>;
