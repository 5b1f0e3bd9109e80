/** A question as a list of parts that can be compared one by one. Pure. */
import type { QuestionContent, QuestionText, Source } from '@viva/bank/authoring';

export interface FlatPart {
  /** Same in both contents that are compared. */
  key: string;
  /** What it is: a key of the texts, and a number or name beside it. */
  part:
    | 'details'
    | 'title'
    | 'prompt'
    | 'answer'
    | 'anchors'
    | 'probes'
    | 'mistakes'
    | 'fair'
    | 'parallel'
    | 'claims'
    | 'sources';
  number?: string;
  /** Texts that have a language; `plain` for those that have none. */
  zh: string;
  en: string;
  plain: string;
}

const sourceText = ({ id: _, authors, year, title, venue, url, doi, number }: Source): string =>
  [`${authors} (${year}). ${title}`, venue, url, doi, number].filter(Boolean).join('. ');

const DETAILS = ['area', 'kind', 'competency', 'difficulty', 'minutes'] as const;

/** Claims and sources go by id, anchors and lists by their place. */
export function flatten(content: QuestionContent): FlatPart[] {
  const { 'zh-CN': zh, en } = content.text;
  const both = (
    key: string,
    part: FlatPart['part'],
    of: (text: QuestionText) => string,
    number?: string,
  ): FlatPart => ({
    key,
    part,
    zh: of(zh),
    en: of(en),
    plain: '',
    ...(number ? { number } : {}),
  });
  const plain = (key: string, part: FlatPart['part'], text: string, number: string): FlatPart => ({
    key,
    part,
    zh: '',
    en: '',
    plain: text,
    number,
  });
  const list = (part: 'anchors' | 'probes' | 'mistakes' | 'fair'): FlatPart[] =>
    Array.from({ length: Math.max(zh[part].length, en[part].length) }, (_, index) =>
      both(`${part}/${index}`, part, (text) => text[part][index] ?? '', String(index + 1)),
    );
  return [
    ...DETAILS.map((field) => plain(`details/${field}`, 'details', String(content[field]), field)),
    plain('details/tags', 'details', content.tags.join(', '), 'tags'),
    plain(
      'details/lab',
      'details',
      content.lab ? `${content.lab.id} ${JSON.stringify(content.lab.params)}` : '',
      'lab',
    ),
    both('title', 'title', ({ title }) => title),
    both('prompt', 'prompt', ({ prompt }) => prompt),
    both('answer', 'answer', ({ answer }) => answer),
    ...list('anchors'),
    ...list('probes'),
    ...list('mistakes'),
    ...list('fair'),
    both('parallel', 'parallel', ({ parallel }) => parallel ?? ''),
    ...content.claims.map((claim): FlatPart => {
      const { id, source, at, check } = claim;
      const experiment = check
        ? `${check.lab} ${JSON.stringify(check.params)} [${check.seeds.join(', ')}]\n${check.assert.join('\n')}`
        : '';
      return {
        key: `claims/${id}`,
        part: 'claims',
        number: id,
        zh: claim.text['zh-CN'],
        en: claim.text.en,
        plain: [[source, at].filter(Boolean).join(', '), experiment].filter(Boolean).join('\n'),
      };
    }),
    ...content.sources.map((source) =>
      plain(`sources/${source.id}`, 'sources', sourceText(source), source.id),
    ),
  ];
}

export interface Difference {
  key: string;
  part: FlatPart['part'];
  number?: string;
  before: FlatPart | null;
  after: FlatPart | null;
}

const text = (part: FlatPart | null | undefined): string =>
  part ? `${part.zh}\n${part.en}\n${part.plain}` : '\n\n';

/** The parts that differ, in the order of the newer content; what it has no more stands at the end of its kind. */
export function differences(before: QuestionContent | null, after: QuestionContent): Difference[] {
  const old = new Map((before ? flatten(before) : []).map((part) => [part.key, part]));
  const now = flatten(after);
  const known = new Set(now.map(({ key }) => key));
  const pairs: Difference[] = [
    ...now.map((part) => ({ ...head(part), before: old.get(part.key) ?? null, after: part })),
    ...[...old.values()]
      .filter(({ key }) => !known.has(key))
      .map((part) => ({ ...head(part), before: part, after: null })),
  ];
  return pairs.filter((pair) => text(pair.before) !== text(pair.after));
}

const head = ({ key, part, number }: FlatPart) => ({ key, part, ...(number ? { number } : {}) });
