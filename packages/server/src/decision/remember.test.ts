import { expect, it } from 'vitest';
import { drawScore, seeded } from '../demo/simulate.ts';
import { type AnalysisInput, analyse } from './analyse.ts';
import { analyseOnce } from './remember.ts';

function inputOf(candidates: number, seed: number): AnalysisInput {
  const random = seeded(seed);
  const items = [0, 1, 2, 3].map((index) => ({
    question: `question-${index}`,
    competency: `competency-${index % 2}`,
    weight: 1,
    title: { 'zh-CN': `题 ${index}`, en: `Question ${index}` },
  }));
  return {
    items,
    competencies: ['competency-0', 'competency-1'].map((id) => ({ id, weight: 1 })),
    ratings: Array.from({ length: candidates }, (_, candidate) =>
      [0, 1, 2].flatMap((rater) =>
        items.map(({ question }, index) => ({
          candidateId: `candidate-${candidate}`,
          raterId: `rater-${rater}`,
          question,
          score: drawScore(random, (candidate % 7) - 3, (rater - 1) / 2, (index - 1.5) / 2),
        })),
      ),
    ).flat(),
    candidates: Array.from({ length: candidates }, (_, index) => ({
      id: `candidate-${index}`,
      name: `Candidate ${index}`,
      withdrawn: false,
    })),
    raters: [0, 1, 2].map((index) => ({ id: `rater-${index}`, name: `Rater ${index}` })),
    top: 5,
  };
}

it('makes a large analysis in a thread, to the same figures, while the event loop goes on', async () => {
  const input = inputOf(60, 1);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const analysis = await analyseOnce(input);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
  // Through a message, -0 and undefined members survive; what is compared is what the page is sent.
  expect(JSON.parse(JSON.stringify(analysis))).toEqual(JSON.parse(JSON.stringify(analyse(input))));
});

it('makes it once for all who ask meanwhile, and keeps it', async () => {
  const input = inputOf(40, 2);
  const [one, two] = await Promise.all([analyseOnce(input), analyseOnce(structuredClone(input))]);
  expect(one).toBe(two);
  expect(await analyseOnce(structuredClone(input))).toBe(one);
  expect(await analyseOnce({ ...input, top: 6 })).not.toBe(one);
});

it('makes a small one where it stands', async () => {
  const input = inputOf(4, 3);
  expect(await analyseOnce(input)).toEqual(analyse(input));
});
