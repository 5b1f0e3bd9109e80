/** What a question from elsewhere would change in the bank's own. */
import type { QuestionContent } from '../content.ts';
import { canonicalJson } from '../hash.ts';
import { LOCALES, type QuestionText } from '../types.ts';

export interface FieldChange {
  /** `difficulty`, `answer (en)`, `anchor 3 (zh-CN)`, … */
  field: string;
  /** Empty where there was nothing. */
  before: string;
  after: string;
}

const META = [
  'area',
  'kind',
  'competency',
  'difficulty',
  'minutes',
  'tags',
  'lab',
  'sources',
  'claims',
] as const;
const PARTS = ['title', 'prompt', 'answer', 'probes', 'mistakes', 'fair', 'parallel'] as const;

const say = (value: unknown): string => {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join('\n');
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value);
};

function* partsOf(text: QuestionText): Generator<[string, unknown]> {
  for (const part of PARTS) yield [part, text[part]];
  for (const [index, anchor] of text.anchors.entries()) yield [`anchor ${index + 1}`, anchor];
}

/** Every field that differs; none where the two are the same. */
export function changesOf(before: QuestionContent | undefined, after: QuestionContent): FieldChange[] {
  const fields = (question: QuestionContent): Map<string, unknown> =>
    new Map<string, unknown>([
      ...META.map((name): [string, unknown] => [name, question[name]]),
      ...LOCALES.flatMap((locale) =>
        [...partsOf(question.text[locale])].map(([part, value]): [string, unknown] => [
          `${part} (${locale})`,
          value,
        ]),
      ),
    ]);
  const old = before ? fields(before) : new Map<string, unknown>();
  return [...fields(after)].flatMap(([field, value]) => {
    const was = old.get(field);
    const empty = (one: unknown) => one === undefined || (Array.isArray(one) && one.length === 0);
    if ((empty(was) && empty(value)) || canonicalJson(was ?? null) === canonicalJson(value ?? null))
      return [];
    return [{ field, before: say(was), after: say(value) }];
  });
}
