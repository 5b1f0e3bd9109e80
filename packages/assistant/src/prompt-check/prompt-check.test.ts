import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bank, loadBank } from '@viva/bank';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../errors.ts';
import { cachedModel } from '../model/cached-model.ts';
import type { Message } from '../model/language-model.ts';
import { scriptedModel } from '../model/scripted-model.ts';
import { checkPrompts } from '../prompts/prompt-file.ts';
import { bankPassages } from '../retrieval/passages.ts';
import { loadQuerySet } from '../retrieval/query-set.ts';
import { Retriever } from '../retrieval/retriever.ts';
import { compareWorstCase, readBaselines, toBaseline } from './baseline.ts';
import { type CheckTask, countAnswers, measurePrompt, type PromptMeasure } from './measure.ts';
import { PERTURBATIONS, perturb } from './perturb.ts';
import { checkTasks } from './tasks.ts';
import { templatesOf } from './variants.ts';

const folder = fileURLToPath(new URL('../../../../bank', import.meta.url));
let bank: Bank;
let tasks: CheckTask[];
beforeAll(async () => {
  bank = await loadBank(folder);
  tasks = await checkTasks({
    bank,
    queries: await loadQuerySet(folder, bank.questions),
    retriever: new Retriever(bankPassages(bank)),
    count: 4,
  });
});
const taskOf = (id: string): CheckTask => tasks.find(({ prompt }) => prompt === id) as CheckTask;
const textOf = (messages: readonly Message[]): string => messages.map(({ content }) => content).join('\n');

