/** Openings, panels, candidates and sessions. */
import { z } from '@hono/zod-openapi';
import { SetAdvisory } from './advisory.ts';
import { Competency, QuestionText } from './bank.ts';
import { CONCLUSION_MIN, Id, Instant, Localised, Reason } from './common.ts';
import { GroupAttribute } from './fairness.ts';
import { MOST_COMPETENCIES, MOST_HOLDERS, MOST_ITEMS, MOST_SEATS, MOST_SESSIONS } from './limits.ts';
import { Email, PersonName } from './people.ts';

export const OpeningStatus = z.enum(['draft', 'open', 'closed']);

export const OpeningItem = z
  .object({
    question: z.string(),
    ordinal: z.int(),
    competency: z.string(),
    weight: z.number(),
    minutes: z.number(),
    kind: z.string(),
    title: Localised,
    /** The content hash of the question as pinned. */
    hash: z.string(),
  })
  .openapi('OpeningItem');

/** A seat of the panel. It is held by one person at a time; every change is kept with its reason. */
export const Seat = z
  .object({
    id: Id,
    ordinal: z.int(),
    holder: z.object({ personId: Id, name: z.string() }),
    history: z
      .array(
        z.object({
          personId: Id,
          name: z.string(),
          since: Instant,
          appointedBy: z.string(),
          reason: z.string().nullable(),
          calibration: z.enum(['passed', 'waived']),
          waiverReason: z.string().nullable(),
        }),
      )
      .max(MOST_HOLDERS),
  })
  .openapi('Seat');

export const OpeningSummary = z
  .object({
    id: Id,
    title: z.string(),
    status: OpeningStatus,
    demo: z.boolean(),
    kit: z.object({ id: z.string(), title: Localised }),
    candidates: z.int(),
    revealed: z.int(),
    panel: z.int(),
    createdAt: Instant,
    /** Whether the signed-in person holds a seat on the panel. */
    onPanel: z.boolean(),
  })
  .openapi('OpeningSummary');

export const Opening = OpeningSummary.extend({
  description: z.string(),
  kitHash: z.string(),
  scaleFamily: z.string(),
  competencies: z.array(Competency).max(MOST_COMPETENCIES),
  items: z.array(OpeningItem).max(MOST_ITEMS),
  seats: z.array(Seat).max(MOST_SEATS),
  /** Which voluntary group data candidates are asked for; none unless a lead says so. */
  askGroups: z.array(GroupAttribute).max(4),
  openedAt: Instant.nullable(),
  closedAt: Instant.nullable(),
}).openapi('Opening');

export const CreateOpening = z
  .object({
    title: z.string().trim().min(3, 'a title has at least 3 characters').max(160),
    description: z.string().trim().max(4_000).default(''),
    kit: z.string().min(1).max(100),
    /** Left out: no advisory rater is used. */
    advisory: SetAdvisory.optional(),
  })
  .openapi('CreateOpening');

/**
 * Only while the opening is a draft. `items` lists the questions that stay, with their weights; others of the bank on
 * the opening's competencies may join.
 */
export const UpdateOpening = z
  .object({
    title: z.string().trim().min(3).max(160).optional(),
    description: z.string().trim().max(4_000).optional(),
    items: z
      .array(z.object({ question: z.string(), weight: z.number().positive().max(100) }))
      .min(1)
      .max(MOST_ITEMS)
      .optional(),
    competencies: z
      .array(z.object({ id: z.string(), weight: z.number().positive().max(100) }))
      .min(1)
      .max(MOST_COMPETENCIES)
      .optional(),
    askGroups: z.array(GroupAttribute).max(4).optional(),
  })
  .openapi('UpdateOpening');

/** `waiver` is needed where the person has no valid calibration for the kit's scale family. */
export const Appoint = z.object({ personId: Id, waiver: Reason.optional() }).openapi('Appoint');
export const Substitute = z
  .object({ personId: Id, reason: Reason, waiver: Reason.optional() })
  .openapi('Substitute');
export const CloseOpening = z.object({ reason: Reason }).openapi('CloseOpening');

export const Eligible = z
  .object({
    personId: Id,
    name: z.string(),
    role: z.string(),
    calibrated: z.boolean(),
    expiresAt: Instant.nullable(),
  })
  .openapi('Eligible');

/** Whether each seat has locked, and nothing else: no time, no count of drafts. */
export const SeatLock = z
  .object({ seatId: Id, personId: Id, name: z.string(), locked: z.boolean() })
  .openapi('SeatLock');

