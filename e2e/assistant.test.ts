/** The assistant in the browser, with a model server of our own on this machine: set up, ask, practise, cancel. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Locale, openBrowser } from './browser.ts';
import { enterDemo, look } from './demo.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let browser: Browser;
let model: ModelServer;

/** Says what the assistant's prompts ask for, quoting what the person said. */
function reply(prompt: string): string {
  if (/Count from/.test(prompt)) return '1 2 3 4 5 6 7 8 9 10';
  if (/capital of France/.test(prompt)) return '{"capital": "Paris", "letters": 5}';
  if (/"anchors"|anchors/i.test(prompt) && /probes/i.test(prompt)) {
    const said = [...prompt.matchAll(/(?:Candidate: |候选人：)(.+)/g)].map((found) => found[1] ?? '');
    const quote = (said.at(-1) ?? '').slice(0, 60);
    const good = /scale|比例/.test(prompt.slice(prompt.lastIndexOf('Candidate')));
    return JSON.stringify({
      anchors: [
        { anchor: 2, status: 'met', quotes: [quote], lacking: '' },
        {
          anchor: 3,
          status: good ? 'met' : 'missing',
          quotes: good ? [quote] : [],
          lacking: good ? '' : 'No figures.',
        },
      ],
      probes: [1, 2, 3],
    });
  }
  // The first passage's question; the prompt has an example of a citation before it.
  const ids = [...prompt.matchAll(/\[([a-z0-9-]+)\]/g)].map((found) => found[1]);
  const id = ids.find((one) => one !== 'some-question-id') ?? 'nothing';
  return `Blocks of weights share a scale [${id}].`;
}

beforeAll(async () => {
  model = await startModelServer(reply);
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await model.stop();
});

const enter = (who: string, locale: Locale, width?: number, colorScheme?: 'light' | 'dark') =>
  enterDemo(browser, server.url, { who, locale, width, colorScheme });

it('says what a model would add where none is set up, and shows passages instead', async () => {
  const visitor = await enter('li', 'zh-CN', 390, 'dark');
  const { page } = visitor;
  await page.goto(`${server.url}/assistant`);
  await page.getByText('尚未配置语言模型').waitFor();
  await page.getByLabel('问题', { exact: true }).fill('双重量化省了多少显存');
  await page.getByRole('button', { name: '提问' }).click();
  await page.getByRole('heading', { level: 3 }).first().waitFor();
  await look(page, 'assistant-passages-zh');
  await page.goto(`${server.url}/practice`);
  await page.getByText('模拟面试需要语言模型').waitFor();
  await look(page, 'practice-none-zh');
  expect(visitor.complaints).toEqual([]);
  await visitor.close();
});

