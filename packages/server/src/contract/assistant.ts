/** The assistant: which model answers, chats over the bank, practice interviews. */
import { z } from '@hono/zod-openapi';
import { Id, Instant, Localised } from './common.ts';
import { MOST_TURNS } from './limits.ts';

const Locale = z.enum(['zh-CN', 'en']);

/** Any OpenAI-compatible server, or a GGUF file in the server's own process. A key stays in the server's environment. */
export const ModelSetting = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('openai-compatible'),
      baseUrl: z.url({ protocol: /^https?$/ }).max(500),
      model: z.string().trim().min(1).max(200),
      embeddingModel: z.string().trim().min(1).max(200).optional(),
      encoder: z.string().trim().min(1).max(1000).optional(),
      reranker: z.string().trim().min(1).max(1000).optional(),
      apiKeyEnv: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
        .max(100)
        .optional(),
    }),
    z.strictObject({
      kind: z.literal('llama-cpp'),
      file: z.string().trim().min(1).max(1000),
      embeddingFile: z.string().trim().min(1).max(1000).optional(),
      encoder: z.string().trim().min(1).max(1000).optional(),
      reranker: z.string().trim().min(1).max(1000).optional(),
      contextSize: z.int().min(256).max(1_000_000).optional(),
      threads: z.int().min(1).max(256).optional(),
    }),
  ])
  .openapi('ModelSetting');

export const AssistantStatus = z
  .object({
    state: z.enum(['none', 'ready', 'faulty']),
    model: z.string().nullable(),
    /** Where text is sent; null when it stays in the server's process. */
    host: z.string().nullable(),
    embeddings: z.boolean(),
    /** How far the passages' vectors are; null where the model makes none. */
    search: z
      .object({
        state: z.enum(['words', 'indexing', 'vectors', 'failed']),
        done: z.int(),
        total: z.int(),
        problem: z.string().nullable(),
      })
      .nullable(),
    /** Set here by the owner, or on the machine: by `viva assistant setup`, or by its environment. */
    from: z.enum(['setting', 'machine']).nullable(),
    problem: z.string().nullable(),
    /** For the owner alone. */
    setting: ModelSetting.nullable(),
  })
  .openapi('AssistantStatus');

export const ModelCheck = z
  .object({
    item: z.enum(['answer', 'stream', 'json', 'log-probabilities', 'embeddings', 'reranker', 'context']),
    outcome: z.enum(['works', 'repaired', 'absent', 'fails']),
    seconds: z.number().optional(),
    tokensPerSecond: z.number().optional(),
    estimated: z.boolean().optional(),
    count: z.number().optional(),
    problem: z.string().optional(),
  })
  .openapi('ModelCheck');

export const CitedPassage = z.object({
  question: z.string(),
  title: z.string(),
  section: z.string(),
  text: z.string(),
});

/** `passages`: no model is set up; what was found is shown as it stands. */
export const ChatAnswer = z.object({
  status: z.enum(['answered', 'refused', 'passages']),
  reason: z.enum(['nothing-found', 'not-in-passages', 'no-citation']).nullable(),
  text: z.string().nullable(),
  citations: z.array(z.object({ question: z.string(), title: z.string() })).max(50),
  passages: z.array(CitedPassage).max(50),
  model: z.string().nullable(),
  tokens: z.int(),
});

export const ChatTurn = z.object({ question: z.string(), answer: ChatAnswer, askedAt: Instant });
export const Chat = z
  .object({ id: Id, title: z.string(), updatedAt: Instant, turns: z.array(ChatTurn).max(MOST_TURNS) })
  .openapi('Chat');
export const ChatSummary = z.object({ id: Id, title: z.string(), updatedAt: Instant }).openapi('ChatSummary');
export const AskBank = z
  .object({
    question: z.string().trim().min(2, 'ask in at least 2 characters').max(2000),
    locale: Locale.optional(),
  })
  .openapi('AskBank');

export const PracticeKit = z
  .object({
    id: z.string(),
    title: Localised,
    /** Questions that can be practised: those of an opening that one applies to are left out. */
    questions: z.int(),
  })
  .openapi('PracticeKit');
export const BeginPractice = z
  .object({ kit: z.string().min(1).max(100), locale: Locale, questions: z.int().min(1).max(8).default(3) })
  .openapi('BeginPractice');
export const PracticeAnswer = z
  .object({ answer: z.string().trim().min(1, 'an answer is needed; "I do not know" is one').max(8000) })
  .openapi('PracticeAnswer');

export const PracticeRound = z.object({
  question: z.string(),
  title: z.string(),
  competency: z.string(),
  turns: z
    .array(z.object({ speaker: z.enum(['interviewer', 'candidate']), text: z.string() }))
    .max(MOST_TURNS),
  done: z.boolean(),
  /** Once the round is done and something was said. */
  review: z
    .object({
      level: z.int().nullable(),
      anchors: z
        .array(
          z.object({
            anchor: z.int(),
            text: z.string(),
            status: z.enum(['met', 'partly', 'missing']),
            quotes: z.array(z.string()).max(50),
            lacking: z.string(),
          }),
        )
        .max(5),
    })
    .nullable(),
  /** A lab that teaches it, with its parameters. */
  lab: z.object({ id: z.string(), params: z.record(z.string(), z.unknown()) }).nullable(),
});
export const Practice = z
  .object({
    id: Id,
    kit: z.string(),
    kitTitle: Localised,
    locale: Locale,
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    rounds: z.array(PracticeRound).max(8),
  })
  .openapi('Practice');
export const PracticeSummary = z
  .object({
    id: Id,
    kitTitle: Localised,
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    rounds: z
      .array(
        z.object({
          question: z.string(),
          title: z.string(),
          competency: z.string(),
          level: z.int().nullable(),
          done: z.boolean(),
        }),
      )
      .max(8),
  })
  .openapi('PracticeSummary');