describe('the committed checks', () => {
  it('have a task and two paraphrases in both languages for every prompt', async () => {
    const { prompts } = await checkPrompts();
    expect(tasks.map(({ prompt }) => prompt).sort()).toEqual(prompts.map(({ id }) => id).sort());
    for (const { id } of prompts) {
      const templates = await templatesOf(id);
      expect(templates.length).toBeGreaterThanOrEqual(3);
      expect(new Set(templates.map(({ prompt }) => prompt.hash)).size).toBe(templates.length);
      for (const locale of ['en', 'zh-CN'] as const) {
        expect(taskOf(id).items[locale].length).toBeGreaterThanOrEqual(3);
        expect(new Set(templates.map(({ prompt }) => prompt.text[locale].system)).size).toBe(
          templates.length,
        );
      }
    }
  });
  it('holds queries that must be refused beside those that must be answered', () => {
    const ids = taskOf('answer').items.en.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('perturb', () => {
  const asked = { locale: 'en', manner: 'request', seed: 7 } as const;
  it('is the same for the same seed, and keeps digits', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom(...PERTURBATIONS),
        fc.constantFrom('en' as const, 'zh-CN' as const),
        fc.constantFrom('request' as const, 'speech' as const),
        fc.nat(),
        (text, how, locale, manner, seed) => {
          const once = perturb(text, how, { locale, manner, seed });
          expect(perturb(text, how, { locale, manner, seed })).toBe(once);
          const digits = (value: string) => [...(value.match(/\d/g) ?? [])].sort().join('');
          expect(digits(once)).toBe(digits(text));
        },
      ),
    );
  });
  it('changes what it should', () => {
    expect(perturb('How many are left? Ten came.', 'order', asked)).toBe('Ten came. How many are left?');
    expect(perturb('6 4 1', 'order', asked)).toBe('1 4 6');
    expect(perturb('How many bytes?', 'synonyms', asked)).toBe('what number of bytes?');
    expect(perturb('one two.', 'whitespace', asked).replace(/\s+/g, ' ').trim()).toBe('one two.');
    expect(perturb('candidates explain quantisation thoroughly', 'typos', { ...asked, seed: 3 })).not.toBe(
      'candidates explain quantisation thoroughly',
    );
    expect(perturb('Candidate: Yes.', 'politeness', { ...asked, manner: 'speech' })).toMatch(
      /^Candidate: Thank you.*Yes\./,
    );
    expect(perturb('为什么在量化时做这一步', 'synonyms', { ...asked, locale: 'zh-CN' })).toContain('为何');
  });
});

/** Right in general, wrong in Chinese when people are polite: the one weak cell. */
const answers = (weak: boolean) => (messages: readonly Message[]) => {
  const text = textOf(messages);
  if (weak && text.includes('麻烦您')) return 'Answer: 0';
  const known: [RegExp, number][] = [
    [/12 (cards|张)/, 17],
    [/2 (bytes|字节)/, 80],
    [/(Sixty|60 个样本)/i, 15],
    [/100 (steps|步)/, 63],
  ];
  return `Answer: ${known.find(([words]) => words.test(text))?.[1] ?? 'unknown'}`;
};
const measured = async (weak: boolean): Promise<PromptMeasure> =>
  measurePrompt(taskOf('direct'), scriptedModel(answers(weak)), {
    templates: await templatesOf('direct'),
    perturbations: PERTURBATIONS,
    locales: ['en', 'zh-CN'],
  });

describe('measurePrompt', () => {
  it('finds the worst case, the mean and the variance', async () => {
    const found = await measured(true);
    expect(found.answers).toBe(3 * 6 * 2 * 4);
    expect(found.worst).toMatchObject({ perturbation: 'politeness', locale: 'zh-CN', mean: 0 });
    expect(found.mean).toBeCloseTo(1 - 3 / 36, 12);
    expect(found.variance).toBeCloseTo((3 / 36) * (33 / 36), 12);
    expect(found.factors.perturbation.politeness).toBeCloseTo(0.5, 12);
    expect(found.factors.locale.en).toBe(1);
    expect((await measured(false)).worst.mean).toBe(1);
  });

  it('goes one at a time where told, as many at once as told, with the same figures', async () => {
    const options = {
      templates: await templatesOf('direct'),
      perturbations: PERTURBATIONS,
      locales: ['en', 'zh-CN'] as const,
      plan: 'one-at-a-time' as const,
    };
    // Later calls are answered sooner.
    let open = 0;
    let most = 0;
    const slow = scriptedModel(async (messages, _, call) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 6 - (call % 3) * 2));
      open--;
      return answers(true)(messages);
    });
    const task = taskOf('direct');
    const found = await measurePrompt(task, slow, { ...options, concurrency: 3 });
    expect(most).toBe(3);
    expect(found.answers).toBe((6 + 2) * 2 * 4);
    expect(countAnswers(task, options)).toBe(found.answers);
    expect(found.cells).toEqual(
      (await measured(true)).cells.filter(
        ({ template, perturbation }) => template === 'own' || perturbation === 'none',
      ),
    );
    const calls = scriptedModel(answers(true));
    const alone = await measurePrompt(task, calls, options);
    expect(JSON.stringify(alone.cells)).toBe(JSON.stringify(found.cells));
    // One item through all kinds of input before the next.
    const { text } = (await templatesOf('direct'))[0]!.prompt;
    expect(calls.calls.slice(0, 6).every(({ messages }) => messages[0]?.content === text.en.system)).toBe(
      true,
    );
    expect(
      new Set(calls.calls.slice(0, 6).map(({ messages }) => /\d+/.exec(textOf(messages))?.[0])).size,
    ).toBe(1);
  });

  it('runs every prompt of the assistant, shapeless answers scoring nothing', async () => {
    for (const task of tasks) {
      const found = await measurePrompt(
        task,
        scriptedModel(() => 'I cannot say.'),
        {
          templates: (await templatesOf(task.prompt)).slice(0, 2),
          perturbations: ['none', 'order'],
          locales: ['en', 'zh-CN'],
        },
      );
      expect(found.answers).toBeGreaterThan(10);
      // The one thing that silence does right is to refuse what the bank cannot answer.
      expect(found.mean).toBe(task.prompt === 'answer' ? 0.25 : 0);
    }
  });

  it('scores citations, refusals, ratings and games by their labels', async () => {
    const options = { perturbations: ['none'] as const, locales: ['en'] as const };
    const run = async (id: string, reply: (messages: readonly Message[]) => string) =>
      (
        await measurePrompt(taskOf(id), scriptedModel(reply), {
          ...options,
          templates: (await templatesOf(id)).slice(0, 1),
        })
      ).mean;
    expect(
      await run(
        'answer',
        (m) => `It is so [${/\[([a-z0-9-]+-[a-z0-9-]+)\]/.exec(m[1]?.content ?? '')?.[1]}].`,
      ),
    ).toBeGreaterThan(0.2);
    expect(await run('rate-anchors', () => '{"sentences":[1],"met":"yes"}')).toBeCloseTo(expected(5), 12);
    expect(await run('game24-evaluate', () => 'sure')).toBeGreaterThan(0.5);
    expect(
      await run('game24-propose', (m) => {
        const numbers =
          /\d+(?: \d+)+/
            .exec(m[1]?.content ?? '')?.[0]
            .split(' ')
            .map(Number) ?? [];
        return `${numbers[0]} * ${numbers[1]} = ${(numbers[0] ?? 0) * (numbers[1] ?? 0)}`;
      }),
    ).toBeGreaterThan(0);
  });

  const expected = (level: number): number => {
    const ids = taskOf('rate').items.en.map(({ id }) => id);
    const experts = [...bank.calibrations.values()].flatMap(({ family, transcripts }) =>
      transcripts.filter(({ id }) => ids.includes(`${family}/${id}`)).map(({ expert }) => expert),
    );
    return experts.reduce((sum, expert) => sum + 1 - Math.abs(level - expert) / 4, 0) / experts.length;
  };

  it('asks the same only once at a time', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'viva-answers-'));
    try {
      const model = scriptedModel(() => new Promise((resolve) => setTimeout(() => resolve('yes'), 5)));
      const kept = cachedModel(model, cache);
      const ask = (seed: number) => kept.generate([{ role: 'user', content: 'So?' }], { seed });
      const said = await Promise.all([ask(1), ask(1), ask(2), ask(1)]);
      expect(said.map(({ text }) => text)).toEqual(['yes', 'yes', 'yes', 'yes']);
      expect(model.calls).toHaveLength(2);
      expect(kept.counts).toEqual({ kept: 2, asked: 2 });
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  it('passes on what is no answer, and goes on where it was from the cache', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'viva-answers-'));
    try {
      let calls = 0;
      const failing = scriptedModel((messages) => {
        if (++calls > 20) throw new ModelError('model-down', 'down');
        return answers(false)(messages);
      });
      const options = {
        templates: await templatesOf('direct'),
        perturbations: PERTURBATIONS,
        locales: ['en', 'zh-CN'],
      } as const;
      await expect(measurePrompt(taskOf('direct'), cachedModel(failing, cache), options)).rejects.toThrow(
        'down',
      );
      const second = cachedModel(scriptedModel(answers(false)), cache);
      expect((await measurePrompt(taskOf('direct'), second, options)).mean).toBe(1);
      expect(second.counts.kept).toBeGreaterThanOrEqual(20);
      expect(second.counts.asked).toBeLessThan(3 * 6 * 2 * 4 - 19);
      const stop = AbortSignal.abort();
      await expect(
        measurePrompt(taskOf('direct'), second, { ...options, signal: stop }),
      ).rejects.toMatchObject({ name: 'AbortError' });
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });
});

