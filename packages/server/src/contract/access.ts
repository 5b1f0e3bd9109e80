/**
 * Who may call what: one line a route. The server lets nobody past it whom the line does not name (`http/guard.ts`), use
 * cases keep their finer checks, and `access.db.test.ts` walks every route as every person in every state and holds the
 * server to this table.
 *
 * To add a route, add its line here; without one it does not compile.
 */
import type { Routes } from './routes.ts';

/** Beside the table of routes, because they are not JSON. */
export type PlainRoute = 'exportRatings' | 'lockEvents' | 'bankExport' | 'bankImport';
export type RouteName = keyof Routes | PlainRoute;

/**
 * `anyone`: without signing in. `signed-in`: candidates too. `team`: owner, leads, interviewers. `leads`: owner and
 * leads. `owner`: the owner alone.
 */
export type Who = 'anyone' | 'signed-in' | 'team' | 'leads' | 'owner';

/** The states that an opening and one candidate of it go through, as far as they decide what may be done. */
export const STATES = [
  /** The opening is a draft. */
  'draft',
  /** It is open, and nobody has submitted for the candidate. */
  'scoring',
  /** One of the panel has submitted, another has not. */
  'locked',
  /** The whole panel has submitted. */
  'revealed',
  /** A lead has closed the panel after one of two had submitted. */
  'panel-closed',
  /** The candidate was withdrawn before anybody submitted. */
  'withdrawn',
  /** The opening was closed after one of two had submitted. */
  'closed-sealed',
  /** The opening was closed after reveal. */
  'closed',
] as const;
export type State = (typeof STATES)[number];
export const SESSION_STATES = ['scheduled', 'running', 'ended', 'cancelled'] as const;
export const PROPOSAL_STATES = ['draft', 'proposed', 'changes-requested', 'published', 'withdrawn'] as const;
type AnyState = State | (typeof SESSION_STATES)[number] | (typeof PROPOSAL_STATES)[number];

/** Conflicts (409) by their code, and the states in which they arise. */
export type Conflicts = Partial<Record<string, readonly AnyState[]>>;

export interface Access {
  who: Who;
  /**
   * What the path names, and so to whom it is there at all (404 for everybody else).
   * - `opening`: owner, leads, whoever holds or held a seat of its panel
   * - `candidate`: the same; and the candidate, where candidates may call
   * - `application`: the candidate alone
   * - `rating`: who gave it; from reveal on whoever sees the opening
   * - `session`: who sees the opening
   * - `proposal`: owner and leads
   * - `certificate`: owner, leads, whose it is
   * - `own`: the person whose it is
   */
  of?: 'opening' | 'candidate' | 'application' | 'rating' | 'session' | 'proposal' | 'certificate' | 'own';
  /**
   * Who of those that see it may do this (403 for the others): holders of a seat now, with or without leads, the candidate, who gave the rating,
   * the proposal's author, or anybody but its author (409 for the author).
   */
  by?: 'seat' | 'seat-or-lead' | 'candidate' | 'rater' | 'author' | 'not-author';
  /** When it is refused although one may. */
  unless?: Conflicts;
  /** The same for whoever has submitted a scorecard already. */
  unlessSubmitted?: Conflicts;
  /** Also for somebody of whom a second factor is required and who has yet to set it up (403 for all the rest). */
  enrolling?: true;
}

type Rest = Omit<Access, 'who'>;
const anyone: Access = { who: 'anyone' };
const signedIn = (rest: Rest = {}): Access => ({ who: 'signed-in', ...rest });
const team = (of?: Access['of'], rest: Rest = {}): Access => ({
  who: 'team',
  ...(of ? { of } : {}),
  ...rest,
});
const leads = (of?: Access['of'], unless?: Conflicts, rest: Rest = {}): Access => ({
  who: 'leads',
  ...(of ? { of } : {}),
  ...(unless ? { unless } : {}),
  ...rest,
});
const owner: Access = { who: 'owner' };

const SEALED = ['draft', 'scoring', 'locked', 'withdrawn', 'closed-sealed'] as const;
const REVEALED = ['revealed', 'panel-closed', 'closed'] as const;
const CLOSED = ['closed-sealed', 'closed'] as const;
const NOT_DRAFT = [
  'scoring',
  'locked',
  'revealed',
  'panel-closed',
  'withdrawn',
  'closed-sealed',
  'closed',
] as const;

