/** One world in which every state of `contract/access.ts` is there at once, and everybody who could ask. */
import type { QuestionContent } from '@viva/bank';
import { eq } from 'drizzle-orm';
import type { Actor } from '../context.ts';
import { PROPOSAL_STATES, SESSION_STATES, STATES, type State } from '../contract/access.ts';
import * as t from '../store/schema.ts';
import { publishChange, reworded } from './authoring.ts';
import { startSession } from './sessions.ts';
import { complete, openPanel, scoreAll, type World } from './world.ts';

/**
 * `lead` leads what is asked about, `other-lead` another opening; `panelist` submits first, `colleague` last; `former` held
 * a seat and was substituted; `outsider` sits on another panel; `candidate` applied here, `other-candidate` elsewhere.
 */
export const PEOPLE = [
  'owner',
  'lead',
  'other-lead',
  'panelist',
  'colleague',
  'former',
  'outsider',
  'candidate',
  'other-candidate',
] as const;
export type Someone = (typeof PEOPLE)[number];

/** Candidates without an account are `anonymous`. */
export const STRANGERS = ['anonymous', 'revoked'] as const;

type ProposalState = (typeof PROPOSAL_STATES)[number];

export interface Subject {
  opening: string;
  candidate: string;
  seat: string;
  question: string;
  /** The panelist's first rating, where there is one. */
  rating: string;
  /** Whether everybody who may has begun a transcript. */
  transcribed: boolean;
}

export interface Stage {
  people: Record<Someone, Actor>;
  /** Somebody of the team who sits on no panel. */
  spare: Actor;
  invited: string;
  subjects: Record<State, Subject>;
  sessions: Record<(typeof SESSION_STATES)[number], string>;
  proposals: Record<
    ProposalState,
    { id: string; question: string; revision: number; hash: string; content: QuestionContent }
  >;
  /** A question with a retired version 1. */
  retired: string;
  /** A question that nobody is at work on. */
  free: string;
  chat: string;
  practice: string;
  /** Of somebody who passed a calibration: the lead. */
  certificate: string;
  /** The panelist's: a session, and a passkey. */
  session: string;
  passkey: string;
}

const WHY = 'The walk needs it to be so.';
const WAIVER = 'The walk waives the calibration.';
export const ROLE: Record<Someone, Actor['role']> = {
  owner: 'owner',
  lead: 'lead',
  'other-lead': 'lead',
  panelist: 'interviewer',
  colleague: 'interviewer',
  former: 'interviewer',
  outsider: 'interviewer',
  candidate: 'candidate',
  'other-candidate': 'candidate',
};

async function draftOpening(world: World, lead: Actor, panel: readonly Actor[]) {
  const opening = await world
    .as(lead)
    .createOpening({ body: { title: 'A draft opening', kit: 'llm-engineer' } });
  const params = { id: opening.id };
  const kept = opening.items.slice(0, 2).map(({ question, weight }) => ({ question, weight }));
  await world.as(lead).updateOpening({ params, body: { items: kept, askGroups: ['gender'] } });
  for (const { id: personId } of panel)
    await world.as(lead).appoint({ params, body: { personId, waiver: WAIVER } });
  return { openingId: opening.id, questions: kept.map(({ question }) => question) };
}

async function subjectIn(world: World, people: Stage['people'], state: State): Promise<Subject> {
  const { lead, panelist, colleague, former, candidate: applicant } = people;
  const api = world.as(lead);
  const draft = state === 'draft';
  const { openingId, questions } = await draftOpening(world, lead, [panelist, draft ? colleague : former]);
  const params = { id: openingId };
  if (!draft) {
    const opened = await api.openOpening({ params });
    const seatId = opened.seats.find(({ holder }) => holder.personId === former.id)?.id ?? '';
    await api.substitute({
      params: { ...params, seatId },
      body: { personId: colleague.id, reason: WHY, waiver: WAIVER },
    });
  }
  const { id: candidateId } = await api.addCandidate({
    params,
    body: { name: 'Somebody', email: `${applicant.id}@viva.test` },
  });
  // The person is there already, so the application becomes theirs.
  await api.inviteCandidate({ params: { id: candidateId } });
  const submitted = ['locked', 'revealed', 'panel-closed', 'closed-sealed', 'closed'].includes(state);
  const all = state === 'revealed' || state === 'closed';
  for (const [rater, submits] of [
    [panelist, submitted],
    [colleague, all],
  ] as const) {
    if (draft) continue;
    for (const question of questions)
      await world.as(rater).saveDraft({ params: { id: candidateId, question }, body: complete(3) });
    if (submits) await world.as(rater).submitScorecard({ params: { id: candidateId } });
  }
  const [rating] = submitted
    ? (await world.as(panelist).listRatings({ params: { id: candidateId } })).items.filter(
        ({ raterId }) => raterId === panelist.id,
      )
    : [];
  const transcribed = state === 'scoring' || state === 'locked';
  if (transcribed)
    for (const writer of [people.owner, lead, people['other-lead'], panelist, colleague])
      await world.as(writer).saveTranscript({
        params: { id: candidateId, question: questions[0] ?? '' },
        body: { body: 'Candidate: it has a scale.', locale: 'en', baseRevision: 0 },
      });
  const about = { params: { id: candidateId }, body: { reason: WHY } };
  if (state === 'panel-closed') await api.closePanel(about);
  if (state === 'withdrawn') await api.withdrawCandidate(about);
  if (state.startsWith('closed')) await api.closeOpening({ params, body: { reason: WHY } });
  const { seats } = await api.opening({ params });
  return {
    opening: openingId,
    candidate: candidateId,
    seat: seats.find(({ holder }) => holder.personId === colleague.id)?.id ?? '',
    question: questions[0] ?? '',
    rating: rating?.id ?? crypto.randomUUID(),
    transcribed,
  };
}

