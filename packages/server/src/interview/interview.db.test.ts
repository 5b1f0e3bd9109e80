import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { ApiError } from '../client.ts';
import type { Actor } from '../context.ts';
import { freshDatabase } from '../testing/database.ts';
import { complete, evidence, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

let world: World;
let owner: Actor;
let lead: Actor;
let li: Actor;
let wang: Actor;
let zhao: Actor;

const refusal = (code: string, status?: number) =>
  expect.objectContaining({ name: 'ApiError', code, ...(status ? { status } : {}) }) as unknown as ApiError;

beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase({ asTheyLie: true }) });
  owner = await world.addPerson('Owner', 'owner');
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  wang = await world.addPerson('Wang', 'interviewer');
  zhao = await world.addPerson('Zhao', 'interviewer');
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

describe('an opening', () => {
  it('is made from a kit, pinned with content hashes', async () => {
    const opening = await world
      .as(lead)
      .createOpening({ body: { title: 'Pinned', kit: 'medical-llm-engineer' } });
    const kit = world.context.bank.kits.get('medical-llm-engineer');
    expect(opening.status).toBe('draft');
    expect(opening.kitHash).toBe(kit?.hash);
    expect(opening.items.map(({ question }) => question)).toEqual(kit?.items.map(({ question }) => question));
    for (const { question, hash } of opening.items)
      expect(hash).toBe(world.context.bank.questions.get(question)?.hash);
  });

  it('names the field when the input is wrong', async () => {
    const error = await world
      .as(lead)
      .createOpening({ body: { title: 'x', kit: '' } })
      .catch((caught: unknown) => caught);
    expect(error).toEqual(refusal('invalid-input', 400));
    expect((error as ApiError).problem.errors?.map(({ field }) => field)).toEqual(['/title', '/kit']);
    await expect(
      world.as(lead).createOpening({ body: { title: 'No such kit', kit: 'nothing' } }),
    ).rejects.toEqual(refusal('no-such-kit', 422));
  });

  it('is for leads to make and change', async () => {
    await expect(
      world.as(li).createOpening({ body: { title: 'Mine', kit: 'llm-engineer' } }),
    ).rejects.toEqual(refusal('forbidden', 403));
  });

  it('fixes items, weights and panel when it opens', async () => {
    const { openingId: id } = await openPanel(world, lead, [li]);
    const api = world.as(lead);
    await expect(api.updateOpening({ params: { id }, body: { title: 'Changed' } })).rejects.toEqual(
      refusal('opening-fixed', 409),
    );
    await expect(
      api.appoint({ params: { id }, body: { personId: wang.id, waiver: 'a reason for this test' } }),
    ).rejects.toEqual(refusal('panel-fixed', 409));
    const direct = world.context.store.as(lead.id, (tables) =>
      tables.execute(`UPDATE viva.opening_item SET weight = 9 WHERE opening_id = '${id}'`),
    );
    await expect(direct).rejects.toThrow();
  });

  it('does not open without a panel', async () => {
    const api = world.as(lead);
    const { id } = await api.createOpening({ body: { title: 'Empty panel', kit: 'llm-engineer' } });
    await expect(api.openOpening({ params: { id } })).rejects.toEqual(refusal('no-panel', 409));
  });
});

