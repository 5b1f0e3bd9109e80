/** The one client through which every page talks to the server. */
import { type CallOutput, createClient, type Routes } from '@viva/server/client';

export const api = createClient();

/** What a route answers, by the route's name: `Answer<'opening'>`. */
export type Answer<K extends keyof Routes> = CallOutput<Routes[K]>;
type Item<K extends keyof Routes> = Answer<K> extends { items: (infer T)[] } ? T : never;

export type Person = Answer<'me'>;
export type Opening = Answer<'opening'>;
export type OpeningSummary = Item<'listOpenings'>;
export type OpeningItem = Opening['items'][number];
export type Seat = Opening['seats'][number];
export type Eligible = Item<'eligible'>;
export type Candidate = Answer<'candidate'>;
export type SeatLock = Candidate['locks'][number];
export type Session = Item<'listSessions'>;
export type WorkSample = Item<'listWorkSamples'>;
export type Comment = Item<'listComments'>;
export type Rating = Item<'listRatings'>;
export type Scorecard = Answer<'scorecard'>;
export type PinnedQuestion = Scorecard['questions'][number];
export type Draft = Answer<'saveDraft'>;
export type Note = Answer<'saveNote'>;
export type DecisionReport = Answer<'decisionReport'>;
export type DecisionEvidence = Answer<'decisionEvidence'>['items'][number];
export type DecisionCandidate = DecisionReport['candidates'][number];
export type AuditEntry = Item<'openingAudit'>;
export type Application = Item<'applications'>;
export type Question = Answer<'question'>;
export type Chat = Answer<'chat'>;
export type CalibrationSet = Answer<'calibration'>;
export type CalibrationAttempt = Answer<'submitCalibration'>;
export type PractisedCalibration = Answer<'practiseCalibration'>;
export type RatingTendency = PractisedCalibration['tendency'];
export type Kit = Answer<'kit'>;
export type Localised = { 'zh-CN': string; en: string };
export type Proposal = Answer<'proposal'>;
export type ProposalSummary = Item<'listProposals'>;
export type SavedContent = Answer<'saveContent'>;
export type AuthoredQuestion = Answer<'authoredQuestion'>;
export type QuestionVersion = AuthoredQuestion['versions'][number];
export type QuestionStatistics = Answer<'questionStatistics'>;
export type Vocabulary = Answer<'authoringVocabulary'>;
