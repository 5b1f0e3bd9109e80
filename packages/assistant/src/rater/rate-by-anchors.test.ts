import { fileURLToPath } from 'node:url';
import { loadBank, type Question } from '@viva/bank';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { scriptedModel } from '../model/scripted-model.ts';
import { clusterInterval } from './movement.ts';
import { rateByAnchors } from './rate-by-anchors.ts';
import { sentencesOf } from './sentences.ts';

let question: Question;
beforeAll(async () => {
  const bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));
  question = bank.questions.get('quantization') as Question;
});
const verdict = (met: string, ...sentences: number[]) => JSON.stringify({ met, sentences });
const SAID =
  'Candidate: There are 255 intervals. It makes 193.\nInterviewer: Go on.\nCandidate: 就这些。没有了。';

it('cuts sentences in both languages, and loses no letter', () => {
  expect(sentencesOf('There are 255. It is 0.75.\n就这些。没有了。')).toEqual([
    'There are 255.',
    'It is 0.75.',
    '就这些。',
    '没有了。',
  ]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
      const letters = (value: string) => value.replace(/[^\p{L}\p{N}]/gu, '');
      expect(letters(sentencesOf(text).join(''))).toBe(letters(text));
    }),
  );
});

it('computes the score from anchors that are met with a sentence, quoted as it was said', async () => {
  const model = scriptedModel([
    verdict('yes', 1),
    verdict('yes', 1, 2),
    verdict('partly', 2),
    verdict('yes', 9), // There is no ninth sentence.
    verdict('no'),
  ]);
  const rating = await rateByAnchors(question, SAID, model, { fence: '==x==' });
  expect(rating.score).toBe(2);
  expect(rating.evidence.map(({ anchor, quote }) => [anchor, quote])).toEqual([
    [1, 'There are 255 intervals.'],
    [2, 'There are 255 intervals.'],
    [2, 'It makes 193.'],
    [3, 'It makes 193.'],
  ]);
  expect(rating.dropped).toEqual([{ anchor: 4, quote: '9', stance: 'for' }]);
  expect(rating.provenance.prompt).toBe('rate-anchors');
  const asked = model.calls[4]?.messages[1]?.content ?? '';
  expect(asked).toContain('1. There are 255 intervals.\n2. It makes 193.\n3. 就这些。\n4. 没有了。');
  expect(asked).not.toContain('Go on.');
  expect(asked).toContain(question.text.en.anchors[4]);
});

it('withholds a score without any sentence, and refuses an empty transcript', async () => {
  const silent = await rateByAnchors(
    question,
    SAID,
    scriptedModel(() => verdict('no')),
  );
  expect(silent).toMatchObject({ score: null, given: 1, evidence: [] });
  await expect(rateByAnchors(question, 'Candidate: …', scriptedModel(''))).rejects.toMatchObject({
    code: 'empty-transcript',
  });
});

it('gives an interval that holds the mean, and none for one cluster', () => {
  expect(clusterInterval([[1, 2]])).toBeNull();
  expect(clusterInterval([[1], [1], [1]])).toEqual([1, 1]);
  const [low, high] = clusterInterval(Array.from({ length: 40 }, (_, at) => [at % 2])) ?? [1, 0];
  expect(low).toBeGreaterThan(0.3);
  expect(low).toBeLessThan(0.5);
  expect(high).toBeGreaterThan(0.5);
  expect(high).toBeLessThan(0.7);
});