async function passCalibration(world: World, person: Actor): Promise<string> {
  const [set] = world.context.bank.calibrations.values();
  const attempt = await world.as(person).submitCalibration({
    params: { family: set?.family ?? '' },
    body: { answers: (set?.transcripts ?? []).map(({ id, expert }) => ({ transcript: id, score: expert })) },
  });
  return attempt.id;
}

async function sessionsOf(world: World, lead: Actor, candidate: string): Promise<Stage['sessions']> {
  const api = world.as(lead);
  const sessions = {} as Stage['sessions'];
  for (const state of SESSION_STATES) {
    const { id } = await api.scheduleSession({
      params: { id: candidate },
      body: { scheduledAt: '2027-01-01T09:00:00.000Z', minutes: 45 },
    });
    const become = (status: 'running' | 'ended' | 'cancelled') =>
      api.updateSession({ params: { id }, body: { status } });
    if (state === 'running' || state === 'ended') await become('running');
    if (state === 'ended' || state === 'cancelled') await become(state);
    sessions[state] = id;
  }
  return sessions;
}

async function proposalsOf(world: World, author: Actor, reviewer: Actor, questions: readonly string[]) {
  const api = world.as(author);
  const proposals = {} as Stage['proposals'];
  for (const [index, state] of PROPOSAL_STATES.entries()) {
    const question = questions[index] ?? '';
    const { id, content: before } = await api.startProposal({ body: { question } });
    const params = { id };
    const content = reworded(before as QuestionContent, index);
    await api.saveContent({ params, body: { content, baseRevision: 1 } });
    if (state !== 'draft')
      await api.propose({ params, body: { summary: 'Says more plainly what is fair.', revision: 2 } });
    const { proposedHash, revision } = await api.proposal({ params });
    const hash = proposedHash ?? '';
    if (state === 'changes-requested')
      await world.as(reviewer).requestChanges({ params, body: { body: WHY } });
    if (state === 'published') await world.as(reviewer).publishProposal({ params, body: { hash } });
    if (state === 'withdrawn') await api.withdrawProposal({ params, body: { reason: WHY } });
    proposals[state] = { id, question, revision, hash: hash || '0'.repeat(64), content };
  }
  return proposals;
}

/** A passkey that was made elsewhere. */
async function keepPasskey({ context: { store } }: World, { id: personId }: Actor): Promise<string> {
  const id = store.newId();
  await store.asAuth(async (tables) => {
    const [person] = await tables.select().from(t.person).where(eq(t.person.id, personId));
    await tables.insert(t.passkey).values({
      id,
      userId: person?.userId ?? '',
      name: 'A key',
      credentialId: id,
      publicKey: '',
      counter: 0,
      transports: '',
      synced: false,
      createdAt: store.clock(),
      usedAt: null,
    });
  });
  return id;
}

/** Builds it, through the API itself. The model that answers is `world`'s. */
export async function openAccessStage(world: World): Promise<Stage> {
  const people = {} as Stage['people'];
  for (const name of PEOPLE) {
    people[name] = await world.addPerson(name, ROLE[name]);
    await startSession(world, people[name]);
  }
  const { owner, lead, 'other-lead': otherLead, outsider } = people;
  const elsewhere = await openPanel(world, otherLead, [outsider]);
  const other = await world.as(otherLead).addCandidate({
    params: { id: elsewhere.openingId },
    body: { name: 'Somebody else', email: `${people['other-candidate'].id}@viva.test` },
  });
  await world.as(otherLead).inviteCandidate({ params: { id: other.id } });
  await scoreAll(world, outsider, other.id, elsewhere.questions);
  const subjects = {} as Stage['subjects'];
  for (const state of STATES) subjects[state] = await subjectIn(world, people, state);
  await world.as(owner).setAssistant({
    body: { kind: 'openai-compatible', baseUrl: 'http://localhost:1/v1', model: 'm' },
  });
  const questions = [...world.context.bank.questions.keys()];
  const retired = questions[PROPOSAL_STATES.length] ?? '';
  await publishChange(world, lead, otherLead, retired, (content) => reworded(content, 9));
  await world.as(lead).retireVersion({ params: { question: retired, version: '1' }, body: { reason: WHY } });
  const { person } = await world
    .as(owner)
    .invitePerson({ body: { name: 'Invited', email: 'invited@viva.test', role: 'interviewer' } });
  return {
    people,
    spare: await world.addPerson('Spare', 'interviewer'),
    invited: person.id,
    subjects,
    sessions: await sessionsOf(world, lead, subjects.scoring.candidate),
    proposals: await proposalsOf(world, lead, otherLead, questions),
    retired,
    session: (await startSession(world, people.panelist)).id,
    passkey: await keepPasskey(world, people.panelist),
    free: questions[PROPOSAL_STATES.length + 1] ?? '',
    certificate: await passCalibration(world, lead),
    chat: (
      await world.as(people.panelist).beginChat({ body: { question: 'What does double quantisation save?' } })
    ).id,
    practice: (
      await world
        .as(people.candidate)
        .beginPractice({ body: { kit: 'llm-engineer', locale: 'en', questions: 2 } })
    ).id,
  };
}