describe('the calibration gate', () => {
  it('asks for a passed calibration or a reasoned waiver, and shows which', async () => {
    const api = world.as(lead);
    const { id, scaleFamily } = await api.createOpening({ body: { title: 'Gate', kit: 'llm-engineer' } });
    await expect(api.appoint({ params: { id }, body: { personId: zhao.id } })).rejects.toEqual(
      refusal('not-calibrated', 422),
    );
    const set = await world.as(zhao).calibration({ params: { family: scaleFamily } });
    for (const transcript of set.transcripts) expect(Object.keys(transcript)).not.toContain('expert');
    const experts = new Map(
      world.context.bank.calibrations.get(scaleFamily)?.transcripts.map((entry) => [entry.id, entry.expert]),
    );
    const answers = (shift: number) =>
      set.transcripts.map(({ id: transcript }) => ({
        transcript,
        score: Math.min(5, Math.max(1, (experts.get(transcript) ?? 3) + shift)),
      }));
    const failed = await world
      .as(zhao)
      .submitCalibration({ params: { family: scaleFamily }, body: { answers: answers(2) } });
    expect(failed).toMatchObject({ passed: false, expiresAt: null });
    expect(failed.bias).toBeGreaterThan(0);
    await expect(api.appoint({ params: { id }, body: { personId: zhao.id } })).rejects.toEqual(
      refusal('not-calibrated', 422),
    );
    const passed = await world
      .as(zhao)
      .submitCalibration({ params: { family: scaleFamily }, body: { answers: answers(0) } });
    expect(passed).toMatchObject({ passed: true, exact: 1, withinOne: 1, bias: 0 });
    await api.appoint({ params: { id }, body: { personId: zhao.id } });
    const { seats } = await api.appoint({
      params: { id },
      body: { personId: li.id, waiver: 'She calibrated elsewhere last month.' },
    });
    expect(seats.map(({ history }) => history[0]?.calibration)).toEqual(['passed', 'waived']);
    expect(seats[1]?.history[0]?.waiverReason).toContain('elsewhere');
  });

  it('refuses an incomplete set, naming what is missing', async () => {
    const error = (await world
      .as(wang)
      .submitCalibration({
        params: { family: 'technical' },
        body: { answers: [{ transcript: 'gan-solid', score: 4 }] },
      })
      .catch((caught: unknown) => caught)) as ApiError;
    expect(error.code).toBe('incomplete-calibration');
    expect(error.problem.errors?.length).toBe(
      (world.context.bank.calibrations.get('technical')?.transcripts.length ?? 0) - 1,
    );
  });
});

