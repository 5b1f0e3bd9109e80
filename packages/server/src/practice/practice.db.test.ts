/** Chats and practice interviews: whose they are, what they leave out, and what a failing model leaves behind. */
import { ModelError, type ScriptedModel, type ScriptedReply, scriptedModel } from '@viva/assistant';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import type { Driver } from '../store/driver.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';

let driver: Driver;
let world: World;
let owner: Actor;
let lead: Actor;
let li: Actor;
let ming: Actor;
let replies: ScriptedReply[] = [];
let model: ScriptedModel;

beforeAll(async () => {
  driver = await freshDatabase();
  model = scriptedModel((messages, options, call) => {
    const next = replies.shift();
    if (next instanceof Error) throw next;
    if (next === undefined) throw new Error('no reply is left');
    return typeof next === 'string' ? next : next(messages, options, call);
  });
  world = await openWorld({ driver, openModel: () => model });
  owner = await world.addPerson('Owner', 'owner');
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  ming = await world.addPerson('Ming', 'candidate');
});
afterAll(() => world.close());

const SETTING = { kind: 'openai-compatible', baseUrl: 'http://localhost:1/v1', model: 'm' } as const;
const set = () => world.as(owner).setAssistant({ body: SETTING });
beforeEach(() => {
  replies = [];
});

const review = (level: number, quote: string, probes: number[]) =>
  JSON.stringify({ anchors: [{ anchor: level, status: 'met', quotes: [quote], lacking: '' }], probes });

describe('the model', () => {
  it('is named by the owner alone, and who is asked is known to everybody', async () => {
    expect(await world.as(li).assistantStatus()).toMatchObject({ state: 'none', setting: null });
    for (const who of [lead, li, ming]) {
      await expect(world.as(who).setAssistant({ body: SETTING })).rejects.toMatchObject({ status: 403 });
      await expect(world.as(who).removeAssistant()).rejects.toMatchObject({ status: 403 });
      await expect(world.as(who).checkAssistant()).rejects.toMatchObject({ status: 403 });
      // And the database refuses it too.
      await expect(
        world.context.store.as(who.id, (tables) =>
          tables.execute(
            `INSERT INTO viva.assistant_setting (configuration, set_by, set_at) VALUES ('{}', '${who.id}', now())`,
          ),
        ),
      ).rejects.toThrow();
    }
    expect(await set()).toMatchObject({ state: 'ready', from: 'setting', setting: SETTING });
    expect(await world.as(ming).assistantStatus()).toMatchObject({ state: 'ready', setting: null });
    replies = ['1 2 3', '1 2', '{"capital": "Paris", "letters": 5}'];
    const { items } = await world.as(owner).checkAssistant();
    expect(items[0]).toMatchObject({ item: 'answer', outcome: 'works' });
    expect(await world.as(owner).removeAssistant()).toMatchObject({ state: 'none' });
    await expect(world.as(owner).checkAssistant()).rejects.toMatchObject({ code: 'no-model' });
  });

  it.each([
    [{ ...SETTING, baseUrl: 'file:///etc/passwd' }, '/baseUrl'],
    [{ ...SETTING, apiKeyEnv: 'sk-123456' }, '/apiKeyEnv'],
    [{ kind: 'llama-cpp' }, '/file'],
  ])('%j is refused by field', async (body, field) => {
    await expect(world.as(owner).setAssistant({ body: body as never })).rejects.toMatchObject({
      status: 400,
      problem: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
    });
  });
});

describe('chat over the bank', () => {
  it('shows passages where no model is set up', async () => {
    await world.as(owner).removeAssistant();
    const chat = await world.as(li).beginChat({ body: { question: '双重量化省了多少显存' } });
    expect(chat.turns[0]?.answer).toMatchObject({ status: 'passages', model: null });
    expect(chat.turns[0]?.answer.passages.some(({ question }) => question === 'quantization')).toBe(true);
  });

  it('answers with citations, goes on, and belongs to the one who asked', async () => {
    await set();
    replies = [
      'It saves 0.37 bits a weight [quantization].',
      'NOT_FOUND',
      'Because blocks share it [quantization].',
    ];
    const chat = await world.as(li).beginChat({ body: { question: 'What does double quantisation save?' } });
    expect(chat.turns[0]?.answer).toMatchObject({
      status: 'answered',
      text: 'It saves 0.37 bits a weight [quantization].',
      citations: [{ question: 'quantization', title: expect.any(String) }],
    });
    // “And why?” is looked up together with the question before it.
    const on = await world
      .as(li)
      .continueChat({ params: { id: chat.id }, body: { question: 'And why does quantisation?' } });
    expect(on.turns).toHaveLength(2);
    expect(on.turns[1]?.answer.status).toBe('answered');
    for (const who of [owner, lead]) {
      await expect(world.as(who).chat({ params: { id: chat.id } })).rejects.toMatchObject({ status: 404 });
      await expect(world.as(who).removeChat({ params: { id: chat.id } })).rejects.toMatchObject({
        status: 404,
      });
      expect((await world.as(who).listChats({ query: {} })).items).toEqual([]);
    }
    await expect(world.as(ming).listChats({ query: {} })).rejects.toMatchObject({ status: 403 });
    await world.as(li).removeChat({ params: { id: chat.id } });
    await expect(world.as(li).chat({ params: { id: chat.id } })).rejects.toMatchObject({ status: 404 });
  });

  it('keeps nothing of a question whose answer failed, and says why', async () => {
    await set();
    const before = (await world.as(li).listChats({ query: {} })).items.length;
    replies = Array.from({ length: 4 }, () => new ModelError('model-refused', 'The key was not accepted.'));
    await expect(
      world.as(li).beginChat({ body: { question: 'What does double quantisation save?' } }),
    ).rejects.toMatchObject({ status: 502, code: 'model-refused', message: 'The key was not accepted.' });
    expect((await world.as(li).listChats({ query: {} })).items).toHaveLength(before);
  });
});

