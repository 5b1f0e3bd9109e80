/** The tables as Drizzle sees them. The migrations make them; a test holds the two in step. */

import type { z } from '@hono/zod-openapi';
import type { ModelConfiguration, Practice } from '@viva/assistant';
import type { Question, QuestionContent } from '@viva/bank';
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ChatAnswer } from '../contract/assistant.ts';
import type { GroupAttribute } from '../contract/fairness.ts';

const auth = pgSchema('viva_auth');
const viva = pgSchema('viva');
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const accountUser = auth.table('account_user', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull(),
  emailVerified: boolean('email_verified').notNull(),
  image: text('image'),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
  twoFactorEnabled: boolean('two_factor_enabled').notNull().default(false),
});
export const authSession = auth.table('session', {
  id: text('id').primaryKey(),
  expiresAt: at('expires_at').notNull(),
  token: text('token').notNull(),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
  ipAddress: text('ip_address'),
  userAgent: text('user_agent'),
  userId: text('user_id').notNull(),
});
export const account = auth.table('account', {
  id: text('id').primaryKey(),
  accountId: text('account_id').notNull(),
  providerId: text('provider_id').notNull(),
  userId: text('user_id').notNull(),
  accessToken: text('access_token'),
  refreshToken: text('refresh_token'),
  idToken: text('id_token'),
  accessTokenExpiresAt: at('access_token_expires_at'),
  refreshTokenExpiresAt: at('refresh_token_expires_at'),
  scope: text('scope'),
  password: text('password'),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
});
export const verification = auth.table('verification', {
  id: text('id').primaryKey(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: at('expires_at').notNull(),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
});
export const twoFactor = auth.table('two_factor', {
  id: text('id').primaryKey(),
  secret: text('secret').notNull(),
  backupCodes: text('backup_codes').notNull(),
  userId: text('user_id').notNull(),
  verified: boolean('verified').notNull(),
  failedVerificationCount: integer('failed_verification_count').notNull(),
  lockedUntil: at('locked_until'),
});
export const passkey = auth.table('passkey', {
  id: uuid('id').primaryKey(),
  userId: text('user_id').notNull(),
  name: text('name').notNull(),
  credentialId: text('credential_id').notNull(),
  publicKey: text('public_key').notNull(),
  counter: bigint('counter', { mode: 'number' }).notNull(),
  /** Separated by commas. */
  transports: text('transports').notNull(),
  synced: boolean('synced').notNull(),
  createdAt: at('created_at').notNull(),
  usedAt: at('used_at'),
});
export const attempt = auth.table('attempt', {
  key: text('key').primaryKey(),
  count: integer('count').notNull(),
  since: at('since').notNull(),
});
export const lockout = auth.table('lockout', {
  key: text('key').primaryKey(),
  failures: integer('failures').notNull(),
  last: at('last').notNull(),
  lockedUntil: at('locked_until'),
});

export const person = viva.table('person', {
  id: uuid('id').primaryKey(),
  userId: text('user_id'),
  name: text('name').notNull(),
  email: text('email').notNull(),
  role: text('role', { enum: ['owner', 'lead', 'interviewer', 'candidate'] }).notNull(),
  locale: text('locale', { enum: ['zh-CN', 'en'] }).notNull(),
  createdAt: at('created_at').notNull(),
  disabledAt: at('disabled_at'),
  erasedAt: at('erased_at'),
});
export const invitation = viva.table('invitation', {
  personId: uuid('person_id').primaryKey(),
  tokenHash: text('token_hash').notNull(),
  expiresAt: at('expires_at').notNull(),
});
export const setting = viva.table('setting', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});

/** A competency of a pinned kit, with the weight that the opening gives it. */
export interface PinnedCompetency {
  id: string;
  weight: number;
  title: Record<'zh-CN' | 'en', string>;
  description: Record<'zh-CN' | 'en', string>;
}