describe('scoring', () => {
  it('gives drafts in an order of their own, not in the one that rows lie in, which others move', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang]);
    const { id } = await world
      .as(lead)
      .addCandidate({ params: { id: openingId }, body: { name: 'Candidate' } });
    const inOrder = [...questions].sort();
    for (const order of [inOrder, [...inOrder].reverse()])
      for (const question of order) {
        const { drafts } = await world.as(li).scorecard({ params: { id } });
        const revision = drafts.find((draft) => draft.question === question)?.revision ?? 0;
        await world.as(li).saveDraft({
          params: { id, question },
          body: { ...complete(3), baseRevision: revision },
        });
        const after = await world.as(li).scorecard({ params: { id } });
        const held = after.drafts.map((draft) => draft.question);
        expect(held).toEqual([...held].sort());
      }
  });

  it('goes from drafts through submission to reveal, decision and amendment', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang]);
    const { id } = await world
      .as(lead)
      .addCandidate({ params: { id: openingId }, body: { name: 'Candidate' } });
    const params = { id };
    const api = world.as(li);
    const [first = '', second = ''] = questions;

    const draft = await api.saveDraft({
      params: { id, question: first },
      body: { score: 4, evidence: 'short', notAsked: null, baseRevision: 0 },
    });
    expect(draft.revision).toBe(1);
    const incomplete = (await api.submitScorecard({ params }).catch((caught: unknown) => caught)) as ApiError;
    expect(incomplete).toEqual(refusal('incomplete-scorecard', 422));
    expect(incomplete.problem.errors?.map(({ field }) => field)).toEqual([
      `/drafts/${first}`,
      `/drafts/${second}`,
    ]);
    expect(incomplete.problem.errors?.[0]?.message).toContain('40');

    await api.saveDraft({ params: { id, question: first }, body: { ...complete(4), baseRevision: 1 } });
    await api.saveDraft({
      params: { id, question: second },
      body: { score: null, evidence: '', notAsked: 'Time ran out.', baseRevision: 0 },
    });
    await api.saveNote({ params, body: { body: 'Private until reveal.', baseRevision: 0 } });
    expect(await api.submitScorecard({ params })).toEqual({ locked: true, revealed: false });
    await expect(api.saveDraft({ params: { id, question: first }, body: complete(1) })).rejects.toEqual(
      refusal('scorecard-locked', 409),
    );
    await expect(api.submitScorecard({ params })).rejects.toEqual(refusal('scorecard-locked', 409));

    // Nobody else reads anything yet, the owner included.
    for (const other of [wang, lead, owner]) {
      expect((await world.as(other).listRatings({ params })).items).toEqual([]);
      expect((await world.as(other).listNotes({ params })).items).toEqual([]);
      await expect(world.as(other).listComments({ params })).rejects.toEqual(refusal('sealed', 409));
      const report = await world.as(other).decisionReport({ params: { id: openingId } });
      expect(report.candidates).toEqual([]);
      expect((await world.as(other).decisionEvidence({ params: { id: openingId } })).items).toEqual([]);
      expect(report.sealed).toEqual([{ id, name: 'Candidate' }]);
    }
    await expect(
      world.as(lead).decide({ params, body: { outcome: 'advance', reason: 'Decided too early.' } }),
    ).rejects.toEqual(refusal('sealed', 409));

    expect(await scoreAll(world, wang, id, questions, 2)).toEqual({ locked: true, revealed: true });
    const ratings = (await world.as(lead).listRatings({ params })).items;
    expect(ratings.map(({ raterName, score }) => `${raterName} ${score}`).sort()).toEqual([
      'Li 4',
      'Li null',
      'Wang 2',
      'Wang 2',
    ]);
    expect((await world.as(wang).listNotes({ params })).items.map(({ body }) => body)).toEqual([
      'Private until reveal.',
    ]);

    const own = ratings.find((rating) => rating.raterId === li.id && rating.score === 4);
    await expect(
      world.as(wang).amendRating({
        params: { id: own?.id ?? '' },
        body: { score: 1, evidence: evidence('not mine'), reason: 'A try at another’s.' },
      }),
    ).rejects.toEqual(refusal('forbidden', 403));
    await api.amendRating({
      params: { id: own?.id ?? '' },
      body: { score: 5, evidence: evidence('again'), reason: 'I had missed the example.' },
    });
    const report = await world.as(lead).decisionReport({ params: { id: openingId } });
    const [shown] = report.candidates;
    expect(shown?.coverage).toBe(1);
    const [said] = (await world.as(lead).decisionEvidence({ params: { id: openingId } })).items;
    // Statistics use the first rating: 4 and 2 on the first question, 2 alone on the second, which Li did not ask.
    expect(said?.items.map(({ spread }) => spread.mean)).toEqual([3, 2]);
    expect(said?.items[0]?.scores.find(({ raterId }) => raterId === li.id)).toMatchObject({
      score: 4,
      amended: true,
    });

    await world.as(wang).addComment({ params, body: { body: 'We differ on the first question.' } });
    expect((await world.as(li).listComments({ params })).items).toHaveLength(1);
    const decided = await world
      .as(lead)
      .decide({ params, body: { outcome: 'hold', reason: 'We ask for a work sample.' } });
    expect(decided.decision).toMatchObject({ outcome: 'hold', by: 'Lead' });
    await expect(
      world.as(li).decide({ params, body: { outcome: 'advance', reason: 'Not mine to decide.' } }),
    ).rejects.toEqual(refusal('forbidden', 403));
    const csv = await (await world.request(lead, `/api/openings/${openingId}/export.csv`)).text();
    expect(csv.trim().split('\r\n')).toHaveLength(1 + 4 + 1);
  });

  it('keeps a draft conflict apart from a repeated save', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang]);
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Twice' } });
    const params = { id, question: questions[0] ?? '' };
    const api = world.as(li);
    await api.saveDraft({ params, body: complete(2, 'one tab') });
    // The answer was lost and the same save comes again.
    expect((await api.saveDraft({ params, body: complete(2, 'one tab') })).revision).toBe(1);
    const clash = (await api
      .saveDraft({ params, body: complete(5, 'another tab') })
      .catch((caught: unknown) => caught)) as ApiError;
    expect(clash).toEqual(refusal('draft-conflict', 409));
    expect(clash.problem.current).toMatchObject({ score: 2, revision: 1 });
    await expect(api.saveDraft({ params: { id, question: 'nothing' }, body: complete(2) })).rejects.toEqual(
      refusal('not-found', 404),
    );
  });

  it('is closed to everyone off the panel, and to candidates', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li]);
    const { id } = await world
      .as(lead)
      .addCandidate({ params: { id: openingId }, body: { name: 'Guarded' } });
    const visitor = await world.addPerson('Visitor', 'candidate');
    await expect(
      world.as(lead).saveDraft({ params: { id, question: questions[0] ?? '' }, body: complete(3) }),
    ).rejects.toEqual(refusal('forbidden', 403));
    await expect(world.as(wang).scorecard({ params: { id } })).rejects.toEqual(refusal('not-found', 404));
    await expect(world.as(visitor).candidate({ params: { id } })).rejects.toEqual(refusal('forbidden', 403));
    await expect(world.as(visitor).listQuestions()).rejects.toEqual(refusal('forbidden', 403));
    expect((await world.as(visitor).applications()).items).toEqual([]);
    expect((await world.request(undefined, `/api/candidates/${id}`)).status).toBe(401);
  });

  it('has no field for an overall score', async () => {
    const document = JSON.stringify(
      world.app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } }).paths,
    );
    const bodies = [...document.matchAll(/"requestBody":\{.*?"responses"/g)].map(([body]) => body).join('\n');
    expect(bodies.length).toBeGreaterThan(500);
    expect(bodies).not.toMatch(/overall|total|aggregate/i);
  });
});