it('is set up by the owner, who sees what works; then answers with links to what it rests on', async () => {
  const owner = await enter('owner', 'en');
  await owner.page.goto(`${server.url}/assistant`);
  await owner.page.getByRole('link', { name: 'Set up a model' }).click();
  await owner.page.getByLabel('Address').fill('https://models.example.org/v1');
  await owner.page.getByText('will be sent to models.example.org').waitFor();
  await owner.page.getByLabel('Address').fill(model.url);
  await owner.page.getByLabel('Model', { exact: true }).fill('small');
  await owner.page.getByRole('button', { name: 'Use this model' }).click();
  await owner.page.getByRole('button', { name: 'Try it' }).click();
  await owner.page.getByRole('row', { name: /^Answers works/ }).waitFor({ timeout: 60_000 });
  await owner.page.getByRole('row', { name: /^JSON by schema works/ }).waitFor();
  await look(owner.page, 'assistant-model-en');
  expect(owner.complaints).toEqual([]);
  await owner.close();

  const li = await enter('li', 'en', 1280, 'dark');
  const { page } = li;
  await page.goto(`${server.url}/assistant`);
  expect(await page.getByRole('link', { name: /model/ }).count()).toBe(0);
  await page.getByLabel('Question', { exact: true }).fill('What does double quantisation save?');
  await page.getByLabel('Question', { exact: true }).press('Enter');
  await page.getByText('Rests on', { exact: true }).waitFor();
  expect(
    await page
      .getByText(/Blocks of weights share a scale/)
      .getByRole('link')
      .getAttribute('href'),
  ).toMatch(/^\/bank\/questions\/[a-z-]+$/);
  await page.getByLabel('Question', { exact: true }).fill('And why does it help?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByRole('heading', { name: 'And why does it help?' }).waitFor();
  await look(page, 'assistant-chat-en');
  // A question that is taken back leaves nothing, and the model is told to stop.
  model.delay = 20_000;
  const before = model.hungUp;
  const { calls } = model;
  await page.getByLabel('Question', { exact: true }).fill('Something slow about attention?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect.poll(() => model.calls, { timeout: 15_000 }).toBeGreaterThan(calls);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => model.hungUp, { timeout: 15_000 }).toBeGreaterThan(before);
  model.delay = 0;
  expect(await page.getByLabel('Question', { exact: true }).inputValue()).toBe(
    'Something slow about attention?',
  );
  await page.getByRole('button', { name: 'Remove this chat: What does double quantisation save?' }).click();
  await page.waitForURL(`${server.url}/assistant`);
  await expect.poll(() => page.getByRole('button', { name: /^Remove this chat/ }).count()).toBe(1);
  expect(li.complaints).toEqual([]);
  await li.close();
}, 180_000);

it('practises: a probe by what was lacking, feedback by anchor with quotes, progress, and nobody else sees it', async () => {
  const visitor = await enter('wang', 'en');
  const { page } = visitor;
  await page.goto(`${server.url}/practice`);
  await page.getByLabel('Questions', { exact: true }).fill('2');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByLabel('Your answer').fill('I would begin with the weights, and measure.');
  await page.reload();
  // What was typed outlives a reload.
  await expect
    .poll(() => page.getByLabel('Your answer').inputValue())
    .toBe('I would begin with the weights, and measure.');
  await page.getByLabel('Your answer').press('Control+Enter');
  await expect
    .poll(() => page.locator('main').getByText('Interviewer', { exact: true }).count(), { timeout: 30_000 })
    .toBe(2);
  await page.getByLabel('Your answer').fill('A scale and a zero point, computed by group.');
  await page.getByRole('button', { name: 'Answer' }).click();
  await expect
    .poll(() => page.locator('main').getByText('Interviewer', { exact: true }).count(), { timeout: 30_000 })
    .toBe(3);
  await look(page, 'practice-under-way-en');
  await page.getByRole('button', { name: 'End this question' }).click();
  await page.getByText('How this answer stands').waitFor();
  expect(await page.locator('blockquote').first().innerText()).toContain('A scale and a zero point');
  await page.getByRole('button', { name: 'End this question' }).click();
  await page.getByText('That was the last question.').waitFor();
  await look(page, 'practice-feedback-en');
  await page.getByRole('link', { name: 'Begin' }).click();
  await page.getByRole('img', { name: /^Levels reached over time/ }).waitFor();
  await look(page, 'practice-progress-en');
  const zh = await enter('wang', 'zh-CN', 390, 'dark');
  await zh.page.goto(`${server.url}/practice`);
  await zh.page.getByRole('link', { name: '回看' }).click();
  await zh.page.getByText('这次回答的表现').waitFor();
  await look(zh.page, 'practice-feedback-zh');
  expect([...visitor.complaints, ...zh.complaints]).toEqual([]);
  await zh.close();
  await visitor.close();
}, 180_000);

/** A microphone that says what the test tells it to, in place of the browser's speech recognition. */
function fakeSpeech(): void {
  interface Fake {
    lang: string;
    onresult: ((event: object) => void) | null;
    onend: (() => void) | null;
    onerror: (() => void) | null;
  }
  const started: Fake[] = [];
  let stopped = 0;
  class SpeechRecognition implements Fake {
    lang = '';
    onresult: Fake['onresult'] = null;
    onend: Fake['onend'] = null;
    onerror: Fake['onerror'] = null;
    start(): void {
      started.push(this);
    }
    stop(): void {
      stopped++;
      this.onend?.();
    }
  }
  Object.assign(window, {
    SpeechRecognition,
    speech: {
      count: () => [started.length, stopped],
      lang: () => started.at(-1)?.lang,
      // As the interface has it: a list that grows, and the place of what is new.
      say: (...pieces: string[]) =>
        started.at(-1)?.onresult?.({
          resultIndex: 1,
          results: [[{ transcript: 'said before' }], ...pieces.map((transcript) => [{ transcript }])],
        }),
      fail: () => started.at(-1)?.onerror?.(),
    },
  });
}
interface Speech {
  count(): [number, number];
  lang(): string;
  say(...pieces: string[]): void;
  fail(): void;
}

it('takes dictation after what was typed, stops when told or when the microphone fails, and offers none without', async () => {
  const zhao = await enter('zhao', 'en');
  const { page } = zhao;
  await page.addInitScript(fakeSpeech);
  await page.goto(`${server.url}/practice`);
  await page.getByLabel('Questions', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Begin' }).click();
  const answer = page.getByLabel('Your answer');
  await answer.fill('First the weights.');
  const speech = <T>(run: (speech: Speech) => T) =>
    page.evaluate(`(${run.toString()})(window.speech)`) as Promise<T>;
  const say = (...pieces: string[]) =>
    page.evaluate((list) => (window as unknown as { speech: Speech }).speech.say(...list), pieces);
  const start = page.getByRole('button', { name: 'Dictate' });
  const stop = page.getByRole('button', { name: /^Listening/ });
  await start.click();
  expect(await stop.getAttribute('aria-pressed')).toBe('true');
  expect(await speech((one) => one.lang())).toBe('en');
  await say(' then a scale', 'and a zero point ');
  await say('by group.');
  await expect
    .poll(() => answer.inputValue())
    .toBe('First the weights. then a scale and a zero point by group.');
  await look(page, 'practice-dictation-en');
  await stop.click();
  expect(await start.getAttribute('aria-pressed')).toBe('false');
  expect(await speech((one) => one.count())).toEqual([1, 1]);
  // What is typed between counts; a microphone that fails ends it, and it can begin again.
  await answer.fill('Typed.');
  await start.click();
  await say('Spoken.');
  await expect.poll(() => answer.inputValue()).toBe('Typed. Spoken.');
  await speech((one) => one.fail());
  await start.click();
  await stop.waitFor();
  // Who leaves the page is not listened to any longer.
  const address = page.url();
  await page.getByRole('link', { name: 'Practice', exact: true }).first().click();
  await expect.poll(() => speech((one) => one.count())).toEqual([3, 2]);
  expect(zhao.complaints).toEqual([]);
  await page.addInitScript(() => {
    Object.assign(window, { SpeechRecognition: undefined, webkitSpeechRecognition: undefined });
  });
  await page.goto(address);
  // What was dictated is a draft as what is typed.
  await expect.poll(() => page.getByLabel('Your answer').inputValue()).toBe('Typed. Spoken.');
  expect(await start.count()).toBe(0);
  await zhao.close();
}, 120_000);
