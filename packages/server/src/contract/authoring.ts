/** Writing questions: proposals, review, published versions, use and statistics. For owners and leads. */
import { z } from '@hono/zod-openapi';
import { Id, Instant, Localised, PageQuery, Reason, Revision } from './common.ts';
import { AuditEntry } from './decision.ts';
import { MOST_EVENTS, MOST_USES, MOST_VERSIONS } from './limits.ts';

/** PostgreSQL's text holds no NUL. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\u0000'), 'no NUL character');
const Line = text(2_000);
const Block = text(20_000);
const Slug = z
  .string()
  .max(80)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens');

const Text = z.object({
  title: Line,
  prompt: Block,
  answer: Block,
  anchors: z.tuple([Block, Block, Block, Block, Block]),
  probes: z.array(Line).max(20),
  mistakes: z.array(Line).max(20),
  fair: z.array(Line).max(20),
  parallel: Block.optional(),
});

/** A question as its author has it so far: of the right shape, not yet of the right content. */
export const QuestionContent = z
  .object({
    id: Slug,
    area: Slug,
    kind: z.enum(['knowledge', 'experiment', 'case', 'ethics', 'behavioural', 'situational']),
    competency: text(80),
    difficulty: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
    minutes: z.number().min(0).max(1_000),
    tags: z.array(text(80)).max(30),
    lab: z.object({ id: text(80), params: z.record(z.string(), z.unknown()) }).optional(),
    sources: z
      .array(
        z.object({
          id: text(80),
          title: Line,
          authors: Line,
          year: z.number().min(0).max(9_999),
          venue: Line.optional(),
          url: Line.optional(),
          doi: Line.optional(),
          number: Line.optional(),
        }),
      )
      .max(60),
    claims: z
      .array(
        z.object({
          id: text(80),
          text: z.object({ 'zh-CN': Line, en: Line }),
          source: text(80).optional(),
          at: Line.optional(),
          check: z
            .object({
              lab: text(80),
              params: z.record(z.string(), z.unknown()),
              seeds: z.array(z.int()).max(50),
              assert: z.array(Line).max(20),
            })
            .optional(),
        }),
      )
      .max(30),
    text: z.object({ 'zh-CN': Text, en: Text }),
  })
  .openapi('QuestionContent');

export const ProposalState = z.enum(['draft', 'proposed', 'changes-requested', 'published', 'withdrawn']);

export const ProposalSummary = z
  .object({
    id: Id,
    question: z.string(),
    title: Localised,
    state: ProposalState,
    /** Whether it makes a question that the bank does not have yet. */
    isNew: z.boolean(),
    author: z.object({ id: Id, name: z.string() }),
    /** What changes, and why, in the author's words. */
    summary: z.string(),
    createdAt: Instant,
    changedAt: Instant,
  })
  .openapi('ProposalSummary');

const Finding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  /** JSON pointer into the content. */
  at: z.string(),
  /** From 1, within the text there. */
  line: z.int().optional(),
});

/** What the signed-in person may do to a proposal as it stands. */
const ProposalAction = z.enum(['edit', 'propose', 'recall', 'review', 'withdraw', 'comment', 'rebase']);

export const Proposal = ProposalSummary.extend({
  content: QuestionContent,
  /** Goes up by one with every save; send the last one you saw. */
  revision: z.int(),
  savedAt: Instant,
  /** What it changes; version 0 is the bank folder's. Null for a new question. */
  base: z.object({ version: z.int(), hash: z.string(), content: QuestionContent }).nullable(),
  /** Another version has become the published one since; take it as the base before proposing. */
  baseMoved: z.boolean(),
  /** Of the content as it was proposed; a reviewer sends back the one that was read. */
  proposedHash: z.string().nullable(),
  /** The version that it was published as. */
  version: z.int().nullable(),
  findings: z.array(Finding).max(500),
  may: z.array(ProposalAction).max(10),
  events: z
    .array(
      z.object({
        id: Id,
        kind: z.enum([
          'comment',
          'proposed',
          'recalled',
          'changes-requested',
          'rebased',
          'published',
          'withdrawn',
        ]),
        by: z.string(),
        byId: Id,
        body: z.string(),
        place: z.string().nullable(),
        at: Instant,
      }),
    )
    .max(MOST_EVENTS),
}).openapi('Proposal');

/** For a change, the id of a question of the bank; for a new one, its id, area and what it is about. */
export const StartProposal = z
  .union([
    z.object({ question: z.string().min(1).max(80) }).strict(),
    z
      .object({
        create: z.object({
          id: Slug,
          area: Slug,
          kind: QuestionContent.shape.kind,
          competency: text(80),
          title: Localised.extend({ 'zh-CN': Line, en: Line }),
        }),
      })
      .strict(),
  ])
  .openapi('StartProposal');

export const SaveContent = z
  .object({ content: QuestionContent, baseRevision: Revision })
  .openapi('SaveContent');
export const SavedContent = z.object({ revision: z.int(), savedAt: Instant }).openapi('SavedContent');

export const Propose = z
  .object({
    summary: z.string().trim().min(10, 'say in ten characters or more what changes and why').max(2_000),
    /** The revision that is proposed: a save that is still on its way is not left behind. */
    revision: Revision.min(1),
  })
  .openapi('Propose');