describe('panels', () => {
  it('substitutes with a reason: what the former holder submitted stays, the rest passes on', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang]);
    const api = world.as(lead);
    const done = await api.addCandidate({ params: { id: openingId }, body: { name: 'Done by Li' } });
    const open = await api.addCandidate({ params: { id: openingId }, body: { name: 'Still open' } });
    await scoreAll(world, li, done.id, questions);
    await world.as(li).saveDraft({
      params: { id: open.id, question: questions[0] ?? '' },
      body: complete(5, 'never revealed'),
    });
    const { seats } = await api.opening({ params: { id: openingId } });
    const seatId = seats.find(({ holder }) => holder.personId === li.id)?.id ?? '';
    await expect(
      api.substitute({ params: { id: openingId, seatId }, body: { personId: zhao.id, reason: 'short' } }),
    ).rejects.toEqual(refusal('invalid-input', 400));
    const after = await api.substitute({
      params: { id: openingId, seatId },
      body: { personId: zhao.id, reason: 'Li is on leave from Monday.' },
    });
    expect(
      after.seats.find(({ id }) => id === seatId)?.history.map(({ name, reason }) => [name, reason]),
    ).toEqual([
      ['Li', null],
      ['Zhao', 'Li is on leave from Monday.'],
    ]);
    expect(
      (await api.candidate({ params: { id: done.id } })).locks.map(({ name, locked }) => [name, locked]),
    ).toEqual([
      ['Li', true],
      ['Wang', false],
    ]);
    expect(
      (await api.candidate({ params: { id: open.id } })).locks.map(({ name, locked }) => [name, locked]),
    ).toEqual([
      ['Zhao', false],
      ['Wang', false],
    ]);
    await expect(
      world.as(li).saveDraft({
        params: { id: open.id, question: questions[0] ?? '' },
        body: { ...complete(4), baseRevision: 1 },
      }),
    ).rejects.toEqual(refusal('forbidden', 403));
    await expect(world.as(zhao).submitScorecard({ params: { id: done.id } })).rejects.toEqual(
      refusal('seat-locked', 409),
    );
    await scoreAll(world, zhao, open.id, questions);
    expect(await scoreAll(world, wang, open.id, questions)).toMatchObject({ revealed: true });
    // Li's draft for the second candidate stays hers alone.
    expect(JSON.stringify((await api.listRatings({ params: { id: open.id } })).items)).not.toContain(
      'never revealed',
    );
  });

  it('closes early only for a stated reason, and then takes no more ratings', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang]);
    const api = world.as(lead);
    const { id } = await api.addCandidate({ params: { id: openingId }, body: { name: 'Closed early' } });
    await scoreAll(world, li, id, questions);
    await expect(
      world.as(li).closePanel({ params: { id }, body: { reason: 'I am only a rater here.' } }),
    ).rejects.toEqual(refusal('forbidden', 403));
    const closed = await api.closePanel({
      params: { id },
      body: { reason: 'Wang fell ill; the offer cannot wait.' },
    });
    expect(closed.reveal).toMatchObject({ cause: 'closed', reason: 'Wang fell ill; the offer cannot wait.' });
    await expect(scoreAll(world, wang, id, questions)).rejects.toEqual(refusal('revealed', 409));
    await expect(
      api.closePanel({ params: { id }, body: { reason: 'Once more, for no reason.' } }),
    ).rejects.toEqual(refusal('revealed', 409));
  });

  it('reveals exactly once when the last two submit at the same moment', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang, zhao]);
    for (let round = 0; round < 5; round++) {
      const { id } = await world
        .as(lead)
        .addCandidate({ params: { id: openingId }, body: { name: `Round ${round}` } });
      const results = await Promise.all(
        [li, wang, zhao].map((rater) => scoreAll(world, rater, id, questions)),
      );
      expect(results.filter(({ revealed }) => revealed)).toHaveLength(1);
      expect((await world.as(lead).candidate({ params: { id } })).revealed).toBe(true);
    }
  });
});

