/** Every route of the API, by name. Handlers, OpenAPI document and client are all made from this table. */
import { z } from '@hono/zod-openapi';
import { advisoryRoutes } from './advisory-routes.ts';
import { assistantRoutes } from './assistant-routes.ts';
import { authoringRoutes } from './authoring-routes.ts';
import * as bank from './bank.ts';
import { Id, list, PageQuery, page } from './common.ts';
import * as decision from './decision.ts';
import * as fairness from './fairness.ts';
import * as interview from './interview.ts';
import { MOST_HITS, MOST_WORK_SAMPLES } from './limits.ts';
import * as people from './people.ts';
import { privacyRoutes } from './privacy-routes.ts';
import * as ratings from './ratings.ts';
import { route } from './route.ts';
import { securityRoutes } from './security-routes.ts';
import { Settings } from './settings.ts';

const Done = z.object({ ok: z.literal(true) });

export const routes = {
  ...advisoryRoutes,
  ...assistantRoutes,
  ...authoringRoutes,
  ...securityRoutes,
  ...privacyRoutes,

  // Setting up, signing in
  health: route({
    method: 'get',
    path: '/api/health',
    tag: 'System',
    summary: 'Is the server alive and its database reachable',
    response: z.object({ status: z.literal('ok'), version: z.string() }),
    open: true,
  }),
  setupStatus: route({
    method: 'get',
    path: '/api/setup',
    tag: 'Accounts',
    summary: 'Whether the owner’s account is still to be made',
    response: people.SetupStatus,
    open: true,
  }),
  createOwner: route({
    method: 'post',
    path: '/api/setup',
    tag: 'Accounts',
    summary: 'Make the owner’s account (once) and sign in',
    body: people.CreateOwner,
    response: people.Person,
    status: 201,
    open: true,
  }),
  signIn: route({
    method: 'post',
    path: '/api/session',
    tag: 'Accounts',
    summary: 'Sign in with e-mail and password',
    body: people.SignIn,
    response: people.Person,
    open: true,
  }),
  signOut: route({
    method: 'delete',
    path: '/api/session',
    tag: 'Accounts',
    summary: 'Sign out',
    response: Done,
    open: true,
  }),
  me: route({
    method: 'get',
    path: '/api/me',
    tag: 'Accounts',
    summary: 'Who is signed in',
    response: people.Person,
  }),
  updateMe: route({
    method: 'patch',
    path: '/api/me',
    tag: 'Accounts',
    summary: 'Change own name or language',
    body: people.UpdateMe,
    response: people.Person,
  }),

  // People
  listPeople: route({
    method: 'get',
    path: '/api/people',
    tag: 'People',
    summary: 'People with an account',
    query: PageQuery,
    response: page(people.Person),
  }),
  invitePerson: route({
    method: 'post',
    path: '/api/people',
    tag: 'People',
    summary: 'Invite a lead or an interviewer',
    body: people.InvitePerson,
    response: people.InvitationLink,
    status: 201,
  }),
  updatePerson: route({
    method: 'patch',
    path: '/api/people/{id}',
    tag: 'People',
    summary: 'Change a role, disable or enable an account',
    body: people.UpdatePerson,
    response: people.Person,
  }),
  reinvitePerson: route({
    method: 'post',
    path: '/api/people/{id}/invitation',
    tag: 'People',
    summary: 'Issue a new invitation link (the old one stops working)',
    response: people.InvitationLink,
    status: 201,
  }),
  invitation: route({
    method: 'get',
    path: '/api/invitations/{token}',
    tag: 'Accounts',
    summary: 'Whom an invitation is for',
    response: people.InvitationInfo,
    open: true,
  }),
  acceptInvitation: route({
    method: 'post',
    path: '/api/invitations/{token}',
    tag: 'Accounts',
    summary: 'Choose a password and sign in',
    body: people.AcceptInvitation,
    response: people.Person,
    open: true,
  }),

  // Bank
  listQuestions: route({
    method: 'get',
    path: '/api/bank/questions',
    tag: 'Bank',
    summary: 'Questions, or the ones that match `q` in either language',
    query: PageQuery.extend({
      q: z.string().max(300).optional(),
      area: z.string().max(100).optional(),
      kind: z.string().max(40).optional(),
    }),
    response: page(bank.QuestionSummary),
  }),
  question: route({
    method: 'get',
    path: '/api/bank/questions/{question}',
    tag: 'Bank',
    summary: 'One question with answer, anchors and probes',
    response: bank.Question,
  }),
  listKits: route({
    method: 'get',
    path: '/api/bank/kits',
    tag: 'Bank',
    summary: 'Kits',
    query: PageQuery,
    response: page(bank.Kit),
  }),
  kit: route({
    method: 'get',
    path: '/api/bank/kits/{kit}',
    tag: 'Bank',
    summary: 'One kit',
    response: bank.Kit,
  }),
  errata: route({
    method: 'get',
    path: '/api/bank/errata',
    tag: 'Bank',
    summary: 'What the source document of the bank gets wrong, with the evidence',
    response: bank.Errata,
  }),

  // The server
  settings: route({
    method: 'get',
    path: '/api/settings',
    tag: 'System',
    summary: 'Settings of this server',
    response: Settings,
  }),
  updateSettings: route({
    method: 'put',
    path: '/api/settings',
    tag: 'System',
    summary: 'Change the settings (owner)',
    body: Settings,
    response: Settings,
  }),

  // Calibration
  listCalibrations: route({
    method: 'get',
    path: '/api/calibration',
    tag: 'Calibration',
    summary: 'Calibration sets and one’s own standing',
    query: PageQuery,
    response: page(bank.CalibrationSummary),
  }),
  certificate: route({
    method: 'get',
    path: '/api/certificates/{id}',
    tag: 'Calibration',
    summary: 'The certificate of a passed attempt: one’s own, or for leads anybody’s',
    response: bank.Certificate,
  }),
  calibration: route({
    method: 'get',
    path: '/api/calibration/{family}',
    tag: 'Calibration',
    summary: 'A calibration set to score, without the experts’ scores',
    response: bank.CalibrationSet,
  }),
  submitCalibration: route({
    method: 'post',
    path: '/api/calibration/{family}/attempts',
    tag: 'Calibration',
    summary: 'Score the whole set; get agreement and the experts’ reasons',
    body: bank.SubmitCalibration,
    response: bank.CalibrationAttempt,
    status: 201,
  }),
  listCalibrationAttempts: route({
    method: 'get',
    path: '/api/calibration/{family}/attempts',
    tag: 'Calibration',
    summary: 'One’s own attempts, newest first',
    query: PageQuery,
    response: page(bank.CalibrationAttempt),
  }),
  calibrationPractice: route({
    method: 'get',
    path: '/api/calibration/{family}/practice',
    tag: 'Calibration',
    summary: 'Transcripts to practise on, none of which is counted',
    response: bank.CalibrationPractice,
  }),
  practiseCalibration: route({
    method: 'post',
    path: '/api/calibration/{family}/practice',
    tag: 'Calibration',
    summary: 'Scores for practice: the experts’ scores and reasons, and one’s tendency. Nothing is kept',
    body: bank.SubmitCalibration,
    response: bank.PractisedCalibration,
  }),

  // Openings and panels
  listOpenings: route({
    method: 'get',
    path: '/api/openings',
    tag: 'Openings',
    summary: 'Openings that one may see, newest first',
    query: PageQuery,
    response: page(interview.OpeningSummary),
  }),
  createOpening: route({
    method: 'post',
    path: '/api/openings',
    tag: 'Openings',
    summary: 'Make a draft opening from a kit, which is pinned',
    body: interview.CreateOpening,
    response: interview.Opening,
    status: 201,
  }),
  opening: route({
    method: 'get',
    path: '/api/openings/{id}',
    tag: 'Openings',
    summary: 'One opening with its pinned items and panel',
    response: interview.Opening,
  }),
  updateOpening: route({
    method: 'patch',
    path: '/api/openings/{id}',
    tag: 'Openings',
    summary: 'Change a draft: title, items, weights',
    body: interview.UpdateOpening,
    response: interview.Opening,
  }),
  openOpening: route({
    method: 'post',
    path: '/api/openings/{id}/open',
    tag: 'Openings',
    summary: 'Fix kit, weights and panel, and open for interviews',
    response: interview.Opening,
  }),
  closeOpening: route({
    method: 'post',
    path: '/api/openings/{id}/close',
    tag: 'Openings',
    summary: 'Close the opening for a stated reason',
    body: interview.CloseOpening,
    response: interview.Opening,
  }),
  eligible: route({
    method: 'get',
    path: '/api/openings/{id}/eligible',
    tag: 'Openings',
    summary: 'Who could sit on the panel, and whether they are calibrated',
    query: PageQuery,
    response: page(interview.Eligible),
  }),
  appoint: route({
    method: 'post',
    path: '/api/openings/{id}/seats',
    tag: 'Openings',
    summary: 'Add a seat to a draft’s panel',
    body: interview.Appoint,
    response: interview.Opening,
    status: 201,
  }),
  removeSeat: route({
    method: 'delete',
    path: '/api/openings/{id}/seats/{seatId}',
    tag: 'Openings',
    summary: 'Take a seat off a draft’s panel',
    response: interview.Opening,
  }),
  substitute: route({
    method: 'post',
    path: '/api/openings/{id}/seats/{seatId}/substitute',
    tag: 'Openings',
    summary: 'Put another person in a seat, with a reason that the report shows',
    body: interview.Substitute,
    response: interview.Opening,
  }),
  openingAudit: route({
    method: 'get',
    path: '/api/openings/{id}/audit',
    tag: 'Openings',
    summary: 'What happened in this opening; sealed events appear at reveal',
    query: PageQuery,
    response: page(decision.AuditEntry),
  }),
  decisionReport: route({
    method: 'get',
    path: '/api/openings/{id}/decision',
    tag: 'Decision',
    summary: 'Numbers of the revealed candidates, and what they are worth',
    query: decision.DecisionQuery,
    response: decision.DecisionReport,
  }),
  decisionEvidence: route({
    method: 'get',
    path: '/api/openings/{id}/decision/evidence',
    tag: 'Decision',
    summary: 'What the raters wrote of revealed candidates, in the order these were added',
    query: decision.EvidenceQuery,
    response: page(decision.DecisionEvidence),
  }),

  // Candidates and sessions
  listCandidates: route({
    method: 'get',
    path: '/api/openings/{id}/candidates',
    tag: 'Candidates',
    summary: 'Candidates of an opening, in the order they were added',
    query: PageQuery,
    response: page(interview.Candidate),
  }),
  addCandidate: route({
    method: 'post',
    path: '/api/openings/{id}/candidates',
    tag: 'Candidates',
    summary: 'Add a candidate',
    body: interview.AddCandidate,
    response: interview.Candidate,
    status: 201,
  }),
  candidate: route({
    method: 'get',
    path: '/api/candidates/{id}',
    tag: 'Candidates',
    summary: 'One candidate, with who has locked',
    response: interview.Candidate,
  }),
  updateCandidate: route({
    method: 'patch',
    path: '/api/candidates/{id}',
    tag: 'Candidates',
    summary: 'Correct a name or e-mail',
    body: interview.UpdateCandidate,
    response: interview.Candidate,
  }),
  inviteCandidate: route({
    method: 'post',
    path: '/api/candidates/{id}/invitation',
    tag: 'Candidates',
    summary: 'Give the candidate an account of their own (needs an e-mail)',
    response: people.InvitationLink,
    status: 201,
  }),
  withdrawCandidate: route({
    method: 'post',
    path: '/api/candidates/{id}/withdraw',
    tag: 'Candidates',
    summary: 'Withdraw a candidate for a stated reason',
    body: interview.Withdraw,
    response: interview.Candidate,
  }),
  closePanel: route({
    method: 'post',
    path: '/api/candidates/{id}/close-panel',
    tag: 'Candidates',
    summary: 'Reveal with the ratings there are, for a stated reason',
    body: interview.ClosePanel,
    response: interview.Candidate,
  }),
  decide: route({
    method: 'post',
    path: '/api/candidates/{id}/decision',
    tag: 'Decision',
    summary: 'Record what was decided, and why (after reveal)',
    body: interview.RecordDecision,
    response: interview.Candidate,
    status: 201,
  }),
  listWorkSamples: route({
    method: 'get',
    path: '/api/candidates/{id}/work-samples',
    tag: 'Candidates',
    summary: 'Runs of labs that the candidate attached, oldest first',
    response: list(interview.WorkSample, MOST_WORK_SAMPLES),
  }),
  attachWorkSample: route({
    method: 'post',
    path: '/api/candidates/{id}/work-samples',
    tag: 'Candidates',
    summary: 'Attach a run of a lab to one’s own application; it cannot be changed afterwards',
    body: interview.AttachWorkSample,
    response: interview.WorkSample,
    status: 201,
  }),
  groupAnswers: route({
    method: 'get',
    path: '/api/candidates/{id}/groups',
    tag: 'Candidates',
    summary: 'One’s own voluntary group data, for the candidate alone',
    response: fairness.GroupAnswers,
  }),
  answerGroups: route({
    method: 'put',
    path: '/api/candidates/{id}/groups',
    tag: 'Candidates',
    summary: 'Give, change or take back group data; counted and erased when the opening closes',
    body: fairness.AnswerGroups,
    response: fairness.GroupAnswers,
  }),
  listComments: route({
    method: 'get',
    path: '/api/candidates/{id}/comments',
    tag: 'Candidates',
    summary: 'Comments; open only at reveal',
    query: PageQuery,
    response: page(interview.Comment),
  }),
  addComment: route({
    method: 'post',
    path: '/api/candidates/{id}/comments',
    tag: 'Candidates',
    summary: 'Comment on a revealed candidate',
    body: interview.AddComment,
    response: interview.Comment,
    status: 201,
  }),
  listSessions: route({
    method: 'get',
    path: '/api/sessions',
    tag: 'Sessions',
    summary: 'Sessions of the openings that one may see, soonest first; past ones last',
    query: PageQuery.extend({ opening: Id.optional(), candidate: Id.optional() }),
    response: page(interview.Session),
  }),
  scheduleSession: route({
    method: 'post',
    path: '/api/candidates/{id}/sessions',
    tag: 'Sessions',
    summary: 'Schedule a session',
    body: interview.ScheduleSession,
    response: interview.Session,
    status: 201,
  }),
  updateSession: route({
    method: 'patch',
    path: '/api/sessions/{id}',
    tag: 'Sessions',
    summary: 'Move, start, end or cancel a session',
    body: interview.UpdateSession,
    response: interview.Session,
  }),
  applications: route({
    method: 'get',
    path: '/api/applications',
    tag: 'Candidates',
    summary: 'A candidate’s own applications',
    query: PageQuery,
    response: page(interview.Application),
  }),

  // Scoring
  scorecard: route({
    method: 'get',
    path: '/api/candidates/{id}/scorecard',
    tag: 'Scoring',
    summary: 'One’s own scorecard: pinned questions, drafts, note',
    response: ratings.Scorecard,
  }),
  saveDraft: route({
    method: 'put',
    path: '/api/candidates/{id}/scorecard/drafts/{question}',
    tag: 'Scoring',
    summary: 'Save a draft; repeating the same save is safe',
    body: ratings.SaveDraft,
    response: ratings.Draft,
  }),
  saveNote: route({
    method: 'put',
    path: '/api/candidates/{id}/scorecard/note',
    tag: 'Scoring',
    summary: 'Save one’s private note',
    body: ratings.SaveNote,
    response: ratings.Note,
  }),
  submitScorecard: route({
    method: 'post',
    path: '/api/candidates/{id}/scorecard/submit',
    tag: 'Scoring',
    summary: 'Freeze the scorecard; reveals the candidate if it was the last',
    response: ratings.SubmitResult,
  }),
  amendRating: route({
    method: 'post',
    path: '/api/ratings/{id}/amend',
    tag: 'Scoring',
    summary: 'Put a dated, reasoned amendment beside a sealed rating; statistics keep the first',
    body: ratings.AmendRating,
    response: ratings.Rating,
    status: 201,
  }),
  listRatings: route({
    method: 'get',
    path: '/api/candidates/{id}/ratings',
    tag: 'Scoring',
    summary: 'Ratings that one may read: one’s own, and all of them after reveal',
    query: PageQuery,
    response: page(ratings.Rating),
  }),

  listNotes: route({
    method: 'get',
    path: '/api/candidates/{id}/notes',
    tag: 'Scoring',
    summary: 'Notes that one may read: one’s own, and after reveal those of every rater who submitted',
    query: PageQuery,
    response: page(ratings.SharedNote),
  }),

  // Finding
  search: route({
    method: 'get',
    path: '/api/search',
    tag: 'Search',
    summary: 'Questions, openings, candidates and readable evidence',
    query: z.object({ q: z.string().trim().min(1, 'say what to look for').max(300) }),
    response: list(decision.SearchHit, MOST_HITS),
  }),
} as const;

export type Routes = typeof routes;

/** Not JSON, so outside the table: `GET /api/openings/{id}/export.csv`, `GET /api/candidates/{id}/events` (SSE). */
export const exportPath = (openingId: string): string => `/api/openings/${openingId}/export.csv`;
export const eventsPath = (candidateId: string): string => `/api/candidates/${candidateId}/events`;

/**
 * `GET /api/bank/export/{format}?kit=&area=&question=&lang=`: a file. `POST /api/bank/import?name=`: the bytes of a
 * file in, an `ImportPreview` out. For leads.
 */
export const bankExportPath = (format: string): string => `/api/bank/export/${format}`;
export const bankImportPath = '/api/bank/import';

/** Payload of the `locks` event, the only one: the persons whose seats have locked, and whether the candidate is revealed. */
export const LocksEvent = z.object({ locked: z.array(Id), revealed: z.boolean() });
export type LocksEvent = z.infer<typeof LocksEvent>;
