/** Proposals, review, versions: what they lead to, who may, and that the database holds it by itself. */

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash, LOCALES, loadBank, type QuestionContent } from '@viva/bank';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../client.ts';
import type { Actor } from '../context.ts';
import type { Route } from '../contract/route.ts';
import { routes } from '../contract/routes.ts';
import { contentOf, publishChange, reworded } from '../testing/authoring.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';

let world: World;
let owner: Actor;
let ann: Actor;
let ben: Actor;
let interviewer: Actor;
let candidate: Actor;
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  owner = await world.addPerson('Owner', 'owner');
  ann = await world.addPerson('Ann', 'lead');
  ben = await world.addPerson('Ben', 'lead');
  interviewer = await world.addPerson('Ida', 'interviewer');
  candidate = await world.addPerson('Cy', 'candidate');
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

/** The code of the refusal, or `done`. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

describe('a change of a question', () => {
  const question = 'quantization';

  it('goes from draft by review to a version that new openings take and old ones do not', async () => {
    const before = await world.as(owner).createOpening({ body: { title: 'Before', kit: 'llm-engineer' } });
    const own = world.context.bank.questions.get(question);
    const { version, hash, id } = await publishChange(world, ann, ben, question, (content) => {
      const next = reworded(content, 1);
      for (const locale of LOCALES) next.text[locale].title += ' (revised)';
      return next;
    });
    expect(version).toBe(1);
    const after = await world.as(owner).createOpening({ body: { title: 'After', kit: 'llm-engineer' } });
    const pinned = (opening: typeof after) => opening.items.find((item) => item.question === question)?.hash;
    expect(pinned(before)).toBe(own?.hash);
    expect(pinned(after)).toBe(hash);
    expect(pinned(await world.as(owner).opening({ params: { id: before.id } }))).toBe(own?.hash);
    const shown = await world.as(interviewer).question({ params: { question } });
    expect(shown).toMatchObject({
      hash,
      text: { en: { fair: expect.arrayContaining([expect.stringContaining('Version 1')]) } },
    });
    const { items } = await world.as(interviewer).search({ query: { q: 'quantization' } });
    expect(items.find((hit) => hit.id === question)?.title).toContain('(revised)');
    const view = await world.as(ben).authoredQuestion({ params: { question } });
    expect(view.versions.map((one) => [one.version, one.current, one.openings])).toEqual([
      [1, true, 1],
      [0, false, 1],
    ]);
    expect(view.versions[0]).toMatchObject({ author: 'Ann', publishedBy: 'Ben', proposal: id, hash });
    expect(view.live).toBeNull();
    expect(view.history.map(({ action, actor }) => [action, actor])).toEqual([
      ['question.published', 'Ben'],
      ['question.proposed', 'Ann'],
      ['question.drafted', 'Ann'],
    ]);
  });

  it('is exported as files that the bank reads back with the same hash', async () => {
    const { hash, files } = await world.as(ann).questionFolder({ params: { question, version: '1' } });
    const folder = await mkdtemp(join(tmpdir(), 'viva-folder-'));
    await cp(fileURLToPath(new URL('../../../../bank', import.meta.url)), folder, { recursive: true });
    for (const { path, text } of files) await writeFile(join(folder, path), text);
    expect((await loadBank(folder)).questions.get(question)?.hash).toBe(hash);
    await rm(folder, { recursive: true });
  });

  it('is hashed by its content', async () => {
    const { hash, content } = await world.as(ann).questionVersion({ params: { question, version: '1' } });
    expect(await contentHash(content)).toBe(hash);
  });

  it('can be retired and restored, with a reason; the folder’s version counts meanwhile', async () => {
    const params = { question, version: '1' };
    const body = { reason: 'It leaked to a forum last week.' };
    const current = async () => (await world.as(ann).question({ params: { question } })).hash;
    const newest = await current();
    const retired = await world.as(ann).retireVersion({ params, body });
    expect(retired.versions[0]).toMatchObject({
      current: false,
      retired: { by: 'Ann', reason: body.reason },
    });
    expect(await current()).toBe(world.context.bank.questions.get(question)?.hash);
    expect(await codeOf(world.as(ann).retireVersion({ params, body }))).toBe('retired-already');
    expect(await codeOf(world.as(ann).retireVersion({ params: { question, version: '0' }, body }))).toBe(
      'folder-version',
    );
    expect(await codeOf(world.as(ann).retireVersion({ params: { question, version: 'one' }, body }))).toBe(
      'not-found',
    );
    await world.as(ben).restoreVersion({ params, body });
    expect(await current()).toBe(newest);
  });

  it('is one person’s at a time, and says whose', async () => {
    const { id } = await world.as(ann).startProposal({ body: { question: 'dpo' } });
    const refused = await world
      .as(ben)
      .startProposal({ body: { question: 'dpo' } })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'being-edited',
      problem: { current: { id, author: { name: 'Ann' } } },
    });
    await world.as(ben).withdrawProposal({ params: { id }, body: { reason: 'Ann has left the team.' } });
    const again = await world.as(ben).startProposal({ body: { question: 'dpo' } });
    await world
      .as(ben)
      .withdrawProposal({ params: { id: again.id }, body: { reason: 'Only for the test of it.' } });
  });

  it('is not lost to a second window: a save on an old revision is refused with what is held', async () => {
    const api = world.as(ann);
    const { id, content, revision } = await api.startProposal({ body: { question: 'dpo' } });
    const params = { id };
    const one = reworded(content as QuestionContent, 1);
    const two = reworded(content as QuestionContent, 2);
    const saved = await api.saveContent({ params, body: { content: one, baseRevision: revision } });
    // The same save again, whose answer was lost, is no conflict.
    expect(await api.saveContent({ params, body: { content: one, baseRevision: revision } })).toMatchObject({
      revision: saved.revision,
    });
    const clash = await api
      .saveContent({ params, body: { content: two, baseRevision: revision } })
      .catch((error: unknown) => error);
    expect(clash).toMatchObject({
      code: 'draft-conflict',
      problem: { current: { revision: saved.revision, content: one } },
    });
    expect(await codeOf(api.propose({ params, body: { summary: 'On a revision gone by.', revision } }))).toBe(
      'draft-conflict',
    );
    expect(
      await codeOf(
        api.saveContent({ params, body: { content: { ...one, id: 'other' }, baseRevision: saved.revision } }),
      ),
    ).toBe('id-fixed');
    await api.withdrawProposal({ params, body: { reason: 'Only for the test of it.' } });
  });

  it('says what it would do to kits and calibration sets', async () => {
    const api = world.as(ann);
    const { id, content, revision } = await api.startProposal({ body: { question } });
    const competency = content.competency === 'collaboration' ? 'ethics' : 'collaboration';
    const next = structuredClone(content) as QuestionContent;
    next.competency =
      [...world.context.bank.competencies.keys()].find((one) => one !== content.competency) ?? competency;
    await api.saveContent({ params: { id }, body: { content: next, baseRevision: revision } });
    const { findings } = await api.proposal({ params: { id } });
    expect(findings).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        at: '/competency',
        message: expect.stringContaining('kit "'),
      }),
    );
    await api.withdrawProposal({ params: { id }, body: { reason: 'Only for the test of it.' } });
  });
});

describe('a new question', () => {
  it('begins empty, cannot be proposed so, and joins the bank when it is whole', async () => {
    const api = world.as(ann);
    const create = {
      id: 'dpo-again',
      area: 'finetuning',
      kind: 'knowledge' as const,
      competency: contentOf(world, 'dpo').competency,
      title: { 'zh-CN': '再谈 DPO', en: 'DPO again' },
    };
    expect(await codeOf(api.startProposal({ body: { create: { ...create, id: 'dpo' } } }))).toBe('id-taken');
    const { id, content, revision, findings } = await api.startProposal({ body: { create } });
    expect(findings.some(({ at }) => at === '/text/en/prompt')).toBe(true);
    const params = { id };
    const refused = await api
      .propose({ params, body: { summary: 'Still nothing in it.', revision } })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'checks-fail', status: 422 });
    const whole = {
      ...contentOf(world, 'dpo'),
      id: 'dpo-again',
      area: 'finetuning',
      text: {
        'zh-CN': { ...contentOf(world, 'dpo').text['zh-CN'], title: content.text['zh-CN'].title },
        en: { ...contentOf(world, 'dpo').text.en, title: content.text.en.title },
      },
    };
    const saved = await api.saveContent({ params, body: { content: whole, baseRevision: revision } });
    const { proposedHash } = await api.propose({
      params,
      body: { summary: 'A second question on DPO.', revision: saved.revision },
    });
    await world.as(owner).publishProposal({ params, body: { hash: proposedHash ?? '' } });
    expect((await world.as(interviewer).question({ params: { question: 'dpo-again' } })).text.en.title).toBe(
      'DPO again',
    );
    // A draft opening on its competency may ask it; another may not.
    const opening = await world.as(owner).createOpening({ body: { title: 'With it', kit: 'llm-engineer' } });
    const items = [...opening.items, { question: 'dpo-again', weight: 2 }].map(({ question, weight }) => ({
      question,
      weight,
    }));
    const grown = await world.as(owner).updateOpening({ params: { id: opening.id }, body: { items } });
    expect(grown.items.at(-1)).toMatchObject({ question: 'dpo-again', weight: 2, hash: proposedHash });
    for (const question of ['no-such-question', 'gan-vs-diffusion'])
      expect(
        await codeOf(
          world.as(owner).updateOpening({
            params: { id: opening.id },
            body: { items: [...items, { question, weight: 1 }] },
          }),
        ),
      ).toBe('bad-items');
    await world.as(owner).retireVersion({
      params: { question: 'dpo-again', version: '1' },
      body: { reason: 'Nobody needs two of them.' },
    });
    expect(await codeOf(world.as(interviewer).question({ params: { question: 'dpo-again' } }))).toBe(
      'not-found',
    );
    // The id stays taken: openings may have pinned it.
    expect(await codeOf(api.startProposal({ body: { create: { ...create } } }))).toBe('id-taken');
    expect((await api.authoredQuestion({ params: { question: 'dpo-again' } })).title.en).toBe('DPO again');
  });
});

describe('who may', () => {
  const mine = Object.entries(routes).filter(([, { path }]) => path.startsWith('/api/authoring/')) as [
    string,
    Route,
  ][];

  it('covers every route of authoring', () => {
    expect(mine.length).toBeGreaterThanOrEqual(17);
  });

  it.each(mine)('%s: leads and the owner, nobody else', async (name, route) => {
    const { id } = await world
      .as(ann)
      .startProposal({ body: { question: 'dpo' } })
      .catch(async () => ({
        id: (await world.as(ann).listProposals({ query: { question: 'dpo' } })).items[0]?.id ?? '',
      }));
    const bodies: Record<string, unknown> = {
      startProposal: { question: 'dpo' },
      saveContent: { content: contentOf(world, 'dpo'), baseRevision: 1 },
      propose: { summary: 'Long enough a summary.', revision: 1 },
      requestChanges: { body: 'Long enough a reason.' },
      publishProposal: { hash: '0'.repeat(64) },
      withdrawProposal: { reason: 'Long enough a reason.' },
      commentOnProposal: { body: 'A comment.' },
      retireVersion: { reason: 'Long enough a reason.' },
      restoreVersion: { reason: 'Long enough a reason.' },
    };
    const path = route.path.replace('{id}', id).replace('{question}', 'dpo').replace('{version}', '0');
    for (const [who, allowed] of [
      [owner, true],
      [ben, true],
      [interviewer, false],
      [candidate, false],
      [undefined, false],
    ] as const) {
      const body = bodies[name];
      const response = await world.request(who, path, {
        method: route.method.toUpperCase(),
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      });
      if (!allowed) {
        expect(response.status).toBe(who ? 403 : 401);
        continue;
      }
      // Ann is the author, so that some steps are refused to others; but never as unknown to leads.
      expect(response.status).toBeLessThan(500);
      if (route.method === 'get') expect(response.status).toBe(200);
    }
  });
});

describe('the database, whatever the application does', () => {
  const tryAs = (person: Actor, statement: string) =>
    world.context.store.as(person.id, async (tables) => {
      await tables.execute(sql.raw(statement));
      throw new Error('went through');
    });
  const refusal = async (person: Actor, statement: string): Promise<string> => {
    const error = (await tryAs(person, statement).catch((caught: unknown) => caught)) as Error & {
      cause?: { code?: string };
    };
    return error.cause?.code ?? (error as { code?: string }).code ?? error.message;
  };

  it('shows proposals to leads only, and versions to nobody but the team', async () => {
    const count = (person: Actor, table: string) =>
      world.context.store.as(person.id, async (tables) => {
        const [row] = (await tables.execute(
          sql.raw(`SELECT count(*)::int AS n FROM viva.${table}`),
        )) as unknown as { n: number }[];
        return row?.n ?? 0;
      });
    for (const table of ['proposal', 'proposal_event']) {
      expect(await count(ben, table)).toBeGreaterThan(0);
      expect(await count(interviewer, table)).toBe(0);
      expect(await count(candidate, table)).toBe(0);
    }
    for (const table of ['question_version', 'question_retirement']) {
      expect(await count(interviewer, table)).toBeGreaterThan(0);
      expect(await count(candidate, table)).toBe(0);
    }
  });

  it('lets nobody publish their own, change what stands proposed, or touch a version', async () => {
    await world
      .as(ann)
      .withdrawProposal({
        params: {
          id: (await world.as(ann).listProposals({ query: { question: 'dpo' } })).items[0]?.id ?? '',
        },
        body: { reason: 'To begin from nothing.' },
      })
      .catch(() => undefined);
    const api = world.as(ann);
    const { id, content, revision } = await api.startProposal({ body: { question: 'dpo' } });
    const saved = await api.saveContent({
      params: { id },
      body: { content: reworded(content as QuestionContent, 9), baseRevision: revision },
    });
    const { proposedHash } = await api.propose({
      params: { id },
      body: { summary: 'Says what is fair.', revision: saved.revision },
    });
    const insert = (author: Actor, by: Actor, hash: string) =>
      `INSERT INTO viva.question_version SELECT question_id, 1, '${hash}', content, '', id, '${author.id}', '${by.id}', now() FROM viva.proposal WHERE id = '${id}'`;
    // By the author under their own name, under another's, and by another with another hash.
    expect(await refusal(ann, insert(ann, ann, proposedHash ?? ''))).toBe('42501');
    expect(await refusal(ann, insert(ben, ann, proposedHash ?? ''))).toBe('42501');
    expect(await refusal(ann, insert(ann, ben, proposedHash ?? ''))).toBe('42501');
    expect(await refusal(ben, insert(ann, ben, 'a'.repeat(64)))).toBe('42501');
    // Who cannot see the proposal inserts nothing from it.
    expect(await refusal(interviewer, insert(ann, interviewer, proposedHash ?? ''))).toBe('went through');
    const update = (set: string) => `UPDATE viva.proposal SET ${set} WHERE id = '${id}'`;
    expect(await refusal(ann, update(`state = 'published'`))).toBe('42501');
    expect(await refusal(ben, update(`state = 'published'`))).toBe('42501');
    expect(await refusal(ann, update(`state = 'changes-requested'`))).toBe('42501');
    expect(await refusal(ben, update(`state = 'draft'`))).toBe('42501');
    expect(await refusal(ann, update(`content = '{}'`))).toBe('42501');
    expect(await refusal(ben, update(`content = '{}'`))).toBe('42501');
    expect(await refusal(ben, update(`author_id = '${ben.id}'`))).toBe('42501');
    expect(await refusal(ann, `DELETE FROM viva.proposal WHERE id = '${id}'`)).toBe('42501');
    for (const statement of [
      `UPDATE viva.question_version SET summary = ''`,
      'DELETE FROM viva.question_version',
      `UPDATE viva.question_retirement SET reason = 'x'`,
      'DELETE FROM viva.proposal_event',
    ])
      expect(await refusal(ben, statement)).toBe('42501');
    await api.recallProposal({ params: { id } });
    await api.withdrawProposal({ params: { id }, body: { reason: 'Only for the test of it.' } });
    expect(await refusal(ann, update(`state = 'draft'`))).toBe('42501');
  });
});

describe('the states of a proposal, against a model', () => {
  type Who = 'ann' | 'ben' | 'owner' | 'interviewer';
  /** Beside names: whoever wrote it, and a lead who did not. */
  type Part = Who | 'author' | 'other';
  type Step = {
    part: Part;
    kind:
      | 'start'
      | 'save'
      | 'spoil'
      | 'propose'
      | 'recall'
      | 'request-changes'
      | 'publish'
      | 'publish-stale'
      | 'withdraw'
      | 'comment';
  };
  const step: fc.Arbitrary<Step> = fc.record({
    part: fc.constantFrom<Part>(
      'author',
      'author',
      'author',
      'other',
      'other',
      'other',
      'ann',
      'ben',
      'owner',
      'interviewer',
    ),
    kind: fc.constantFrom(
      'start',
      'start',
      'start',
      'start',
      'save',
      'save',
      'save',
      'save',
      'spoil',
      'propose',
      'propose',
      'propose',
      'propose',
      'recall',
      'request-changes',
      'publish',
      'publish',
      'publish',
      'publish',
      'publish-stale',
      'withdraw',
      'comment',
    ),
  });

  it('allows what it should, refuses the rest with the right code, and publishes what was reviewed', async () => {
    const target = 'chain-of-thought';
    const people = { ann, ben, owner, interviewer };
    let mark = 100;
    let versions = 0;
    let current = contentOf(world, target);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 40 }), async (steps) => {
        interface Live {
          id: string;
          author: Who;
          state: string;
          content: QuestionContent;
          good: boolean;
          revision: number;
          hash: string;
        }
        let live = null as Live | null;
        const expectCode = async (work: Promise<unknown>, code: string) =>
          expect(await codeOf(work)).toBe(code);
        for (const { part, kind } of steps) {
          const author: Who = live?.author ?? 'ann';
          const who =
            part === 'author' ? author : part === 'other' ? (author === 'ben' ? 'ann' : 'ben') : part;
          const api = world.as(people[who]);
          const lead = who !== 'interviewer';
          if (kind === 'start') {
            const work = api.startProposal({ body: { question: target } });
            if (!lead) await expectCode(work, 'forbidden');
            else if (live) await expectCode(work, 'being-edited');
            else {
              const { id, revision } = await work;
              live = { id, author: who, state: 'draft', content: current, good: true, revision, hash: '' };
            }
            continue;
          }
          if (!live) continue;
          const params = { id: live.id };
          const own = who === live.author;
          const writable = live.state !== 'proposed';
          if (kind === 'save' || kind === 'spoil') {
            const content = reworded(live.content, ++mark);
            if (kind === 'spoil') content.text.en.prompt = '';
            const work = api.saveContent({ params, body: { content, baseRevision: live.revision } });
            if (!lead || !own) await expectCode(work, 'forbidden');
            else if (!writable) await expectCode(work, 'proposal-state');
            else {
              const before = live.revision;
              live = {
                ...live,
                content:
                  kind === 'spoil'
                    ? content
                    : {
                        ...content,
                        text: { ...content.text, en: { ...content.text.en, prompt: current.text.en.prompt } },
                      },
                good: kind === 'save',
                revision: (await work).revision,
              };
              expect(live.revision).toBe(before + 1);
              if (kind === 'save') {
                // A spoilt draft is mended by the next save.
                const mended = live.content;
                live.revision = (
                  await api.saveContent({ params, body: { content: mended, baseRevision: live.revision } })
                ).revision;
              }
            }
          } else if (kind === 'propose') {
            const work = api.propose({
              params,
              body: { summary: `Change number ${mark}.`, revision: live.revision },
            });
            if (!lead || !own) await expectCode(work, 'forbidden');
            else if (!writable) await expectCode(work, 'proposal-state');
            else if (!live.good) await expectCode(work, 'checks-fail');
            else if ((await contentHash(live.content)) === (await contentHash(current)))
              await expectCode(work, 'nothing-changed');
            else {
              const done = await work;
              expect(done.proposedHash).toBe(await contentHash(live.content));
              live = { ...live, state: 'proposed', revision: done.revision, hash: done.proposedHash ?? '' };
            }
          } else if (kind === 'recall') {
            const work = api.recallProposal({ params });
            if (!lead || !own) await expectCode(work, 'forbidden');
            else if (writable) await expectCode(work, 'proposal-state');
            else {
              await work;
              live = { ...live, state: 'draft' };
            }
          } else if (kind === 'request-changes' || kind === 'publish' || kind === 'publish-stale') {
            const work =
              kind === 'request-changes'
                ? api.requestChanges({ params, body: { body: 'Say it in plainer words.' } })
                : api.publishProposal({
                    params,
                    body: { hash: kind === 'publish' ? live.hash.padEnd(64, '0') : 'b'.repeat(64) },
                  });
            if (!lead) await expectCode(work, 'forbidden');
            else if (own) await expectCode(work, 'own-proposal');
            else if (writable) await expectCode(work, 'proposal-state');
            else if (kind === 'publish-stale') await expectCode(work, 'proposal-changed');
            else if (kind === 'request-changes') {
              await work;
              live = { ...live, state: 'changes-requested' };
            } else {
              expect((await work).version).toBe(++versions);
              current = live.content;
              live = null;
              const shown = await world.as(interviewer).question({ params: { question: target } });
              expect(shown.hash).toBe(await contentHash(current));
            }
          } else if (kind === 'withdraw') {
            const work = api.withdrawProposal({ params, body: { reason: 'It is not needed any more.' } });
            if (!lead) await expectCode(work, 'forbidden');
            else {
              expect((await work).state).toBe('withdrawn');
              live = null;
            }
          } else {
            const work = api.commentOnProposal({
              params,
              body: { body: 'Looks right to me.', place: '/text/en/prompt' },
            });
            if (!lead) await expectCode(work, 'forbidden');
            else
              expect((await work).events.at(-1)).toMatchObject({ kind: 'comment', place: '/text/en/prompt' });
          }
        }
        if (live)
          await world
            .as(owner)
            .withdrawProposal({ params: { id: live.id }, body: { reason: 'The play is over.' } });
      }),
      {
        numRuns: 60,
        // Chance alone publishes seldom.
        examples: [
          [
            [
              { part: 'author', kind: 'start' },
              { part: 'author', kind: 'save' },
              { part: 'author', kind: 'propose' },
              { part: 'other', kind: 'publish' },
            ],
          ],
        ],
      },
    );
    expect(versions).toBeGreaterThan(0);
    const { versions: all } = await world.as(owner).authoredQuestion({ params: { question: target } });
    expect(all.filter((one) => one.current)).toHaveLength(1);
    for (const one of all) if (one.version > 0) expect(one.author).not.toBe(one.publishedBy);
  });
});