/** Scoring: by a seat, while the opening is open, the candidate there and sealed, and the own scorecard not submitted. */
const scoring: Rest = {
  by: 'seat',
  unless: {
    'not-open': ['draft', ...CLOSED],
    withdrawn: ['withdrawn'],
    // In `revealed` and `closed` everybody has submitted.
    revealed: ['panel-closed'],
  },
  unlessSubmitted: {
    'scorecard-locked': ['locked', ...REVEALED, 'closed-sealed'],
    'not-open': ['draft'],
    withdrawn: ['withdrawn'],
  },
};

/** Writing down what a candidate said: while the opening is open, and the candidate there and sealed. */
const transcribing: Rest = {
  by: 'seat-or-lead',
  unless: {
    'not-open': ['draft', ...CLOSED],
    withdrawn: ['withdrawn'],
    revealed: ['revealed', 'panel-closed'],
  },
};

const step = (by: Access['by'], from: readonly (typeof PROPOSAL_STATES)[number][]): Access => ({
  who: 'leads',
  of: 'proposal',
  ...(by ? { by } : {}),
  unless: { 'proposal-state': PROPOSAL_STATES.filter((state) => !from.includes(state)) },
});

export const ACCESS = {
  // Setting up, signing in
  health: anyone,
  setupStatus: anyone,
  createOwner: anyone,
  signIn: anyone,
  signOut: anyone,
  invitation: anyone,
  acceptInvitation: anyone,
  me: signedIn({ enrolling: true }),
  updateMe: signedIn(),

  beginPasskeySignIn: anyone,
  signInWithPasskey: anyone,
  signInWithSecondFactor: anyone,

  // The security of one's own account
  accountSecurity: signedIn({ enrolling: true }),
  endSession: signedIn({ of: 'own', enrolling: true }),
  endOtherSessions: signedIn({ enrolling: true }),
  changePassword: signedIn({ enrolling: true }),
  beginEnrolment: signedIn({ enrolling: true }),
  confirmEnrolment: signedIn({ enrolling: true }),
  renewBackupCodes: signedIn(),
  removeSecondFactor: signedIn(),
  beginPasskey: signedIn(),
  addPasskey: signedIn(),
  removePasskey: signedIn({ of: 'own' }),
  securityPolicy: leads(),
  setSecurityPolicy: owner,

  // People
  listPeople: leads(),
  invitePerson: leads(),
  reinvitePerson: leads(),
  updatePerson: owner,

  // Bank, search, the server
  listQuestions: team(),
  question: team(),
  listKits: team(),
  kit: team(),
  errata: team(),
  search: team(),
  settings: team(),
  updateSettings: owner,
  bankExport: leads(),
  bankImport: leads(),

  // Calibration: always one's own
  listCalibrations: team(),
  certificate: team('certificate'),
  calibration: team(),
  submitCalibration: team(),
  listCalibrationAttempts: team(),
  calibrationPractice: team(),
  practiseCalibration: team(),

  // Openings and panels
  listOpenings: team(),
  createOpening: leads(),
  opening: team('opening'),
  updateOpening: leads('opening', { 'opening-fixed': NOT_DRAFT }),
  openOpening: leads('opening', { 'not-a-draft': NOT_DRAFT }),
  closeOpening: leads('opening', { closed: CLOSED }),
  eligible: leads('opening'),
  appoint: leads('opening', { 'panel-fixed': NOT_DRAFT }),
  removeSeat: leads('opening', { 'panel-fixed': NOT_DRAFT }),
  substitute: leads('opening', { 'not-open': ['draft', ...CLOSED] }),
  openingAudit: team('opening'),
  decisionReport: team('opening'),
  decisionEvidence: team('opening'),
  exportRatings: team('opening'),

  // Candidates
  listCandidates: team('opening'),
  addCandidate: leads('opening', { closed: CLOSED }),
  candidate: team('candidate'),
  lockEvents: team('candidate'),
  updateCandidate: leads('candidate'),
  inviteCandidate: leads('candidate'),
  withdrawCandidate: leads('candidate', { withdrawn: ['withdrawn'] }),
  closePanel: leads('candidate', { 'not-open': ['draft'], revealed: REVEALED }),
  decide: leads('candidate', { sealed: SEALED }),
  listWorkSamples: signedIn({ of: 'candidate' }),
  attachWorkSample: signedIn({
    of: 'candidate',
    by: 'candidate',
    unless: { 'application-over': ['draft', 'withdrawn', ...CLOSED] },
  }),
  groupAnswers: signedIn({ of: 'application' }),
  answerGroups: signedIn({ of: 'application', unless: { closed: CLOSED } }),
  listComments: team('candidate', { unless: { sealed: SEALED } }),
  addComment: team('candidate', { unless: { sealed: SEALED } }),
  applications: signedIn(),

  // Privacy. What a candidate asks for, by an account or by the access of a link; what leads answer
  heldData: signedIn({ of: 'application' }),
  heldDataPdf: signedIn({ of: 'application' }),
  askPrivacy: signedIn({ of: 'application' }),
  issueDataLink: leads('candidate'),
  openDataLink: anyone,
  heldDataByLink: anyone,
  heldDataPdfByLink: anyone,
  askPrivacyByLink: anyone,
  listPrivacyRequests: leads(),
  decidePrivacyRequest: leads(),
  eraseCandidate: leads('candidate'),
  legalHold: leads('candidate'),
  setLegalHold: leads('candidate'),
  liftLegalHold: leads('candidate'),
  retention: leads(),
  setRetention: owner,
  runRetention: owner,

  // Sessions: the panel starts and ends them, leads move and cancel them
  listSessions: team(),
  scheduleSession: leads('candidate', { withdrawn: ['withdrawn'], closed: CLOSED }),
  updateSession: team('session'), // and see SESSION_MOVES

  // Scoring
  scorecard: team('candidate', { by: 'seat' }),
  saveDraft: team('candidate', scoring),
  saveNote: team('candidate', scoring),
  submitScorecard: team('candidate', scoring),
  amendRating: team('rating', { by: 'rater', unless: { 'not-open': CLOSED } }),
  listRatings: team('candidate'),
  listNotes: team('candidate'),

  // Writing questions
  listProposals: leads(),
  startProposal: leads(),
  proposal: leads('proposal'),
  saveContent: step('author', ['draft', 'changes-requested']),
  propose: step('author', ['draft', 'changes-requested']),
  recallProposal: step('author', ['proposed']),
  rebaseProposal: step('author', ['draft', 'changes-requested']),
  requestChanges: step('not-author', ['proposed']),
  publishProposal: step('not-author', ['proposed']),
  withdrawProposal: step(undefined, ['draft', 'proposed', 'changes-requested']),
  commentOnProposal: step(undefined, ['draft', 'proposed', 'changes-requested']),
  authoringVocabulary: leads(),
  authoredQuestion: leads(),
  questionStatistics: leads(),
  questionVersion: leads(),
  questionFolder: leads(),
  retireVersion: leads(),
  restoreVersion: leads(),

  // Transcripts and the advisory rater
  advisorySetting: team('opening'),
  // A session of `scoring` has begun, a scorecard of the others is submitted.
  setAdvisory: leads('opening', {
    closed: CLOSED,
    'advisory-fixed': ['scoring', 'locked', 'revealed', 'panel-closed'],
  }),
  transcripts: team('candidate'),
  saveTranscript: team('candidate', transcribing),
  handInTranscript: team('candidate', transcribing),
  candidateAdvisory: team('candidate'),
  cancelAdvisory: leads('candidate', { revealed: REVEALED }),
  retryAdvisory: leads('candidate', { revealed: REVEALED }),
  aiUses: signedIn(),

  // The assistant. Chats and practice belong to one person
  assistantStatus: signedIn(),
  setAssistant: owner,
  removeAssistant: owner,
  checkAssistant: owner,
  listChats: team(),
  beginChat: team(),
  chat: team('own'),
  continueChat: team('own'),
  removeChat: team('own'),
  practiceKits: signedIn(),
  listPractices: signedIn(),
  beginPractice: signedIn(),
  practice: signedIn({ of: 'own' }),
  answerPractice: signedIn({ of: 'own' }),
  skipPractice: signedIn({ of: 'own' }),
  removePractice: signedIn({ of: 'own' }),
} as const satisfies Record<RouteName, Access>;

/** What `updateSession` can be asked for: by whom, from which states, and the conflict elsewhere. */
export const SESSION_MOVES = {
  move: { who: 'leads', from: ['scheduled'], otherwise: 'session-begun' },
  cancel: { who: 'leads', from: ['scheduled', 'cancelled'], otherwise: 'session-state' },
  start: { who: 'team', from: ['scheduled', 'running'], otherwise: 'session-state' },
  end: { who: 'team', from: ['running', 'ended'], otherwise: 'session-state' },
} as const satisfies Record<
  string,
  { who: Who; from: readonly (typeof SESSION_STATES)[number][]; otherwise: string }
>;

const ROLES: Record<Exclude<Who, 'anyone'>, readonly string[]> = {
  'signed-in': ['owner', 'lead', 'interviewer', 'candidate'],
  team: ['owner', 'lead', 'interviewer'],
  leads: ['owner', 'lead'],
  owner: ['owner'],
};

/** Whether a signed-in person of this role may call at all. */
export const admits = (who: Who, role: string): boolean => who === 'anyone' || ROLES[who].includes(role);
