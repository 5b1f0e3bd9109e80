/** Voluntary group data and what is computed from them: adverse impact of an opening's decisions. */
import { z } from '@hono/zod-openapi';

/** What an opening may ask, and the answers that there are; every question may be left open. */
export const GROUP_ATTRIBUTES = {
  gender: ['woman', 'man', 'another'],
  age: ['under-40', '40-and-over'],
  /** The categories of the US equal-opportunity reports, which New York's audit rule asks for. */
  ethnicity: ['hispanic', 'white', 'black', 'asian', 'pacific', 'native', 'two-or-more'],
  disability: ['yes', 'no'],
} as const;

export type GroupAttribute = keyof typeof GROUP_ATTRIBUTES;
export const GroupAttribute = z.enum(Object.keys(GROUP_ATTRIBUTES) as [GroupAttribute, ...GroupAttribute[]]);

/** Which attributes this opening asks for, and the candidate's own answers. */
export const GroupAnswers = z
  .object({
    asked: z.array(GroupAttribute).max(4),
    answers: z.partialRecord(GroupAttribute, z.string()),
    /** Whether answers can still be given or taken back. */
    open: z.boolean(),
  })
  .openapi('GroupAnswers');

/** Null takes an answer back; an attribute that is not named stays as it is. */
export const AnswerGroups = z
  .object({ answers: z.partialRecord(GroupAttribute, z.string().max(40).nullable()) })
  .openapi('AnswerGroups');

export const ImpactGroup = z.object({
  group: z.string(),
  selected: z.int(),
  total: z.int(),
  rate: z.number().nullable(),
  /** Rate over the highest rate. */
  ratio: z.number().nullable(),
  /** Ratio below four fifths. */
  below: z.boolean(),
  /** Two-sided, Fisher's exact test against the reference, and mid-p; null for the reference itself. */
  p: z.number().nullable(),
  midP: z.number().nullable(),
  /** One decision the other way would carry the ratio across four fifths. */
  fragile: z.boolean(),
});

/** `not-asked`; `open`: counted when the opening closes; `too-few`: no two groups of five; else what was counted. */
export const Impact = z
  .object({
    state: z.enum(['not-asked', 'open', 'too-few', 'counted']),
    attributes: z
      .array(
        z.object({ attribute: GroupAttribute, reference: z.string(), groups: z.array(ImpactGroup).max(10) }),
      )
      .max(4),
  })
  .openapi('Impact');
