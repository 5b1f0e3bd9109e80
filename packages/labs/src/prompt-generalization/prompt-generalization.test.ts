import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../engine/random.ts';
import { runLab } from '../lab.ts';
import { promptGeneralization } from './lab.ts';
import { PromptGeneralizationParams } from './params.ts';
import { PromptGeneralizationSession } from './session.ts';
import { PHRASINGS, Prompts, STRATEGIES } from './strategies.ts';
import { example, LETTERS, OTHER_TASKS, PERTURBATIONS, perturb, TASKS } from './tasks.ts';

const FEW = PromptGeneralizationParams.parse({
  steps: 3,
  tuneSteps: 2,
  width: 32,
  layers: 1,
  promptLength: 3,
});

describe('tasks', () => {
  test('answers by hand', () => {
    const solved = Object.fromEntries(
      [...TASKS, ...OTHER_TASKS].map((task) => [task.id, task.solve(['a', 'f', 'c']).join(' ')]),
    );
    expect(solved).toEqual({
      copy: 'a f c',
      reverse: 'c f a',
      capitals: 'A F C',
      first: 'a',
      last: 'c',
      double: 'a a f f c c',
      ends: 'a c',
      rotate: 'f c a',
    });
  });

  test('held-out phrasings are in no training, and no two tasks share one', () => {
    const known = [...TASKS, ...OTHER_TASKS].flatMap((task) => task.known);
    const held = TASKS.flatMap((task) => task.heldOut);
    expect(new Set([...known, ...held]).size).toBe(known.length + held.length);
    for (const template of [...known, ...held]) expect(template.split('#')).toHaveLength(2);
  });

  test('a perturbed template still has its place for the letters, and is another', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TASKS.flatMap((task) => task.known)),
        fc.constantFrom(...PERTURBATIONS),
        fc.boolean(),
        fc.nat(),
        (template, how, training, seed) => {
          const changed = perturb(template, how, createRandom(seed), training);
          expect(changed.split('#')).toHaveLength(2);
          if (how === 'order') expect(changed.startsWith('# ')).toBe(true);
          if (how === 'whitespace') expect(changed.replaceAll(/ +/g, ' ').trim()).toBe(template);
          if (how === 'politeness') expect(changed).toContain(template);
        },
      ),
    );
  });
});

describe('prompts', () => {
  const prompts = new Prompts(5);

  test('text comes back from its tokens, typing errors included', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TASKS),
        fc.constantFrom(...PERTURBATIONS),
        fc.nat(),
        (task, how, seed) => {
          const template = perturb(task.known[0] as string, how, createRandom(seed));
          const { prompt } = example(task, template, ['a', 'b', 'c']);
          expect(prompts.tokenizer.decode(prompts.tokenizer.encode(prompt))).toBe(prompt);
        },
      ),
    );
  });

  test('no strategy trains on a tested input or a held-out phrasing', () => {
    const random = createRandom(1);
    const tested = new Set(
      prompts
        .test('plain', 'own', random, [])
        .map(({ tokens }) => (/([a-h] ){3}/.exec(prompts.tokenizer.decode(tokens)) ?? [''])[0]),
    );
    expect(tested.size).toBe(12);
    const held = TASKS.flatMap((task) =>
      task.heldOut.map((template) => new RegExp(`^${template.replace('#', '([a-p] )+[a-p]')} =`)),
    );
    for (const strategy of STRATEGIES)
      for (let turn = 0; turn < 6; turn++)
        for (const { tokens } of prompts.batch(strategy, random, [])) {
          const text = prompts.tokenizer.decode(tokens);
          expect(held.some((pattern) => pattern.test(text))).toBe(false);
          const letters = (/(?<![a-z])([a-p] )+[a-p](?![a-z])/.exec(text) ?? [''])[0];
          expect(tested.has(`${letters} `)).toBe(false);
        }
  });

  test('what is learnt is the answer and its end', () => {
    const row = prompts.row({ prompt: 'copy a b =', answer: ' a b' }, [1000, 1001]);
    expect(prompts.tokenizer.decode(row.tokens.slice(row.learn?.from))).toBe(' a b');
    expect(row.tokens.at(-1)).toBe(prompts.end);
    expect(row.tokens.slice(0, 2)).toEqual([1000, 1001]);
  });
});

describe('a run', () => {
  test('has room for the longest soft prompt', async () => {
    const params = promptGeneralization.params.parse({
      steps: 2,
      tuneSteps: 2,
      promptLength: 50,
      width: 32,
      layers: 1,
    });
    const session = await promptGeneralization.begin(params, 1);
    await session.advance(session.steps);
    const { results } = await session.frame();
    expect(results.find(({ strategy }) => strategy === 'soft')?.parameters).toBe(50 * 32);
    session.dispose();
  });

  test('the same seed, the same figures, and drawing changes nothing', async () => {
    const first = await runLab(promptGeneralization, FEW, { seed: 4 });
    const session = new PromptGeneralizationSession(FEW, 4);
    while (session.at < session.steps) {
      await session.advance(4);
      await session.frame();
    }
    expect(await session.measure()).toEqual(first);
    for (const { id } of promptGeneralization.metrics) expect(first[id], id).toBeTypeOf('number');
    const frame = await session.frame();
    expect(frame.results.map(({ strategy }) => strategy)).toEqual([...STRATEGIES]);
    expect(frame.results.every(({ shares }) => shares.length === PHRASINGS.length)).toBe(true);
    expect(frame.samples).toHaveLength(STRATEGIES.length * TASKS.length);
    // Lester et al. (2021): a soft prompt is length × width numbers; a prefix that much for keys and values in each layer.
    expect(first['soft.parameters']).toBe(3 * 32);
    expect(first['prefix.parameters']).toBe(2 * 3 * 32);
    session.dispose();
  });

  test('switches leave strategies out', async () => {
    const params = PromptGeneralizationParams.parse({
      ...FEW,
      diverse: 'off',
      simple: 'off',
      augmented: 'off',
      multitask: 'off',
      tuning: 'off',
    });
    const measures = await runLab(promptGeneralization, params, { seed: 1 });
    expect(Object.keys(measures).every((id) => id.startsWith('plain.'))).toBe(true);
    expect(LETTERS).toHaveLength(8);
  });

  test('cancelled, it frees what it holds', async () => {
    const stop = new AbortController();
    await expect(
      runLab(promptGeneralization, FEW, { seed: 1, signal: stop.signal, onProgress: () => stop.abort() }),
    ).rejects.toThrow();
    const session = new PromptGeneralizationSession(FEW, 1);
    await session.advance(2);
    session.dispose();
    await expect(session.advance(1)).rejects.toThrow(/freed/);
  });
});