export const opening = viva.table('opening', {
  id: uuid('id').primaryKey(),
  title: text('title').notNull(),
  description: text('description').notNull(),
  status: text('status', { enum: ['draft', 'open', 'closed'] }).notNull(),
  demo: boolean('demo').notNull(),
  kitId: text('kit_id').notNull(),
  kitHash: text('kit_hash').notNull(),
  kit: jsonb('kit').$type<{ title: Record<'zh-CN' | 'en', string> }>().notNull(),
  scaleFamily: text('scale_family').notNull(),
  competencies: jsonb('competencies').$type<PinnedCompetency[]>().notNull(),
  askGroups: jsonb('ask_groups').$type<GroupAttribute[]>().notNull().default([]),
  createdBy: uuid('created_by').notNull(),
  createdAt: at('created_at').notNull(),
  openedAt: at('opened_at'),
  closedAt: at('closed_at'),
});
export const openingItem = viva.table('opening_item', {
  openingId: uuid('opening_id').notNull(),
  questionId: text('question_id').notNull(),
  ordinal: integer('ordinal').notNull(),
  competency: text('competency').notNull(),
  weight: doublePrecision('weight').notNull(),
  questionHash: text('question_hash').notNull(),
  question: jsonb('question').$type<Question>().notNull(),
});
export const seat = viva.table('seat', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  ordinal: integer('ordinal').notNull(),
});
export const seatHolder = viva.table('seat_holder', {
  seatId: uuid('seat_id').notNull(),
  ordinal: integer('ordinal').notNull(),
  openingId: uuid('opening_id').notNull(),
  personId: uuid('person_id').notNull(),
  since: at('since').notNull(),
  appointedBy: uuid('appointed_by').notNull(),
  reason: text('reason'),
  calibration: text('calibration', { enum: ['passed', 'waived'] }).notNull(),
  waiverReason: text('waiver_reason'),
});
export const currentSeat = viva.table('current_seat', {
  seatId: uuid('seat_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  personId: uuid('person_id').notNull(),
});
export const candidate = viva.table('candidate', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  personId: uuid('person_id'),
  name: text('name').notNull(),
  email: text('email'),
  createdAt: at('created_at').notNull(),
  withdrawnAt: at('withdrawn_at'),
  withdrawnReason: text('withdrawn_reason'),
  erasedAt: at('erased_at'),
});
export const interviewSession = viva.table('interview_session', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  scheduledAt: at('scheduled_at').notNull(),
  minutes: integer('minutes').notNull(),
  place: text('place').notNull(),
  status: text('status', { enum: ['scheduled', 'running', 'ended', 'cancelled'] }).notNull(),
  startedAt: at('started_at'),
  endedAt: at('ended_at'),
});
export const submission = viva.table('submission', {
  candidateId: uuid('candidate_id').notNull(),
  seatId: uuid('seat_id').notNull(),
  raterId: uuid('rater_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  submittedAt: at('submitted_at').notNull(),
  digest: text('digest').notNull(),
});
export const reveal = viva.table('reveal', {
  candidateId: uuid('candidate_id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  cause: text('cause', { enum: ['complete', 'closed'] }).notNull(),
  reason: text('reason'),
  revealedBy: uuid('revealed_by').notNull(),
  revealedAt: at('revealed_at').notNull(),
});
export const draft = viva.table('draft', {
  candidateId: uuid('candidate_id').notNull(),
  raterId: uuid('rater_id').notNull(),
  questionId: text('question_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  score: smallint('score'),
  evidence: text('evidence').notNull(),
  notAsked: text('not_asked'),
  revision: integer('revision').notNull(),
  savedAt: at('saved_at').notNull(),
});
export const note = viva.table('note', {
  candidateId: uuid('candidate_id').notNull(),
  raterId: uuid('rater_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  body: text('body').notNull(),
  revision: integer('revision').notNull(),
  savedAt: at('saved_at').notNull(),
});
export const rating = viva.table('rating', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  raterId: uuid('rater_id').notNull(),
  questionId: text('question_id').notNull(),
  score: smallint('score'),
  notAsked: text('not_asked'),
  evidence: text('evidence').notNull(),
  kind: text('kind', { enum: ['first', 'amendment'] }).notNull(),
  amends: uuid('amends'),
  reason: text('reason'),
  createdAt: at('created_at').notNull(),
});
export const comment = viva.table('comment', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  authorId: uuid('author_id').notNull(),
  questionId: text('question_id'),
  body: text('body').notNull(),
  createdAt: at('created_at').notNull(),
});
export const workSample = viva.table('work_sample', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  lab: text('lab').notNull(),
  params: jsonb('params').$type<Record<string, unknown>>().notNull(),
  seed: bigint('seed', { mode: 'number' }).notNull(),
  engine: text('engine').notNull(),
  metrics: jsonb('metrics').$type<Record<string, number | null>>().notNull(),
  conclusion: text('conclusion').notNull(),
  attachedAt: at('attached_at').notNull(),
});
export const groupAnswer = viva.table(
  'group_answer',
  {
    candidateId: uuid('candidate_id').notNull(),
    openingId: uuid('opening_id').notNull(),
    attribute: text('attribute').$type<GroupAttribute>().notNull(),
    value: text('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.candidateId, table.attribute] })],
);
export const groupOutcome = viva.table('group_outcome', {
  openingId: uuid('opening_id').notNull(),
  attribute: text('attribute').$type<GroupAttribute>().notNull(),
  value: text('value').notNull(),
  selected: integer('selected').notNull(),
  total: integer('total').notNull(),
});
export const assistantSetting = viva.table('assistant_setting', {
  one: boolean('one').primaryKey().default(true),
  configuration: jsonb('configuration').$type<ModelConfiguration>().notNull(),
  setBy: uuid('set_by').notNull(),
  setAt: at('set_at').notNull(),
});
export const chat = viva.table('chat', {
  id: uuid('id').primaryKey(),
  personId: uuid('person_id').notNull(),
  title: text('title').notNull(),
  createdAt: at('created_at').notNull(),
  updatedAt: at('updated_at').notNull(),
});
export const chatTurn = viva.table(
  'chat_turn',
  {
    chatId: uuid('chat_id').notNull(),
    ordinal: integer('ordinal').notNull(),
    personId: uuid('person_id').notNull(),
    question: text('question').notNull(),
    /** Sealed; a JSON text. */
    answer: jsonb('answer').$type<z.infer<typeof ChatAnswer> | string>().notNull(),
    askedAt: at('asked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.chatId, table.ordinal] })],
);
export const practice = viva.table('practice', {
  id: uuid('id').primaryKey(),
  personId: uuid('person_id').notNull(),
  kitId: text('kit_id').notNull(),
  kitTitle: jsonb('kit_title').$type<Record<'zh-CN' | 'en', string>>().notNull(),
  locale: text('locale', { enum: ['zh-CN', 'en'] }).notNull(),
  /** Sealed; a JSON text. */
  rounds: jsonb('rounds').$type<Practice[] | string>().notNull(),
  revision: integer('revision').notNull(),
  createdAt: at('created_at').notNull(),
  finishedAt: at('finished_at'),
});
export const decision = viva.table('decision', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  outcome: text('outcome', { enum: ['advance', 'hold', 'decline'] }).notNull(),
  reason: text('reason').notNull(),
  decidedBy: uuid('decided_by').notNull(),
  decidedAt: at('decided_at').notNull(),
});
export const calibrationAttempt = viva.table('calibration_attempt', {
  id: uuid('id').primaryKey(),
  personId: uuid('person_id').notNull(),
  family: text('family').notNull(),
  setHash: text('set_hash').notNull(),
  answers: jsonb('answers').$type<{ transcript: string; score: number }[]>().notNull(),
  exact: doublePrecision('exact').notNull(),
  withinOne: doublePrecision('within_one').notNull(),
  bias: doublePrecision('bias').notNull(),
  passed: boolean('passed').notNull(),
  finishedAt: at('finished_at').notNull(),
  expiresAt: at('expires_at'),
});
export const PROPOSAL_STATES = ['draft', 'proposed', 'changes-requested', 'published', 'withdrawn'] as const;
export const PROPOSAL_EVENTS = [
  'comment',
  'proposed',
  'recalled',
  'changes-requested',
  'rebased',
  'published',
  'withdrawn',
] as const;
export const proposal = viva.table('proposal', {
  id: uuid('id').primaryKey(),
  questionId: text('question_id').notNull(),
  authorId: uuid('author_id').notNull(),
  state: text('state', { enum: PROPOSAL_STATES }).notNull(),
  baseVersion: integer('base_version'),
  baseHash: text('base_hash'),
  base: jsonb('base').$type<QuestionContent>(),
  content: jsonb('content').$type<QuestionContent>().notNull(),
  revision: integer('revision').notNull(),
  savedAt: at('saved_at').notNull(),
  summary: text('summary').notNull(),
  proposedHash: text('proposed_hash'),
  createdAt: at('created_at').notNull(),
  changedAt: at('changed_at').notNull(),
});
export const proposalEvent = viva.table('proposal_event', {
  id: uuid('id').primaryKey(),
  proposalId: uuid('proposal_id').notNull(),
  ordinal: integer('ordinal').notNull(),
  kind: text('kind', { enum: PROPOSAL_EVENTS }).notNull(),
  authorId: uuid('author_id').notNull(),
  body: text('body').notNull(),
  place: text('place'),
  content: jsonb('content').$type<QuestionContent>(),
  at: at('at').notNull(),
});
export const questionVersion = viva.table('question_version', {
  questionId: text('question_id').notNull(),
  version: integer('version').notNull(),
  hash: text('hash').notNull(),
  content: jsonb('content').$type<QuestionContent>().notNull(),
  summary: text('summary').notNull(),
  proposalId: uuid('proposal_id').notNull(),
  authorId: uuid('author_id').notNull(),
  publishedBy: uuid('published_by').notNull(),
  publishedAt: at('published_at').notNull(),
});
export const questionRetirement = viva.table('question_retirement', {
  questionId: text('question_id').notNull(),
  version: integer('version').notNull(),
  ordinal: integer('ordinal').notNull(),
  retired: boolean('retired').notNull(),
  reason: text('reason').notNull(),
  decidedBy: uuid('decided_by').notNull(),
  at: at('at').notNull(),
});
export const RATING_STRATEGIES = ['direct', 'chain-of-thought', 'self-consistency'] as const;
export const TASK_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export const advisorySetting = viva.table('advisory_setting', {
  openingId: uuid('opening_id').primaryKey(),
  used: boolean('used').notNull(),
  counted: boolean('counted').notNull(),
  strategy: text('strategy', { enum: RATING_STRATEGIES }).notNull(),
  samples: integer('samples').notNull(),
  temperature: doublePrecision('temperature').notNull(),
  seed: integer('seed').notNull(),
  tokenBudget: integer('token_budget').notNull(),
  setBy: uuid('set_by').notNull(),
  setAt: at('set_at').notNull(),
});
export const transcriptMark = viva.table('transcript_mark', {
  candidateId: uuid('candidate_id').notNull(),
  questionId: text('question_id').notNull(),
  openingId: uuid('opening_id').notNull(),
});
export const transcript = viva.table('transcript', {
  candidateId: uuid('candidate_id').notNull(),
  questionId: text('question_id').notNull(),
  authorId: uuid('author_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  sessionId: uuid('session_id'),
  locale: text('locale', { enum: ['zh-CN', 'en'] }).notNull(),
  source: text('source', { enum: ['typed', 'file', 'dictated'] }).notNull(),
  body: text('body').notNull(),
  revision: integer('revision').notNull(),
  savedAt: at('saved_at').notNull(),
  handedInAt: at('handed_in_at'),
});
export const advisoryTask = viva.table('advisory_task', {
  candidateId: uuid('candidate_id').notNull(),
  questionId: text('question_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  state: text('state', { enum: TASK_STATES }).notNull(),
  problem: text('problem'),
  attempts: integer('attempts').notNull(),
  queuedAt: at('queued_at').notNull(),
  runner: text('runner'),
  leasedUntil: at('leased_until'),
});
export const advisoryRating = viva.table('advisory_rating', {
  id: uuid('id').primaryKey(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  questionId: text('question_id').notNull(),
  score: smallint('score'),
  spread: doublePrecision('spread'),
  votes: jsonb('votes').$type<{ score: number; count: number }[]>().notNull(),
  samples: integer('samples').notNull(),
  body: text('body').notNull(),
  createdAt: at('created_at').notNull(),
});
export const AI_USE_OUTCOMES = ['rated', 'withheld', 'failed', 'cancelled', 'too-late'] as const;
export const aiUse = viva.table('ai_use', {
  id: uuid('id').primaryKey(),
  at: at('at').notNull(),
  openingId: uuid('opening_id').notNull(),
  candidateId: uuid('candidate_id').notNull(),
  questionId: text('question_id').notNull(),
  purpose: text('purpose', { enum: ['advisory-rating'] }).notNull(),
  counted: boolean('counted').notNull(),
  model: text('model').notNull(),
  server: text('server'),
  prompt: text('prompt').notNull(),
  promptVersion: integer('prompt_version').notNull(),
  promptHash: text('prompt_hash').notNull(),
  questionHash: text('question_hash').notNull(),
  locale: text('locale').notNull(),
  strategy: text('strategy', { enum: RATING_STRATEGIES }).notNull(),
  temperature: doublePrecision('temperature').notNull(),
  samples: integer('samples').notNull(),
  seed: integer('seed'),
  inputTokens: integer('input_tokens').notNull(),
  outputTokens: integer('output_tokens').notNull(),
  tokensEstimated: boolean('tokens_estimated').notNull(),
  durationMs: integer('duration_ms').notNull(),
  outcome: text('outcome', { enum: AI_USE_OUTCOMES }).notNull(),
  problem: text('problem'),
  quotesKept: integer('quotes_kept').notNull(),
  quotesDropped: integer('quotes_dropped').notNull(),
});
export const audit = viva.table('audit', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  at: at('at').notNull(),
  actorId: uuid('actor_id'),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  openingId: uuid('opening_id'),
  candidateId: uuid('candidate_id'),
  sealed: boolean('sealed').notNull(),
  detail: text('detail').notNull(),
  prevHash: text('prev_hash').notNull(),
  hash: text('hash').notNull(),
});

export const keyStore = viva.table('key_store', {
  one: boolean('one').primaryKey().default(true),
  id: uuid('id').notNull(),
});
export const reseal = viva.table('reseal', {
  candidateId: uuid('candidate_id').notNull(),
  raterId: uuid('rater_id').notNull(),
  ratingId: uuid('rating_id'),
  was: text('was').notNull(),
  now: text('now').notNull(),
  at: at('at').notNull(),
});
export const erasure = viva.table('erasure', {
  subject: text('subject').primaryKey(),
  cause: text('cause', { enum: ['asked', 'retention', 'ledger'] }).notNull(),
  erasedAt: at('erased_at').notNull(),
});
export const privacyRequest = viva.table('privacy_request', {
  id: uuid('id').primaryKey(),
  kind: text('kind', { enum: ['erasure', 'correction'] }).notNull(),
  candidateId: uuid('candidate_id').notNull(),
  openingId: uuid('opening_id').notNull(),
  status: text('status', { enum: ['open', 'done', 'refused'] }).notNull(),
  body: text('body').notNull(),
  answer: text('answer'),
  askedAt: at('asked_at').notNull(),
  decidedAt: at('decided_at'),
  decidedBy: uuid('decided_by'),
});
export const dataLink = viva.table('data_link', {
  tokenHash: text('token_hash').primaryKey(),
  candidateId: uuid('candidate_id').notNull(),
  issuedBy: uuid('issued_by').notNull(),
  issuedAt: at('issued_at').notNull(),
  expiresAt: at('expires_at').notNull(),
  accessHash: text('access_hash'),
  accessUntil: at('access_until'),
});
export const legalHold = viva.table('legal_hold', {
  candidateId: uuid('candidate_id').primaryKey(),
  reason: text('reason').notNull(),
  setBy: uuid('set_by').notNull(),
  setAt: at('set_at').notNull(),
});
export const retentionRun = viva.table('retention_run', {
  id: uuid('id').primaryKey(),
  at: at('at').notNull(),
  counts: jsonb('counts').$type<Record<string, number>>().notNull(),
  failed: integer('failed').notNull(),
});
export const openingFit = viva.table('opening_fit', {
  openingId: uuid('opening_id').primaryKey(),
  inputHash: text('input_hash').notNull(),
  fit: text('fit').notNull(),
  madeAt: at('made_at').notNull(),
});
