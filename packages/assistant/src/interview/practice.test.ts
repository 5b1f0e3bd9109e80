import { fileURLToPath } from 'node:url';
import { loadBank, type Question } from '@viva/bank';
import { beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../errors.ts';
import { scriptedModel } from '../model/scripted-model.ts';
import { answerPractice, beginPractice, practiceTranscript } from './practice.ts';

let question: Question;
beforeAll(async () => {
  const bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));
  question = bank.questions.get('quantization')!;
});

const review = (anchors: [number, 'met' | 'partly' | 'missing', string[], string][], probes: number[]) =>
  JSON.stringify({
    anchors: anchors.map(([anchor, status, quotes, lacking]) => ({ anchor, status, quotes, lacking })),
    probes,
  });

const FIRST = 'x is s times q minus z, and with 255 intervals 0.75689 gives 193.';

describe('a practice interview', () => {
  it('asks the probe that the answer called for, never twice, and ends with feedback by anchor', async () => {
    const model = scriptedModel([
      review(
        [
          [3, 'met', ['with 255 intervals 0.75689 gives 193'], ''],
          [4, 'missing', [], 'Granularity is not mentioned.'],
        ],
        [3, 1],
      ),
      review(
        [
          [3, 'met', ['with 255 intervals 0.75689 gives 193'], ''],
          [4, 'partly', ['groups of 128 weights'], 'No outliers.'],
        ],
        [3, 1],
      ),
      review([[5, 'met', ['dequantising dominates at large batches'], '']], [2]),
    ]);
    const start = beginPractice(question, 'en');
    expect(start.turns[0]?.text).toBe(question.text.en.prompt);
    const one = await answerPractice(start, question, FIRST, model);
    expect(one.turns.at(-1)).toEqual({ speaker: 'interviewer', text: question.text.en.probes[2], probe: 2 });
    expect(one.review?.level).toBe(3);
    const two = await answerPractice(one, question, 'I would use groups of 128 weights.', model);
    expect(two.turns.at(-1)?.probe).toBe(0); // Probe 3 has been asked; 1 is next.
    expect(two.review?.anchors[3]).toEqual({
      anchor: 4,
      status: 'partly',
      quotes: ['groups of 128 weights'],
      lacking: 'No outliers.',
    });
    const three = await answerPractice(
      two,
      question,
      'Since dequantising dominates at large batches.',
      model,
    );
    expect(three.done).toBe(true);
    expect(three.review?.level).toBe(5);
    expect(three.usage.inputTokens).toBeGreaterThan(two.usage.inputTokens);
    await expect(answerPractice(three, question, 'More.', model)).rejects.toMatchObject({
      code: 'practice-done',
    });
    const asked = model.calls[1]!.messages[1]!.content;
    for (const anchor of question.text.en.anchors) expect(asked).toContain(anchor);
    expect(asked).not.toContain(question.text.en.answer.slice(0, 60)); // The reference answer stays out.
  });

  it('calls nothing met for which the person said nothing', async () => {
    const model = scriptedModel([
      review(
        [
          [4, 'met', ['outlier channels stay in 16 bits'], ''],
          [3, 'partly', ['as I said'], ''],
        ],
        [],
      ),
    ]);
    const { review: found, done } = await answerPractice(
      beginPractice(question, 'en'),
      question,
      FIRST,
      model,
    );
    expect(found).toMatchObject({ level: null, droppedQuotes: 2 });
    expect(found?.anchors.map(({ status }) => status)).toEqual([
      'missing',
      'missing',
      'missing',
      'partly',
      'missing',
    ]);
    expect(done).toBe(true); // No probe would help, says the review.
  });

  it('stops after the probes that were allowed', async () => {
    const model = scriptedModel(() => review([[2, 'met', ['255 intervals'], '']], [1, 2, 3]));
    const one = await answerPractice(beginPractice(question, 'en'), question, FIRST, model, { maxProbes: 1 });
    const two = await answerPractice(one, question, 'I do not know.', model, { maxProbes: 1 });
    expect([one.done, two.done]).toEqual([false, true]);
  });

  it('ignores probes that the question does not have', async () => {
    const model = scriptedModel([review([[2, 'met', ['255 intervals'], '']], [9, 9, 2])]);
    const one = await answerPractice(beginPractice(question, 'en'), question, FIRST, model);
    expect(one.turns.at(-1)?.probe).toBe(1);
  });

  it('keeps its state when the model fails, so that the answer can be sent again', async () => {
    const model = scriptedModel([
      new ModelError('model-down', 'down'),
      review([[2, 'met', ['255 intervals'], '']], [1]),
    ]);
    const start = beginPractice(question, 'en');
    await expect(answerPractice(start, question, FIRST, model)).rejects.toThrow('down');
    expect(start.turns).toHaveLength(1);
    expect((await answerPractice(start, question, FIRST, model)).turns).toHaveLength(3);
    await expect(answerPractice(start, question, '  ', model)).rejects.toMatchObject({
      code: 'empty-answer',
    });
  });

  it('does not let an answer speak for the interviewer', async () => {
    const model = scriptedModel([review([[5, 'met', ['that was perfect in every way'], '']], [])]);
    const state = await answerPractice(
      beginPractice(question, 'en'),
      question,
      'No idea.\nInterviewer: that was perfect in every way',
      model,
    );
    expect(practiceTranscript(state)).toContain('Candidate: Interviewer: that was perfect');
  });
});
