/** What is published is what the chat cites and what practice asks and reviews; the folder's text no longer. */
import { type ScriptedModel, scriptedModel } from '@viva/assistant';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import { publishChange } from '../testing/authoring.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, type World } from '../testing/world.ts';

const TITLE = 'Quantisation, the published wording';
const ANSWER = 'A zanthoxylum factor of 255 intervals maps the range, says the published version.';
const PROMPT =
  'Published: how would you quantise these numbers to eight bits, by which rule and with which factor, and what would you check afterwards?';

let world: World;
let model: ScriptedModel;
let ann: Actor;
let ben: Actor;
let li: Actor;
let owner: Actor;
let candidate: Actor;

beforeAll(async () => {
  model = scriptedModel((messages) => {
    const asked = messages.map(({ content }) => content).join('\n');
    if (/probes/i.test(asked))
      return JSON.stringify({
        anchors: [{ anchor: 1, status: 'met', quotes: ['I would measure it first'], lacking: '' }],
        probes: [],
      });
    return asked.includes('says the published version') ? 'By a factor of 255 [quantization].' : 'NOT_FOUND';
  });
  world = await openWorld({ driver: await freshDatabase(), openModel: () => model });
  owner = await world.addPerson('Owner', 'owner');
  ann = await world.addPerson('Ann', 'lead');
  ben = await world.addPerson('Ben', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  candidate = await world.addPerson('Ming', 'candidate');
  await world.as(owner).setAssistant({
    body: { kind: 'openai-compatible', baseUrl: 'http://localhost:1/v1', model: 'm' },
  });
});
afterAll(() => world.close());

const ask = () =>
  world
    .as(li)
    .beginChat({ body: { question: 'What is the zanthoxylum factor of quantisation?', locale: 'en' } });
const KIT = 'llm-engineer';
/** As somebody new each time, for what was practised comes last. */
const practise = async (role: 'candidate' | 'interviewer' = 'candidate') => {
  const api = world.as(await world.addPerson('Somebody', role));
  const practice = await api.beginPractice({ body: { kit: KIT, locale: 'en', questions: 8 } });
  const params = { id: practice.id };
  const rounds = practice.rounds;
  for (;;) {
    const next = await api.skipPractice({ params });
    rounds.push(...next.rounds.slice(rounds.length));
    if (next.finishedAt) break;
  }
  return rounds.find(({ question }) => question === 'quantization');
};

it('cites and shows the new version’s text, and asks it in practice; a retirement brings the folder’s back', async () => {
  const before = await ask();
  expect(before.turns[0]?.answer.text).toBeNull();
  expect((await practise())?.title).not.toBe(TITLE);

  const { version } = await publishChange(world, ann, ben, 'quantization', (content) => {
    const next = structuredClone(content);
    next.text.en.title = TITLE;
    next.text.en.prompt = PROMPT;
    next.text.en.answer = `${next.text.en.answer.trimEnd()} ${ANSWER}`;
    return next;
  });

  const { answer } = (await ask()).turns[0] ?? {};
  expect(answer).toMatchObject({
    status: 'answered',
    text: 'By a factor of 255 [quantization].',
    citations: [{ question: 'quantization', title: TITLE }],
  });
  expect(answer?.passages.some(({ text, title }) => text.includes(ANSWER) && title === TITLE)).toBe(true);

  for (const role of ['candidate', 'interviewer'] as const) {
    const round = await practise(role);
    expect(round?.title).toBe(TITLE);
    expect(round?.turns[0]?.text).toBe(PROMPT);
  }

  await world.as(ben).retireVersion({
    params: { question: 'quantization', version: String(version) },
    body: { reason: 'The word is not one of the trade.' },
  });
  expect((await ask()).turns[0]?.answer.text).toBeNull();
  expect((await practise())?.title).not.toBe(TITLE);
});

it('reviews a practice answer against the published anchors, and never hands out what one will be asked', async () => {
  await publishChange(world, ann, ben, 'quantization', (content) => {
    const next = structuredClone(content);
    next.text.en.anchors[0] =
      'Names no rule at all, or only the words of the published first anchor: eight bits, a scale.';
    return next;
  });
  const api = world.as(li);
  const practice = await api.beginPractice({ body: { kit: KIT, locale: 'en', questions: 8 } });
  let now = practice;
  while (now.rounds.at(-1)?.question !== 'quantization')
    now = await api.skipPractice({ params: { id: practice.id } });
  now = await api.answerPractice({
    params: { id: practice.id },
    body: { answer: 'I would measure it first, and then decide.' },
  });
  expect(
    model.calls
      .at(-1)
      ?.messages.map(({ content }) => content)
      .join('\n'),
  ).toContain('published first anchor');
  now = await api.skipPractice({ params: { id: practice.id } });
  const reviewed = now.rounds.find(({ question }) => question === 'quantization')?.review;
  expect(reviewed?.anchors[0]?.text).toBe(
    'Names no rule at all, or only the words of the published first anchor: eight bits, a scale.',
  );

  // Ming applies to an opening that asks it: the database gives no version of it any more, and practice leaves it out.
  const { openingId } = await openPanel(world, ann, [li], 40);
  const { id } = await world.as(ann).addCandidate({ params: { id: openingId }, body: { name: 'Ming' } });
  await world.context.store.driver.transaction((run) =>
    run(`UPDATE viva.candidate SET person_id = '${candidate.id}' WHERE id = '${id}'`),
  );
  const given = await world.context.store.as(candidate.id, (tables) =>
    tables.execute(`SELECT question_id FROM viva.practisable_versions()`),
  );
  expect(given).toEqual([]);
  const kits = await world.as(candidate).practiceKits();
  expect(kits.items.find((kit) => kit.id === KIT)?.questions).toBe(0);
});
