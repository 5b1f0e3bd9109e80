import { presentableDiff } from '@codemirror/merge';
import type { QuestionContent } from '@viva/bank/authoring';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differences, flatten } from './flatten.ts';
import { segments } from './word-diff.tsx';

const text = (mark: string): QuestionContent['text']['en'] => ({
  title: `Title ${mark}`,
  prompt: 'Prompt',
  answer: 'Answer',
  anchors: ['1', '2', '3', '4', '5'],
  probes: ['a', 'b'],
  mistakes: ['m'],
  fair: ['f'],
});
const content = (): QuestionContent => ({
  id: 'x',
  area: 'y',
  kind: 'knowledge',
  competency: 'c',
  difficulty: 3,
  minutes: 10,
  tags: ['t'],
  sources: [{ id: 's', title: 'T', authors: 'A', year: 2020 }],
  claims: [{ id: 'k', text: { 'zh-CN': '一。', en: 'One.' }, source: 's' }],
  text: { 'zh-CN': text('zh'), en: text('en') },
});

it('finds nothing between equals, and every part that was changed, added or taken away', () => {
  expect(differences(content(), content())).toEqual([]);
  const next = content();
  next.text['zh-CN'].anchors[2] = '三';
  next.text.en.probes.push('c');
  next.minutes = 12;
  next.claims = [];
  next.text.en.parallel = 'Other';
  expect(differences(content(), next).map(({ key }) => key)).toEqual([
    'details/minutes',
    'anchors/2',
    'probes/2',
    'parallel',
    'claims/k',
  ]);
  // Of a new question everything with text is new.
  expect(differences(null, content()).length).toBe(
    flatten(content()).filter(({ zh, en, plain }) => zh + en + plain !== '').length,
  );
});

it('cuts two texts into what stayed, went and came, and loses nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
      const parts = segments(before, after);
      expect(parts.flatMap(({ kind, text: piece }) => (kind === 'in' ? [] : [piece])).join('')).toBe(before);
      expect(parts.flatMap(({ kind, text: piece }) => (kind === 'out' ? [] : [piece])).join('')).toBe(after);
    }),
  );
  expect(presentableDiff('a', 'a')).toEqual([]);
});