export const RequestChanges = z.object({ body: Reason }).openapi('RequestChanges');
export const Publish = z
  .object({ hash: z.string().length(64), body: z.string().trim().max(1_000).default('') })
  .openapi('Publish');
export const WithdrawProposal = z.object({ reason: Reason }).openapi('WithdrawProposal');
export const CommentOnProposal = z
  .object({
    body: z.string().trim().min(1, 'a comment is not empty').max(4_000),
    /** The part that it is about, e.g. `answer`, `anchors/2`. */
    place: z.string().max(200).nullable().default(null),
  })
  .openapi('CommentOnProposal');
export const ProposalQuery = PageQuery.extend({
  /** Those that are not published or withdrawn, or all. */
  which: z.enum(['live', 'all']).default('live'),
  question: z.string().max(80).optional(),
});

export const QuestionVersion = z
  .object({
    /** 0 is the bank folder's. */
    version: z.int(),
    hash: z.string(),
    /** What new openings take. */
    current: z.boolean(),
    summary: z.string(),
    author: z.string().nullable(),
    publishedBy: z.string().nullable(),
    publishedAt: Instant.nullable(),
    proposal: Id.nullable(),
    retired: z.object({ by: z.string(), reason: z.string(), at: Instant }).nullable(),
    /** Openings that have pinned it. */
    openings: z.int(),
  })
  .openapi('QuestionVersion');

export const AuthoredQuestion = z
  .object({
    question: z.string(),
    title: Localised,
    versions: z.array(QuestionVersion).max(MOST_VERSIONS),
    /** The proposal that somebody is at work on. */
    live: ProposalSummary.nullable(),
    openings: z
      .array(
        z.object({
          id: Id,
          title: z.string(),
          status: z.enum(['draft', 'open', 'closed']),
          hash: z.string(),
          /** Null for a version that neither the folder nor the database has any more. */
          version: z.int().nullable(),
        }),
      )
      .max(MOST_USES),
    kits: z.array(z.object({ id: z.string(), title: Localised, weight: z.number() })),
    history: z.array(AuditEntry).max(MOST_EVENTS),
  })
  .openapi('AuthoredQuestion');

export const VersionContent = z
  .object({ version: z.int(), hash: z.string(), content: QuestionContent })
  .openapi('VersionContent');

/** Put them into the bank's folder, and it holds this version. */
export const QuestionFolder = z
  .object({ hash: z.string(), files: z.array(z.object({ path: z.string(), text: z.string() })) })
  .openapi('QuestionFolder');

export const RetireVersion = z.object({ reason: Reason }).openapi('RetireVersion');

export const Vocabulary = z
  .object({
    areas: z.array(z.string()),
    competencies: z.array(
      z.object({ id: z.string(), title: Localised, description: Localised, boundary: Localised }),
    ),
    tags: z.array(z.string()),
    /** Every id that is taken, retired questions included. */
    ids: z.array(z.string()),
  })
  .openapi('Vocabulary');

const Estimate = z.object({ value: z.number(), lower: z.number(), upper: z.number() });
const Said = z.object({ code: z.string(), level: z.enum(['fatal', 'limits', 'note']), text: Localised });

/** Over first ratings of revealed candidates of every opening that asked the question, and of nobody else. */
export const QuestionStatistics = z
  .object({
    basis: z.enum(['model', 'plain', 'none']),
    openings: z.int(),
    candidates: z.int(),
    raters: z.int(),
    ratings: z.int(),
    /** Revealed scorecards in which it was not asked. */
    notAsked: z.int(),
    statements: z.array(Said).max(100),
    versions: z
      .array(
        z.object({
          hash: z.string(),
          version: z.int().nullable(),
          ratings: z.int(),
          mean: z.number().nullable(),
          /** Logits against the other questions of these openings: positive is harder; 95 % interval. */
          difficulty: Estimate.nullable(),
          /** What an average candidate gets from an average interviewer. */
          fairAverage: z.number().nullable(),
          infit: z.number().nullable(),
          infitZ: z.number().nullable(),
          outfit: z.number().nullable(),
          outfitZ: z.number().nullable(),
        }),
      )
      .max(MOST_VERSIONS),
    /** Scale points and how often each was given, over the versions together. */
    anchors: z
      .array(
        z.object({
          point: z.int(),
          count: z.int(),
          /** Where never given: the largest true share that such a run would still leave at 95 %. */
          atMost: z.number().nullable(),
        }),
      )
      .max(5),
    /** Extra severity of each rater on this question, logits; in halves of time, and from the one to the other. */
    people: z
      .array(
        z.object({
          raterId: Id,
          name: z.string(),
          ratings: z.int(),
          severity: Estimate.nullable(),
          early: Estimate.nullable(),
          late: Estimate.nullable(),
          drift: Estimate.extend({ pAdjusted: z.number() }).nullable(),
          /** Without a model: own scores less the others' on the same answers. */
          difference: z.number().nullable(),
        }),
      )
      .max(MOST_USES),
    /** Where the halves part. */
    split: Instant.nullable(),
  })
  .openapi('QuestionStatistics');