export const Candidate = z
  .object({
    id: Id,
    openingId: Id,
    name: z.string(),
    email: z.string().nullable(),
    status: z.enum(['active', 'withdrawn']),
    createdAt: Instant,
    locks: z.array(SeatLock).max(MOST_SEATS),
    revealed: z.boolean(),
    reveal: z
      .object({ cause: z.enum(['complete', 'closed']), reason: z.string().nullable(), at: Instant })
      .nullable(),
    /** The latest decision, with its reason; never a number. */
    decision: z
      .object({
        outcome: z.enum(['advance', 'hold', 'decline']),
        reason: z.string(),
        by: z.string(),
        at: Instant,
      })
      .nullable(),
    /** What the signed-in person still owes: `none` where they hold no seat. */
    mine: z.enum(['none', 'to-score', 'locked']),
  })
  .openapi('Candidate');

export const AddCandidate = z.object({ name: PersonName, email: Email.optional() }).openapi('AddCandidate');
export const UpdateCandidate = z
  .object({ name: PersonName.optional(), email: Email.nullable().optional() })
  .openapi('UpdateCandidate');
export const Withdraw = z.object({ reason: Reason }).openapi('Withdraw');
export const ClosePanel = z.object({ reason: Reason }).openapi('ClosePanel');
export const RecordDecision = z
  .object({ outcome: z.enum(['advance', 'hold', 'decline']), reason: Reason })
  .openapi('RecordDecision');

export const Session = z
  .object({
    id: Id,
    candidateId: Id,
    candidateName: z.string(),
    openingId: Id,
    openingTitle: z.string(),
    scheduledAt: Instant,
    minutes: z.int(),
    place: z.string(),
    status: z.enum(['scheduled', 'running', 'ended', 'cancelled']),
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    mine: z.enum(['none', 'to-score', 'locked']),
  })
  .openapi('Session');

/** A time that a calendar and a database hold. */
const Appointment = Instant.refine(
  (text) => text >= '2000' && text < '2200',
  'choose a time between the years 2000 and 2200',
);
export const ScheduleSession = z
  .object({
    scheduledAt: Appointment,
    minutes: z.int().min(5, 'a session lasts at least 5 minutes').max(480),
    place: z.string().trim().max(300).default(''),
  })
  .openapi('ScheduleSession');
export const UpdateSession = z
  .object({
    scheduledAt: Appointment.optional(),
    minutes: z.int().min(5).max(480).optional(),
    place: z.string().trim().max(300).optional(),
    status: z.enum(['running', 'ended', 'cancelled']).optional(),
  })
  .openapi('UpdateSession');

export const Comment = z
  .object({
    id: Id,
    author: z.string(),
    authorId: Id,
    body: z.string(),
    question: z.string().nullable(),
    createdAt: Instant,
  })
  .openapi('Comment');
export const AddComment = z
  .object({
    body: z.string().trim().min(1, 'a comment is not empty').max(4_000),
    question: z.string().max(100).nullable().default(null),
  })
  .openapi('AddComment');

/** A pinned question with everything that the scoring page shows. */
export const PinnedQuestion = OpeningItem.extend({
  text: z.object({ 'zh-CN': QuestionText, en: QuestionText }),
}).openapi('PinnedQuestion');

/** What a candidate's own account sees of one application. */
export const Application = z
  .object({
    candidateId: Id,
    openingTitle: z.string(),
    status: z.enum(['active', 'withdrawn']),
    sessions: z
      .array(
        z.object({
          scheduledAt: Instant,
          minutes: z.int(),
          place: z.string(),
          status: z.enum(['scheduled', 'running', 'ended', 'cancelled']),
        }),
      )
      .max(MOST_SESSIONS),
    interviewers: z.array(z.string()).max(MOST_SEATS),
    competencies: z.array(z.object({ title: Localised, description: Localised })).max(MOST_COMPETENCIES),
  })
  .openapi('Application');

/** A run of a lab, as the candidate attached it. */
export const WorkSample = z
  .object({
    id: Id,
    candidateId: Id,
    lab: z.string(),
    params: z.record(z.string(), z.unknown()),
    seed: z.int(),
    /** What it ran on, e.g. `wasm`. */
    engine: z.string(),
    metrics: z.record(z.string(), z.number().nullable()),
    conclusion: z.string(),
    attachedAt: Instant,
  })
  .openapi('WorkSample');

/** Settings and figures together stay small: they are a record, not a recording. */
const small = (most: number) => (value: object) => JSON.stringify(value).length <= most;
export const AttachWorkSample = z
  .object({
    lab: z.string().regex(/^[a-z0-9-]{1,60}$/, 'a lab is named by lower-case letters, digits and hyphens'),
    params: z
      .record(z.string(), z.unknown())
      .refine(small(20_000), 'settings have at most 20,000 characters'),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    engine: z.string().trim().min(1).max(100),
    metrics: z
      .record(z.string(), z.number().nullable())
      .refine(small(20_000), 'figures have at most 20,000 characters'),
    conclusion: z
      .string()
      .trim()
      .min(CONCLUSION_MIN, `a conclusion has at least ${CONCLUSION_MIN} characters`)
      .max(8_000),
  })
  .openapi('AttachWorkSample');
