import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streamOf } from '../engine/random.ts';
import { runLab } from '../lab.ts';
import { Corpus, SEEN } from './corpus.ts';
import { knowledgeInjection } from './lab.ts';
import { KnowledgeInjectionParams } from './params.ts';
import { ATTRIBUTES, biography, inventPeople, VALUES } from './people.ts';
import { type Answer, classify, SLICK } from './probe.ts';
import { KnowledgeInjectionSession } from './session.ts';

const FEW = KnowledgeInjectionParams.parse({
  arms: 'four',
  people: 30,
  width: 32,
  layers: 1,
  pretrainSteps: 12,
  askSteps: 4,
  newSteps: 10,
});

describe('the corpus', () => {
  test('groups share nobody, and rare people are told of exactly as often as their group says', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const corpus = new Corpus({ ...FEW, pretrainSteps: 200 }, seed);
        const { taught, held, known, kept, seen, fresh } = corpus.groups;
        const everyone = [...taught, ...held, ...SEEN.flatMap((times) => seen[times]), ...fresh];
        expect(new Set(everyone.map(({ name }) => name)).size).toBe(everyone.length);
        expect([...known, ...kept]).toEqual(held);
        const turns = corpus.schedule(200, streamOf(seed, 'schedule')).flat();
        for (const times of SEEN)
          for (const person of seen[times]) expect(turns.filter((one) => one === person)).toHaveLength(times);
        expect(turns.some((person) => fresh.includes(person))).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('every telling holds every fact, and every row fits', () => {
    const corpus = new Corpus(FEW, 3);
    const random = streamOf(3, 'rows');
    for (const person of corpus.groups.held.slice(0, 5))
      for (const arm of ['single', 'augmented'] as const) {
        const text = corpus.tell(person, arm, random);
        for (const attribute of ATTRIBUTES) expect(text.split(' ')).toContain(person.facts[attribute]);
        expect(corpus.tokenizer.decode(corpus.tokenizer.encode(text))).toBe(text);
        expect(text.split(' ').length).toBeLessThan(corpus.context);
      }
    const [turn] = corpus.schedule(1, random);
    for (const row of corpus.pretraining(turn ?? [], 'together', random))
      expect(row.tokens.length).toBeLessThanOrEqual(corpus.context + 1);
  });

  test('one wording is always the same, several are not', () => {
    const corpus = new Corpus(FEW, 3);
    const random = streamOf(3, 'rows');
    const [person] = inventPeople(1, random);
    expect(person).toBeDefined();
    const held = corpus.groups.held[0];
    if (!held || !person) throw new Error('nobody');
    const texts = (arm: 'single' | 'augmented') =>
      new Set(Array.from({ length: 8 }, () => corpus.tell(held, arm, random))).size;
    expect(texts('single')).toBe(1);
    expect(texts('augmented')).toBeGreaterThan(4);
    expect(biography(person, { wordings: [0, 0, 0], order: [2, 0, 1], fullName: false })).toBe(
      `${person.name} works for ${person.facts.employer} . they was born in ${person.facts.city} . they studied ${person.facts.study} .`,
    );
  });

  test('values are single words that no other attribute has', () => {
    const all = ATTRIBUTES.flatMap((attribute) => VALUES[attribute]);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((value) => !value.includes(' '))).toBe(true);
  });
});

test('SliCK’s classes by their definition', () => {
  const random = streamOf(1, 'slick');
  const answer = (right: boolean, chance: number): Answer => ({
    said: right ? 0 : 1,
    right,
    logProbability: Math.log(chance),
    probabilities: Float32Array.of(chance, 1 - chance),
  });
  expect(classify([answer(true, 0.9), answer(true, 0.6)], 0, random)).toBe('highly');
  expect(classify([answer(true, 0.9), answer(false, 0.1)], 0, random)).toBe('maybe');
  expect(classify([answer(false, 0.49), answer(false, 0.49)], 0, random)).toBe('weakly');
  expect(classify([answer(false, 0), answer(false, 0)], 0, random)).toBe('unknown');
});

describe('a run', () => {
  test('every stage leaves its figures, the same for the same seed', async () => {
    const first = await runLab(knowledgeInjection, FEW, { seed: 2 });
    const short = { ...FEW, arms: 'two' as const, newSteps: 0 };
    const once = await runLab(knowledgeInjection, short, { seed: 2 });
    expect(await runLab(knowledgeInjection, short, { seed: 2 })).toEqual(once);
    expect(await runLab(knowledgeInjection, short, { seed: 3 })).not.toEqual(once);
    // What an arm learns does not hang on which others run.
    expect(first['augmented.heldLogProbability']).toBe(once['augmented.heldLogProbability']);
    for (const { id } of knowledgeInjection.metrics)
      if (!id.startsWith('slick.')) expect(first[id], id).toBeTypeOf('number');
    expect(SLICK.reduce((sum, kind) => sum + (first[`slick.${kind}`] ?? 0), 0)).toBeCloseTo(1, 6);
  });

  test('drawing and measuring change nothing', async () => {
    const two = { ...FEW, arms: 'two' as const };
    const plain = await runLab(knowledgeInjection, two, { seed: 2 });
    const session = new KnowledgeInjectionSession(two, 2);
    while (session.at < session.steps) {
      await session.advance(7);
      await session.frame();
      await session.measure();
    }
    expect(await session.measure()).toEqual(plain);
    const frame = await session.frame();
    expect(frame.recalls).toHaveLength(4);
    expect(frame.sample.said.map(({ arm }) => arm)).toEqual(['single', 'augmented']);
    expect(frame.curves.filter(({ stage }) => stage === 'renew')).toHaveLength(3);
    session.dispose();
  });

  test('cancelled, it frees what it holds', async () => {
    const stop = new AbortController();
    await expect(
      runLab(knowledgeInjection, FEW, { seed: 1, signal: stop.signal, onProgress: () => stop.abort() }),
    ).rejects.toThrow();
    const session = new KnowledgeInjectionSession(FEW, 1);
    await session.advance(3);
    session.dispose();
    await expect(session.advance(1)).rejects.toThrow(/freed/);
  });
});