describe('sessions', () => {
  it('are scheduled by leads, started and ended by the panel, in that order only', async () => {
    const { openingId } = await openPanel(world, lead, [li]);
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Met' } });
    const session = await world
      .as(lead)
      .scheduleSession({ params: { id }, body: { scheduledAt: '2026-12-01T09:00:00.000Z', minutes: 60 } });
    const params = { id: session.id };
    await expect(world.as(li).updateSession({ params, body: { minutes: 30 } })).rejects.toEqual(
      refusal('forbidden', 403),
    );
    await expect(world.as(li).updateSession({ params, body: { status: 'ended' } })).rejects.toEqual(
      refusal('session-state', 409),
    );
    expect(await world.as(li).updateSession({ params, body: { status: 'running' } })).toMatchObject({
      status: 'running',
    });
    await expect(world.as(lead).updateSession({ params, body: { minutes: 30 } })).rejects.toEqual(
      refusal('session-begun', 409),
    );
    expect((await world.as(li).updateSession({ params, body: { status: 'ended' } })).endedAt).not.toBeNull();
    expect((await world.as(li).listSessions({ query: { opening: openingId } })).items).toHaveLength(1);
    expect((await world.as(wang).listSessions({ query: { opening: openingId } })).items).toHaveLength(0);
  });
});

describe('the audit log', () => {
  it('is whole, pages, and keeps sealed events for the time after reveal', async () => {
    const { openingId, questions } = await openPanel(world, lead, [li, wang]);
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Logged' } });
    await scoreAll(world, li, id, questions);
    const actions = async (who: Actor) =>
      (await world.as(who).openingAudit({ params: { id: openingId }, query: { limit: 200 } })).items.map(
        ({ action }) => action,
      );
    expect(await actions(li)).toContain('scorecard.submitted');
    expect(await actions(lead)).not.toContain('scorecard.submitted');
    await scoreAll(world, wang, id, questions);
    expect((await actions(lead)).filter((action) => action === 'scorecard.submitted')).toHaveLength(2);
    const page = await world.as(lead).openingAudit({ params: { id: openingId }, query: { limit: 2 } });
    expect(page.items).toHaveLength(2);
    const verdict = await verifyAudit(world.context.store.driver);
    expect(verdict.faults).toEqual([]);
    expect(verdict.rows).toBeGreaterThan(20);
  });
});
