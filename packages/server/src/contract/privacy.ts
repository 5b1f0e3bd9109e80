/** What is held about a candidate, what candidates may ask for, and how long anything is kept. */
import { z } from '@hono/zod-openapi';
import { Id, Instant, Locale, Localised, Reason, Score } from './common.ts';

const Said = z.object({
  question: z.string(),
  /** A letter for each interviewer: never a name. */
  rater: z.string(),
  score: Score.nullable(),
  notAsked: z.string().nullable(),
  evidence: z.string(),
  kind: z.enum(['first', 'amendment']),
  reason: z.string().nullable(),
  at: Instant,
});

/** Everything that is held about one application. The same in the page, as JSON and as PDF. */
export const HeldData = z
  .object({
    format: z.literal('viva-held-data/1'),
    generatedAt: Instant,
    candidate: z.object({
      id: Id,
      name: z.string(),
      email: z.string().nullable(),
      addedAt: Instant,
      withdrawnAt: Instant.nullable(),
      withdrawnReason: z.string().nullable(),
    }),
    account: z.object({ email: z.string(), locale: Locale, createdAt: Instant }).nullable(),
    opening: z.object({ title: z.string(), status: z.enum(['draft', 'open', 'closed']) }),
    sessions: z.array(
      z.object({ scheduledAt: Instant, minutes: z.int(), place: z.string(), status: z.string() }),
    ),
    workSamples: z.array(
      z.object({
        lab: z.string(),
        params: z.record(z.string(), z.unknown()),
        seed: z.number(),
        metrics: z.record(z.string(), z.number().nullable()),
        conclusion: z.string(),
        attachedAt: Instant,
      }),
    ),
    /** What the candidate said, as it was handed in. */
    transcripts: z.array(z.object({ question: z.string(), body: z.string(), at: Instant })),
    /**
     * Scores, evidence, notes and comments stay sealed, from everybody, until the panel has rated independently and a
     * decision stands or the opening is closed.
     */
    ratings: z.object({
      state: z.enum(['sealed', 'available']),
      items: z.array(Said),
      notes: z.array(z.object({ rater: z.string(), body: z.string() })),
      comments: z.array(z.object({ body: z.string(), at: Instant })),
    }),
    decisions: z.array(
      z.object({ outcome: z.enum(['advance', 'hold', 'decline']), reason: z.string(), at: Instant }),
    ),
    /** Answers about oneself, while they are held; counted in groups and removed when the opening closes. */
    groupAnswers: z.array(z.object({ attribute: z.string(), value: z.string() })),
    practice: z.array(z.object({ kit: Localised, createdAt: Instant, text: z.array(z.string()) })),
    /** Which assistant feature touched the data, with which model, and whether it counted. */
    aiUse: z.array(
      z.object({
        feature: z.string(),
        model: z.string().nullable(),
        server: z.string().nullable(),
        at: Instant,
        counted: z.boolean(),
        detail: z.string(),
      }),
    ),
    requests: z.array(
      z.object({
        id: Id,
        kind: z.enum(['erasure', 'correction']),
        status: z.enum(['open', 'done', 'refused']),
        body: z.string(),
        answer: z.string().nullable(),
        askedAt: Instant,
        decidedAt: Instant.nullable(),
      }),
    ),
    log: z.array(z.object({ action: z.string(), at: Instant })),
    retention: z.object({ eraseAfterDays: z.int(), erasedOn: Instant.nullable(), held: z.boolean() }),
  })
  .openapi('HeldData');

export const PdfQuery = z.object({ lang: Locale.default('zh-CN') });
/** A file inside JSON: it passes through the same table of routes as everything else. */
export const FileOut = z
  .object({ name: z.string(), type: z.string(), base64: z.string() })
  .openapi('FileOut');

export const AskPrivacy = z
  .object({
    kind: z.enum(['erasure', 'correction']),
    /** What should be corrected, or why one asks; may be empty for an erasure. */
    body: z.string().trim().max(2_000).default(''),
    /** The second step of an erasure: it cannot be undone. */
    confirmed: z.boolean().default(false),
  })
  .openapi('AskPrivacy');

export const PrivacyRequest = z
  .object({
    id: Id,
    kind: z.enum(['erasure', 'correction']),
    candidateId: Id,
    candidateName: z.string(),
    openingId: Id,
    openingTitle: z.string(),
    status: z.enum(['open', 'done', 'refused']),
    body: z.string(),
    answer: z.string().nullable(),
    askedAt: Instant,
    decidedAt: Instant.nullable(),
  })
  .openapi('PrivacyRequest');

export const DecidePrivacy = z
  .object({
    outcome: z.enum(['done', 'refused']),
    answer: Reason,
    /** What a correction changes; other texts are corrected by what is added beside them. */
    name: z.string().trim().min(1).max(120).optional(),
    email: z.email().max(254).optional(),
  })
  .openapi('DecidePrivacy');

export const EraseCandidate = z
  .object({
    /** The candidate's name, typed once more. */
    confirm: z.string(),
    reason: Reason,
  })
  .openapi('EraseCandidate');
export const Erased = z.object({ erased: z.array(z.string()).max(10) }).openapi('Erased');

export const DataLink = z.object({ path: z.string(), expiresAt: Instant }).openapi('DataLink');
const Access = z.string().min(20).max(100);
export const OpenedLink = z.object({ access: Access, until: Instant }).openapi('OpenedLink');
export const WithAccess = z.object({ access: Access }).openapi('WithAccess');
export const PdfWithAccess = z
  .object({ access: Access, lang: Locale.default('zh-CN') })
  .openapi('PdfWithAccess');
export const AskWithAccess = AskPrivacy.extend({ access: Access }).openapi('AskWithAccess');

export const Hold = z.object({ reason: Reason }).openapi('Hold');
export const HoldState = z
  .object({ held: z.boolean(), reason: z.string().nullable(), since: Instant.nullable() })
  .openapi('HoldState');

const Days = z.int().min(1).max(3_650);
/** Days after which each kind of data goes by itself. */
export const RetentionRules = z
  .object({
    /** From the closing of the opening, or the withdrawal. */
    applications: Days,
    /** From the last change of a practice interview. */
    practice: Days,
    chats: Days,
    /** From the time it was asked and decided. */
    requests: Days,
  })
  .openapi('RetentionRules');
export const Retention = z
  .object({
    rules: RetentionRules,
    defaults: RetentionRules,
    /** What would go now, and what goes within thirty days. */
    due: z.array(z.object({ kind: z.string(), count: z.int(), soon: z.int(), held: z.int() })).max(10),
    runs: z.array(z.object({ at: Instant, counts: z.record(z.string(), z.int()), failed: z.int() })).max(50),
  })
  .openapi('Retention');
