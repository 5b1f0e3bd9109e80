import { expect, it } from 'vitest';
import { drawScore, seeded } from '../demo/simulate.ts';
import { type AnalysisInput, analyse } from './analyse.ts';
import { FIT_VERSION, fitOpening, type OpeningFit } from './fit-opening.ts';
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
  const kept = new Map<string, OpeningFit>();
  let asked = 0;
  const shelf = {
    find: async (hash: string) => {
      asked++;
      return kept.get(hash);
    },
    keep: async (hash: string, fit: OpeningFit) => void kept.set(hash, fit),
  };
  const [one, two] = await Promise.all([
    analyseOnce(input, shelf),
    analyseOnce(structuredClone(input), shelf),
  ]);
  expect(one).toEqual(two);
  expect(await analyseOnce({ ...input, top: 6 }, shelf)).toMatchObject({ top: 6 });
  expect([asked, kept.size]).toEqual([1, 1]);
  // Another process finds the fit where this one has put it.
  const text = JSON.stringify([...kept.values()][0]);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(fitOpening(input))));
});

it('takes a kept fit for what it was made of, and for nothing else', async () => {
  const input = inputOf(40, 4);
  const wrong = { ...fitOpening(inputOf(40, 5)), ranked: [] };
  const asked: string[] = [];
  const shelf = {
    find: async (hash: string) => {
      asked.push(hash);
      return wrong;
    },
    keep: async () => undefined,
  };
  expect((await analyseOnce(input, shelf)).candidates[0]?.rank).toBeNull();
  const changed = structuredClone(input);
  (changed.candidates[0] as { withdrawn: boolean }).withdrawn = true;
  await analyseOnce(changed, shelf);
  expect(new Set(asked).size).toBe(2);
});

it('keeps no name, and shows whatever people are called now', async () => {
  const input = inputOf(40, 6);
  const kept: string[] = [];
  const shelf = {
    find: async () => undefined,
    keep: async (_: string, fit: OpeningFit) => void kept.push(JSON.stringify(fit)),
  };
  const before = await analyseOnce(input, shelf);
  const renamed = structuredClone(input);
  for (const one of [...renamed.candidates, ...renamed.raters] as { name: string }[]) one.name += ' (new)';
  const after = await analyseOnce(renamed, shelf);
  expect(kept).toHaveLength(1);
  expect(/(Rater|Candidate) \d/.test(kept.join())).toBe(false);
  expect(after).toEqual(analyse(renamed));
  expect(before).toEqual(analyse(input));
});

it('makes a small one where it stands', async () => {
  const input = inputOf(4, 3);
  expect(await analyseOnce(input)).toEqual(analyse(input));
});

// Not whether they are right, which `stats` is held to, but that no database keeps older ones under the same number.
it('gives the figures of this version of the fit: raise FIT_VERSION where they change', () => {
  const { ranked, analysis } = fitOpening(inputOf(40, 7));
  const figures = [ranked[0]?.score, ranked[1]?.se, analysis.raters[0]?.severity, analysis.reliability.value];
  expect([FIT_VERSION, ...figures.map((figure) => figure?.toFixed(5))]).toEqual([
    1,
    '1.26638',
    '0.19475',
    '-0.50026',
    '0.96803',
  ]);
});