describe('practice', () => {
  it('asks, probes by what was lacking, gives feedback at the end, and is nobody else’s', async () => {
    await set();
    const kit = (await world.as(ming).practiceKits()).items.find(({ id }) => id === 'llm-engineer');
    expect(kit?.questions).toBeGreaterThan(5);
    const begun = await world
      .as(ming)
      .beginPractice({ body: { kit: 'llm-engineer', locale: 'en', questions: 2 } });
    expect(begun.rounds).toHaveLength(1);
    expect(begun.rounds[0]).toMatchObject({ done: false, review: null });
    const params = { id: begun.id };
    replies = [review(3, 'a scale and a zero point', [2]), review(5, 'a scale and a zero point', [])];
    const one = await world
      .as(ming)
      .answerPractice({ params, body: { answer: 'It has a scale and a zero point.' } });
    expect(one.rounds[0]?.turns.map(({ speaker }) => speaker)).toEqual([
      'interviewer',
      'candidate',
      'interviewer',
    ]);
    // Feedback now would answer the probe.
    expect(one.rounds[0]?.review).toBeNull();
    const two = await world
      .as(ming)
      .answerPractice({ params, body: { answer: 'And it clips at the ends.' } });
    expect(two.rounds[0]).toMatchObject({ done: true, review: { level: 5 } });
    expect(two.rounds[0]?.review?.anchors[4]).toMatchObject({ status: 'met', text: expect.any(String) });
    expect(two.rounds).toHaveLength(2);
    const three = await world.as(ming).skipPractice({ params });
    expect(three.finishedAt).not.toBeNull();
    await expect(world.as(ming).answerPractice({ params, body: { answer: 'More.' } })).rejects.toMatchObject({
      code: 'practice-done',
    });
    for (const who of [owner, lead, li]) {
      await expect(world.as(who).practice({ params })).rejects.toMatchObject({ status: 404 });
      await expect(world.as(who).skipPractice({ params })).rejects.toMatchObject({ status: 404 });
      expect((await world.as(who).listPractices({ query: {} })).items).toEqual([]);
      const seen = await world.context.store.as(who.id, (tables) =>
        tables.execute('SELECT count(*)::int AS n FROM viva.practice'),
      );
      expect(JSON.stringify(seen)).toContain('"n":0');
    }
    const { items } = await world.as(ming).listPractices({ query: {} });
    expect(items[0]?.rounds.map(({ level, done }) => [level, done])).toEqual([
      [5, true],
      [null, true],
    ]);
    // Those practised least come first.
    const next = await world
      .as(ming)
      .beginPractice({ body: { kit: 'llm-engineer', locale: 'en', questions: 1 } });
    expect(three.rounds.map(({ question }) => question)).not.toContain(next.rounds[0]?.question);
    await world.as(ming).removePractice({ params });
    await expect(world.as(ming).practice({ params })).rejects.toMatchObject({ status: 404 });
  });

  it('leaves out what the person will be asked for real', async () => {
    const { openingId } = await openPanel(world, lead, [li]);
    const { items } = await world.as(lead).opening({ params: { id: openingId } });
    const hua = await world.addPerson('Hua', 'candidate');
    const before = (await world.as(hua).practiceKits()).items;
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name: 'Hua' } });
    await driver.transaction((run) =>
      run('UPDATE viva.candidate SET person_id = $1 WHERE id = $2', [hua.id, id]),
    );
    const after = (await world.as(hua).practiceKits()).items;
    expect(after.map(({ questions }) => questions)).not.toEqual(before.map(({ questions }) => questions));
    const asked = new Set(items.map(({ question }) => question));
    for (const kit of after.filter(({ questions }) => questions > 0)) {
      const begun = await world
        .as(hua)
        .beginPractice({ body: { kit: kit.id, locale: 'zh-CN', questions: 8 } });
      for (let n = 0; n < 8; n++) {
        const now = await world.as(hua).practice({ params: { id: begun.id } });
        for (const { question } of now.rounds) expect(asked.has(question)).toBe(false);
        if (now.finishedAt) break;
        await world.as(hua).skipPractice({ params: { id: begun.id } });
      }
    }
  });

  it('keeps an answer out where the model failed, so that it can be sent again; and refuses the slower of two', async () => {
    await set();
    const begun = await world
      .as(ming)
      .beginPractice({ body: { kit: 'llm-engineer', locale: 'en', questions: 1 } });
    const params = { id: begun.id };
    replies = Array.from({ length: 4 }, () => new ModelError('model-down', 'It is down.'));
    await expect(
      world.as(ming).answerPractice({ params, body: { answer: 'A first answer.' } }),
    ).rejects.toMatchObject({ status: 502, code: 'model-down' });
    expect((await world.as(ming).practice({ params })).rounds[0]?.turns).toHaveLength(1);
    replies = [review(2, 'answer', [1]), review(2, 'answer', [1])];
    const both = await Promise.allSettled([
      world.as(ming).answerPractice({ params, body: { answer: 'An answer.' } }),
      world.as(ming).answerPractice({ params, body: { answer: 'An answer.' } }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await world.as(ming).practice({ params })).rounds[0]?.turns).toHaveLength(3);
  });
});
