/** Statistics of a question: over revealed ratings of every opening, and never a figure of a sealed one. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { publishChange, reworded } from '../testing/authoring.ts';
import { freshDatabase } from '../testing/database.ts';
import { complete, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';

let world: World;
let lead: Actor;
let second: Actor;
let raters: Actor[];
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  lead = await world.addPerson('Lead', 'lead');
  second = await world.addPerson('Second', 'owner');
  raters = [await world.addPerson('Ann', 'interviewer'), await world.addPerson('Ben', 'interviewer')];
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

const read = (question: string) => world.as(lead).questionStatistics({ params: { question } });

describe('statistics of a question', () => {
  let question: string;

  it('say that nothing is known before anything is revealed', async () => {
    // The lead sits on the panel as well, so that row-level security would show the lead's own sealed ratings.
    const { openingId, questions } = await openPanel(world, lead, [lead, ...raters]);
    question = questions[0] ?? '';
    const candidate = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Ada' } });
    const nothing = await read(question);
    expect(nothing).toMatchObject({
      basis: 'none',
      ratings: 0,
      openings: 0,
      raters: 0,
      notAsked: 0,
      people: [],
      versions: [],
    });
    for (const rater of [lead, raters[0]!]) {
      await scoreAll(world, rater, candidate.id, questions, 4);
      expect(await read(question)).toEqual(nothing);
    }
    await world.as(raters[1]!).saveDraft({ params: { id: candidate.id, question }, body: complete(1) });
    expect(await read(question)).toEqual(nothing);
    await world
      .as(raters[1]!)
      .saveDraft({ params: { id: candidate.id, question }, body: { ...complete(2), baseRevision: 1 } });
    for (const other of questions.slice(1))
      await world
        .as(raters[1]!)
        .saveDraft({ params: { id: candidate.id, question: other }, body: complete(2) });
    await world.as(raters[1]!).submitScorecard({ params: { id: candidate.id } });
    const revealed = await read(question);
    expect(revealed).toMatchObject({ basis: 'plain', ratings: 3, openings: 1, raters: 3, candidates: 1 });
    expect(revealed.anchors.map(({ count }) => count)).toEqual([0, 1, 0, 2, 0]);
    // With three ratings an anchor of nearly two thirds of all answers may not have shown.
    expect(revealed.anchors[0]?.atMost).toBeCloseTo(1 - 0.05 ** (1 / 3), 12);
    expect(revealed.statements.map(({ code }) => code)).toContain('item-few-ratings');
    expect(revealed.versions[0]).toMatchObject({ version: 0, ratings: 3, difficulty: null, infit: null });
  });

  it('tell versions apart, and count what was not asked', async () => {
    await publishChange(world, lead, second, question, (content) => reworded(content, 5));
    const { openingId, questions } = await openPanel(world, lead, raters);
    const candidate = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Bo' } });
    for (const rater of raters) {
      const api = world.as(rater);
      for (const id of questions)
        await api.saveDraft({
          params: { id: candidate.id, question: id },
          body:
            id === question && rater === raters[0]
              ? { score: null, evidence: '', notAsked: 'No time was left.', baseRevision: 0 }
              : complete(5),
        });
      await api.submitScorecard({ params: { id: candidate.id } });
    }
    const { versions, notAsked, ratings, openings } = await read(question);
    expect({ notAsked, ratings, openings }).toEqual({ notAsked: 1, ratings: 4, openings: 2 });
    expect(versions.map(({ version, ratings: n }) => [version, n])).toEqual([
      [0, 3],
      [1, 1],
    ]);
  });

  it('are of nobody’s making where the question is unknown', async () => {
    await expect(read('no-such-question')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('give difficulty, fit and each rater once there are data for a model', async () => {
    const { openingId, questions } = await openPanel(world, lead, raters, 4);
    for (let n = 0; n < 16; n++) {
      const { id } = await world
        .as(lead)
        .addCandidate({ params: { id: openingId }, body: { name: `Candidate ${n}` } });
      for (const [r, rater] of raters.entries()) {
        for (const [q, name] of questions.entries())
          await world.as(rater).saveDraft({
            params: { id, question: name },
            body: complete(1 + ((n * 7 + q * 3 + r * (n % 2) + ((n * q) % 3)) % 5)),
          });
        await world.as(rater).submitScorecard({ params: { id } });
      }
    }
    const statistics = await read(question);
    expect(statistics.basis).toBe('model');
    const newest = statistics.versions.find(({ version }) => version === 1);
    expect(newest?.difficulty?.lower).toBeLessThan(newest?.difficulty?.value ?? 0);
    expect(newest?.infit).toBeGreaterThan(0);
    expect(newest?.fairAverage).toBeGreaterThan(1);
    expect(newest?.fairAverage).toBeLessThan(5);
    for (const person of statistics.people.filter(({ name }) => name !== 'Lead'))
      expect(person.severity).not.toBeNull();
    expect(statistics.split).not.toBeNull();
    expect(JSON.stringify(statistics)).not.toContain('@');
  });
});

type Move =
  | { kind: 'draft'; rater: number; question: number; score: number }
  | { kind: 'submit' | 'note' | 'amend'; rater: number }
  | { kind: 'close' | 'withdraw' };
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({
    kind: fc.constant('draft' as const),
    rater: fc.nat(2),
    question: fc.nat(1),
    score: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    kind: fc.constantFrom('submit' as const, 'submit' as const, 'note' as const, 'amend' as const),
    rater: fc.nat(2),
  }),
  fc.record({ kind: fc.constant('withdraw' as const) }),
);

it('hang on revealed ratings alone: nothing that happens before a reveal moves a figure', {
  timeout: 900_000,
}, async () => {
  let reveals = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 10 }), fc.boolean(), async (moves, close) => {
      const panel = [lead, ...raters];
      const { openingId, questions } = await openPanel(world, lead, panel);
      const { id } = await world
        .as(lead)
        .addCandidate({ params: { id: openingId }, body: { name: 'Candidate' } });
      const question = questions[0] ?? '';
      const before = JSON.stringify(await read(question));
      const revisions = new Map<string, number>();
      const revealed = async () => (await world.as(lead).candidate({ params: { id } })).revealed;
      for (const step of [...moves, ...(close ? [{ kind: 'close' as const }] : [])]) {
        const api = world.as(('rater' in step && panel[step.rater]) || lead);
        // Refusals are part of the play: a withdrawn candidate, a sealed card, a card that is not whole.
        const done =
          step.kind === 'draft'
            ? api
                .saveDraft({
                  params: { id, question: questions[step.question] ?? '' },
                  body: {
                    ...complete(step.score),
                    baseRevision: revisions.get(`${step.rater}/${step.question}`) ?? 0,
                  },
                })
                .then(({ revision }) => revisions.set(`${step.rater}/${step.question}`, revision))
            : step.kind === 'submit'
              ? scoreAll(world, panel[step.rater]!, id, questions, 1 + step.rater)
              : step.kind === 'note'
                ? api.saveNote({ params: { id }, body: { body: 'A note of one’s own.', baseRevision: 0 } })
                : step.kind === 'amend'
                  ? api.listRatings({ params: { id } }).then(({ items }) =>
                      api.amendRating({
                        params: { id: items[0]?.id ?? id },
                        body: {
                          score: 3,
                          evidence: complete(3).evidence,
                          reason: 'Heard it again on the tape.',
                        },
                      }),
                    )
                  : step.kind === 'close'
                    ? api.closePanel({ params: { id }, body: { reason: 'The play is at its end.' } })
                    : api.withdrawCandidate({ params: { id }, body: { reason: 'The play wants it so.' } });
        await (done as Promise<unknown>).catch(() => undefined);
        if (await revealed()) {
          reveals++;
          return;
        }
        expect(JSON.stringify(await read(question))).toBe(before);
      }
    }),
    { numRuns: 12 },
  );
  expect(reveals).toBeGreaterThan(1);
});
