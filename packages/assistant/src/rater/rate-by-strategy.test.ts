import { fileURLToPath } from 'node:url';
import { type Bank, loadBank, type Question } from '@viva/bank';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ModelError, StructuredOutputError } from '../errors.ts';
import { scriptedModel } from '../model/scripted-model.ts';
import { countVotes, decideVote, rateByStrategy, spreadOf, type Vote } from './rate-by-strategy.ts';

let bank: Bank;
let question: Question;
const transcript =
  'Candidate: There are 255 intervals. The zero point shifts them. I would measure perplexity.';
beforeAll(async () => {
  bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));
  question = bank.questions.get('quantization')!;
});

const answer = (score: number, ...quotes: string[]) =>
  JSON.stringify({
    steps: [{ anchor: score, finding: 'It names them.', met: 'yes' }],
    evidence: quotes.map((quote) => ({ anchor: score, stance: 'for', quote })),
    lacking: `Lacking at ${score}.`,
    score,
  });
const held = 'There are 255 intervals';

describe('rateByStrategy', () => {
  it('asks once and greedily, at once or anchor by anchor', async () => {
    for (const [strategy, prompt] of [
      ['direct', 'rate'],
      ['chain-of-thought', 'rate-steps'],
    ] as const) {
      const model = scriptedModel([answer(4, held)]);
      const rating = await rateByStrategy(question, transcript, model, { strategy, seed: 7, samples: 9 });
      expect(rating).toMatchObject({
        score: 4,
        samples: 1,
        temperature: 0,
        spread: null,
        withoutVote: 0,
        seed: 7,
      });
      expect(rating.provenance.prompt).toBe(prompt);
      expect(model.calls).toHaveLength(1);
      expect(model.calls[0]?.options).toMatchObject({ temperature: 0, seed: 7 });
      const schema = model.calls[0]?.options.jsonSchema as { properties: object };
      expect(Object.keys(schema.properties)[0]).toBe(strategy === 'direct' ? 'evidence' : 'steps');
    }
  });

  it('takes the score that most samples give with evidence, and tells how far they spread', async () => {
    const replies = [
      answer(4, held),
      answer(3, 'The zero point shifts them'),
      answer(4, 'I would measure perplexity', 'words that nobody said'),
      answer(5, 'a doctorate from a famous school'), // No vote: nothing of it was said.
    ];
    const model = scriptedModel((_, options) => replies[(options.seed ?? 0) - 10] ?? '');
    const seen: number[] = [];
    const rating = await rateByStrategy(question, transcript, model, {
      strategy: 'self-consistency',
      samples: 4,
      seed: 10,
      onProgress: (done) => seen.push(done),
    });
    expect(rating).toMatchObject({ score: 4, given: 4, withoutVote: 1, temperature: 0.7, samples: 4 });
    expect(rating.votes).toEqual([
      { score: 3, count: 1 },
      { score: 4, count: 2 },
    ]);
    expect(rating.spread).toBeCloseTo(Math.sqrt(1 / 3), 12);
    expect(rating.evidence.map(({ quote }) => quote)).toEqual([held, 'I would measure perplexity']);
    expect(rating.dropped.map(({ quote }) => quote)).toEqual([
      'words that nobody said',
      'a doctorate from a famous school',
    ]);
    expect(rating.lacking).toBe('Lacking at 4.');
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(model.calls.map(({ options }) => options.seed).sort()).toEqual([10, 11, 12, 13]);
  });

  it('withholds a score for which no sample has evidence', async () => {
    const rating = await rateByStrategy(
      question,
      transcript,
      scriptedModel(() => answer(5, 'not said at all')),
      {
        strategy: 'self-consistency',
        samples: 3,
      },
    );
    expect(rating).toMatchObject({ score: null, given: 5, votes: [], spread: null, withoutVote: 3 });
  });

  it('does without samples that have no shape, but not without all of them; a failing model fails', async () => {
    const some = scriptedModel((_, options) => (options.seed === 1 ? 'no JSON here' : answer(2, held)));
    expect(
      await rateByStrategy(question, transcript, some, { strategy: 'self-consistency', samples: 3, seed: 1 }),
    ).toMatchObject({ score: 2, withoutVote: 1 });
    await expect(
      rateByStrategy(
        question,
        transcript,
        scriptedModel(() => 'nothing'),
        {
          strategy: 'self-consistency',
          samples: 2,
        },
      ),
    ).rejects.toThrow(StructuredOutputError);
    await expect(
      rateByStrategy(question, transcript, scriptedModel([new ModelError('model-down', 'gone')]), {
        strategy: 'self-consistency',
        samples: 2,
      }),
    ).rejects.toMatchObject({ code: 'model-down' });
    for (const samples of [1, 26, 2.5])
      await expect(
        rateByStrategy(question, transcript, some, { strategy: 'self-consistency', samples }),
      ).rejects.toThrow(RangeError);
  });
});

describe('the vote', () => {
  it('is for the most, of equals for the one nearest the middle, then for the lower', () => {
    const votes = (...counts: number[]): Vote[] =>
      counts.flatMap((count, at) => (count > 0 ? [{ score: (at + 1) as Vote['score'], count }] : []));
    expect(decideVote(votes(0, 1, 0, 3, 1))).toBe(4);
    expect(decideVote(votes(2, 0, 0, 2, 1))).toBe(4);
    expect(decideVote(votes(0, 2, 0, 2))).toBe(2);
    expect(decideVote([])).toBeNull();
  });

  it('is one of the votes, and does not hang on their order', () => {
    const scores = fc.array(fc.constantFrom<1 | 2 | 3 | 4 | 5 | null>(1, 2, 3, 4, 5, null), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(scores, (drawn) => {
        const votes = countVotes(drawn);
        const score = decideVote(votes);
        if (drawn.every((one) => one === null)) expect(score).toBeNull();
        else expect(drawn).toContain(score);
        expect(decideVote([...votes].reverse())).toBe(score);
        const spread = spreadOf(votes);
        const cast = drawn.filter((one) => one !== null);
        if (cast.length < 2) expect(spread).toBeNull();
        else expect(spread === 0).toBe(new Set(cast).size === 1);
      }),
    );
  });
});