describe('compareWorstCase', () => {
  const date = new Date('2026-11-24T00:00:00Z');
  it('fails a worst case that became worse, and nothing else', async () => {
    const good = await measured(false);
    const bad = await measured(true);
    expect(toBaseline(good, date).note).toBeUndefined();
    expect(toBaseline(bad, date).note).toContain('The worst case is 0');
    expect(compareWorstCase(undefined, good).verdict).toBe('new');
    expect(compareWorstCase(toBaseline(good, date), good)).toMatchObject({ verdict: 'same', changed: false });
    expect(compareWorstCase(toBaseline(good, date), bad)).toMatchObject({
      verdict: 'worse',
      before: 1,
      now: 0,
      p: 0,
    });
    expect(compareWorstCase(toBaseline(bad, date), good).verdict).toBe('better');
    expect(compareWorstCase({ ...toBaseline(good, date), cells: [] }, good).verdict).toBe('incomparable');
  });

  it('calls one item among many that turned no proof', () => {
    const measure = (turned: number): PromptMeasure => ({
      ...({ prompt: 'direct', model: 'm', hash: 'h', variantsHash: 'v' } as const),
      ...({
        mean: 0,
        variance: 0,
        answers: 0,
        factors: { template: {}, perturbation: {}, locale: {} },
      } as const),
      worst: { template: 'own', perturbation: 'none', locale: 'en', mean: 0 },
      cells: [
        {
          template: 'own',
          perturbation: 'none',
          locale: 'en',
          scores: Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`${at}`, at < turned ? 0 : 1])),
        },
      ],
    });
    const before = toBaseline(measure(2), date);
    const one = compareWorstCase(before, measure(3));
    expect(one.verdict).toBe('unclear');
    // No draw of the turned item: (11/12)^12.
    expect(one.p).toBeGreaterThan(0.28);
    expect(one.p).toBeLessThan(0.42);
    expect(compareWorstCase(before, measure(9)).verdict).toBe('worse');
  });

  it('reads the committed file', async () => {
    for (const prompts of Object.values(await readBaselines()))
      for (const { cells } of Object.values(prompts)) expect(cells.length).toBeGreaterThan(0);
    expect(await readBaselines(join(folder, 'no-such-file.json'))).toEqual({});
    await expect(readBaselines(join(folder, 'competencies.yaml'))).rejects.toMatchObject({
      code: 'data-file',
    });
  });
});
