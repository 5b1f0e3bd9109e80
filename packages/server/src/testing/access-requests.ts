/** For every route of `contract/access.ts`, a well-formed request that succeeds where it is allowed. */
import type { PROPOSAL_STATES, RouteName, SESSION_MOVES, SESSION_STATES, State } from '../contract/access.ts';
import type { Route } from '../contract/route.ts';
import { bankExportPath, bankImportPath, eventsPath, exportPath, routes } from '../contract/routes.ts';
import type { Stage } from './access-stage.ts';
import { complete, evidence } from './world.ts';

export interface Asked {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Where the walk stands: which opening, session and proposal the request is about. */
export interface CalibrationAnswers {
  family: string;
  answers: unknown[];
  /** For the transcripts that are not counted. */
  practice: unknown[];
}

export interface Place {
  state: State;
  session: (typeof SESSION_STATES)[number];
  move: keyof typeof SESSION_MOVES;
  proposal: (typeof PROPOSAL_STATES)[number];
}

interface Parts {
  headers?: Record<string, string>;
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
}

const MOVES = { start: 'running', end: 'ended', cancel: 'cancelled' } as const;
const WHY = 'The walk asks for it with a reason.';
const PASSWORD = 'correct horse battery';

/** What each route is asked; `null` where the path alone is the request. */
function partsOf(stage: Stage, place: Place, world: CalibrationAnswers) {
  const subject = stage.subjects[place.state];
  const proposal = stage.proposals[place.proposal];
  const opening = { id: subject.opening };
  const candidate = { id: subject.candidate };
  const seat = { ...opening, seatId: subject.seat };
  const of = { id: proposal.id };
  const version = { question: stage.proposals.published.question, version: '1' };
  const family = { family: world.family };
  const because = { body: { reason: WHY } };
  return {
    health: null,
    setupStatus: null,
    createOwner: { body: { name: 'Second', email: 'second@viva.test', password: PASSWORD } },
    signIn: { body: { email: 'nobody@viva.test', password: PASSWORD } },
    signOut: null,
    invitation: { params: { token: 'not-a-token' } },
    acceptInvitation: { params: { token: 'not-a-token' }, body: { password: PASSWORD } },
    me: null,
    updateMe: { body: { locale: 'en' } },
    beginPasskeySignIn: null,
    signInWithPasskey: { body: { ceremony: 'passkey-none', response: {} } },
    signInWithSecondFactor: { body: { code: '123456' } },
    accountSecurity: null,
    endSession: { params: { session: stage.session } },
    endOtherSessions: null,
    changePassword: { body: { current: PASSWORD, next: `${PASSWORD} staple` } },
    beginEnrolment: { body: { password: PASSWORD } },
    confirmEnrolment: { body: { code: '123456' } },
    renewBackupCodes: { body: { password: PASSWORD } },
    removeSecondFactor: { body: { password: PASSWORD } },
    beginPasskey: { body: { password: PASSWORD } },
    addPasskey: { body: { ceremony: 'passkey-none', name: 'A key', response: {} } },
    removePasskey: { params: { id: stage.passkey } },
    securityPolicy: null,
    setSecurityPolicy: { body: { secondFactor: 'nobody' } },
    listPeople: null,
    invitePerson: { body: { name: 'New', email: 'new@viva.test', role: 'interviewer' } },
    reinvitePerson: { params: { id: stage.invited } },
    updatePerson: { params: { id: stage.spare.id }, body: { disabled: true } },
    listQuestions: null,
    question: { params: { question: stage.free } },
    listKits: null,
    kit: { params: { kit: 'llm-engineer' } },
    errata: null,
    search: { query: '?q=quantisation' },
    settings: null,
    updateSettings: { body: { publicBank: true } },
    // Neither gets as far as its thread: who may is decided before.
    bankExport: { params: { format: 'none' } },
    bankImport: { headers: { 'content-length': String(2 ** 30) }, body: 'a' },
    listCalibrations: null,
    certificate: { params: { id: stage.certificate } },
    calibration: { params: family },
    submitCalibration: { params: family, body: { answers: world.answers } },
    listCalibrationAttempts: { params: family },
    calibrationPractice: { params: family },
    practiseCalibration: { params: family, body: { answers: world.practice } },
    listOpenings: null,
    createOpening: { body: { title: 'Another opening', kit: 'llm-engineer' } },
    opening: { params: opening },
    updateOpening: { params: opening, body: { title: 'Another title' } },
    openOpening: { params: opening },
    closeOpening: { params: opening, ...because },
    eligible: { params: opening },
    appoint: { params: opening, body: { personId: stage.spare.id, waiver: WHY } },
    removeSeat: { params: seat },
    substitute: { params: seat, body: { personId: stage.spare.id, reason: WHY, waiver: WHY } },
    openingAudit: { params: opening },
    decisionReport: { params: opening },
    decisionEvidence: { params: opening },
    exportRatings: { params: opening },
    listCandidates: { params: opening },
    addCandidate: { params: opening, body: { name: 'One more' } },
    candidate: { params: candidate },
    lockEvents: { params: candidate },
    updateCandidate: { params: candidate, body: { name: 'Corrected' } },
    inviteCandidate: { params: candidate },
    withdrawCandidate: { params: candidate, ...because },
    closePanel: { params: candidate, ...because },
    decide: { params: candidate, body: { outcome: 'hold', reason: WHY } },
    listWorkSamples: { params: candidate },
    attachWorkSample: {
      params: candidate,
      body: {
        lab: 'samplers',
        params: {},
        seed: 1,
        engine: 'wasm',
        metrics: {},
        conclusion: evidence('What I found'),
      },
    },
    heldData: { params: candidate },
    heldDataPdf: { params: candidate },
    askPrivacy: { params: candidate, body: { kind: 'correction', body: 'My name is written otherwise.' } },
    issueDataLink: { params: candidate },
    openDataLink: { params: { token: 'not-a-token' } },
    heldDataByLink: { body: { access: 'not-an-access-at-all' } },
    heldDataPdfByLink: { body: { access: 'not-an-access-at-all' } },
    askPrivacyByLink: { body: { access: 'not-an-access-at-all', kind: 'correction', body: 'My name.' } },
    listPrivacyRequests: null,
    decidePrivacyRequest: { params: { id: stage.chat }, body: { outcome: 'refused', answer: WHY } },
    eraseCandidate: { params: candidate, body: { confirm: 'nobody of this name', reason: WHY } },
    legalHold: { params: candidate },
    setLegalHold: { params: candidate, ...because },
    liftLegalHold: { params: candidate },
    retention: null,
    setRetention: { body: { applications: 700, practice: 300, chats: 300, requests: 900 } },
    runRetention: null,
    groupAnswers: { params: candidate },
    answerGroups: { params: candidate, body: { answers: {} } },
    listComments: { params: candidate },
    addComment: { params: candidate, body: { body: 'A comment.' } },
    applications: null,
    listSessions: null,
    scheduleSession: {
      params: candidate,
      body: { scheduledAt: '2027-02-01T09:00:00.000Z', minutes: 30 },
    },
    updateSession: {
      params: { id: stage.sessions[place.session] },
      body: place.move === 'move' ? { minutes: 50 } : { status: MOVES[place.move] },
    },
    scorecard: { params: candidate },
    saveDraft: {
      params: { ...candidate, question: subject.question },
      body: { ...complete(4), baseRevision: 1 },
    },
    saveNote: { params: candidate, body: { body: 'A note.', baseRevision: 0 } },
    submitScorecard: { params: candidate },
    amendRating: {
      params: { id: subject.rating },
      body: { score: 4, evidence: evidence('On second thoughts'), reason: WHY },
    },
    listRatings: { params: candidate },
    listNotes: { params: candidate },
    listProposals: null,
    startProposal: { body: { question: stage.free } },
    proposal: { params: of },
    saveContent: {
      params: of,
      body: {
        content: {
          ...proposal.content,
          text: { ...proposal.content.text, en: { ...proposal.content.text.en, title: 'Another title' } },
        },
        baseRevision: proposal.revision,
      },
    },
    propose: { params: of, body: { summary: 'Says it more plainly.', revision: proposal.revision } },
    recallProposal: { params: of },
    rebaseProposal: { params: of },
    requestChanges: { params: of, body: { body: WHY } },
    publishProposal: { params: of, body: { hash: proposal.hash } },
    withdrawProposal: { params: of, ...because },
    commentOnProposal: { params: of, body: { body: 'A comment.' } },
    authoringVocabulary: null,
    authoredQuestion: { params: version },
    questionStatistics: { params: version },
    questionVersion: { params: version },
    questionFolder: { params: version },
    retireVersion: { params: version, ...because },
    restoreVersion: { params: { question: stage.retired, version: '1' }, ...because },
    advisorySetting: { params: opening },
    setAdvisory: { params: opening, body: { used: true } },
    transcripts: { params: candidate },
    saveTranscript: {
      params: { ...candidate, question: subject.question },
      body: { body: 'Candidate: it has a scale.', locale: 'en', baseRevision: subject.transcribed ? 1 : 0 },
    },
    handInTranscript: { params: { ...candidate, question: subject.question }, body: { revision: 1 } },
    candidateAdvisory: { params: candidate },
    cancelAdvisory: { params: candidate },
    retryAdvisory: { params: candidate },
    aiUses: null,
    assistantStatus: null,
    setAssistant: { body: { kind: 'openai-compatible', baseUrl: 'http://localhost:2/v1', model: 'n' } },
    removeAssistant: null,
    checkAssistant: null,
    listChats: null,
    beginChat: { body: { question: 'What is a quantile?' } },
    chat: { params: { id: stage.chat } },
    continueChat: { params: { id: stage.chat }, body: { question: 'And why is that?' } },
    removeChat: { params: { id: stage.chat } },
    practiceKits: null,
    listPractices: null,
    beginPractice: { body: { kit: 'llm-engineer', locale: 'en', questions: 1 } },
    practice: { params: { id: stage.practice } },
    answerPractice: { params: { id: stage.practice }, body: { answer: 'It has a scale and a zero point.' } },
    skipPractice: { params: { id: stage.practice } },
    removePractice: { params: { id: stage.practice } },
  } satisfies Record<RouteName, Parts | null>;
}

const PLAIN: Partial<Record<RouteName, [string, string]>> = {
  exportRatings: ['GET', exportPath('{id}')],
  lockEvents: ['GET', eventsPath('{id}')],
  bankExport: ['GET', bankExportPath('{format}')],
  bankImport: ['POST', bankImportPath],
};

export function requestFor(
  name: RouteName,
  stage: Stage,
  place: Place,
  calibration: CalibrationAnswers,
): Asked {
  const { params = {}, query = '', headers, body }: Parts = partsOf(stage, place, calibration)[name] ?? {};
  const route = (routes as Partial<Record<RouteName, Route>>)[name];
  const [method, template] = PLAIN[name] ?? [route?.method.toUpperCase() ?? '', route?.path ?? ''];
  const path = template.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  return {
    method,
    path: `${path}${query}`,
    ...(headers ? { headers } : {}),
    ...(body === undefined ? {} : { body }),
  };
}
