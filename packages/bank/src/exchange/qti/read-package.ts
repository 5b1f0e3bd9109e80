/** Reads a QTI 3.0 package: what the manifest lists, in both languages where it has both. */
import type { QuestionContent } from '../../content.ts';
import { type Finding, LOCALES, type Locale, QUESTION_KINDS, type ScalePoint } from '../../types.ts';
import { ExchangeError } from '../exchange-error.ts';
import { childOf, childrenOf, parseXml, textOf, walk, type XmlElement } from '../xml.ts';
import type { Files } from '../zip.ts';
import { resolveHref } from './href.ts';
import { CATALOGUE, DIFFICULTIES, fromDuration, localeOf, SPACE, TYPE, VOCABULARY } from './names.ts';
import { type ReadItem, readItem } from './read-item.ts';
import { type ReadKit, readTests } from './read-test.ts';

export interface ReadQuestion {
  /** Where it stands in the package. */
  files: Partial<Record<Locale, string>>;
  /** What is there; a language may be missing. */
  content: Omit<QuestionContent, 'text' | 'claims'> & {
    text: Partial<QuestionContent['text']>;
    claims: (Omit<QuestionContent['claims'][number], 'text'> & {
      text: Partial<QuestionContent['claims'][number]['text']>;
    })[];
  };
}

export interface ReadPackage {
  questions: ReadQuestion[];
  kits: ReadKit[];
  findings: Finding[];
}

type Metadata = Partial<
  Pick<QuestionContent, 'kind' | 'competency' | 'difficulty' | 'minutes' | 'area'> & {
    id: string;
    locale: Locale;
  }
> & { tags: string[] };

const at = (element: XmlElement | undefined, ...path: string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((one, name) => childOf(one, name), element);
const valueAt = (element: XmlElement | undefined, ...path: string[]): string | undefined => {
  const found = at(element, ...path);
  return found && textOf(found).trim();
};

function readMetadata(resource: XmlElement): Metadata {
  const lom = at(resource, 'metadata', 'lom');
  const general = at(lom, 'general');
  const educational = at(lom, 'educational');
  const entry = general
    ? childrenOf(general, 'identifier').find((one) => valueAt(one, 'catalog') === CATALOGUE.question)
    : undefined;
  const vocabulary = (name: string, source: string): string | undefined => {
    const found = at(educational, name);
    return valueAt(found, 'source') === source ? valueAt(found, 'value') : undefined;
  };
  const taxon = (source: string): string | undefined => {
    for (const one of lom ? childrenOf(lom, 'classification') : [])
      if (valueAt(one, 'taxonPath', 'source', 'string') === source)
        return valueAt(one, 'taxonPath', 'taxon', 'id');
    return undefined;
  };
  const kind = QUESTION_KINDS.find((one) => one === vocabulary('learningResourceType', VOCABULARY.kind));
  const word = vocabulary('difficulty', 'LOMv1.0');
  const difficulty = ([1, 2, 3, 4, 5] as ScalePoint[]).find((point) => DIFFICULTIES[point] === word);
  const minutes = fromDuration(valueAt(educational, 'typicalLearningTime', 'duration') ?? '');
  const competency = taxon(VOCABULARY.competency);
  const area = taxon(VOCABULARY.area);
  const id = valueAt(entry, 'entry');
  const locale = localeOf(valueAt(general, 'language'));
  return {
    tags: general ? childrenOf(general, 'keyword').map((one) => valueAt(one, 'string') ?? '') : [],
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    ...(difficulty === undefined ? {} : { difficulty }),
    ...(minutes === undefined ? {} : { minutes }),
    ...(competency === undefined ? {} : { competency }),
    ...(area === undefined ? {} : { area }),
    ...(locale === undefined ? {} : { locale }),
  };
}

/** An id of ours from an identifier of theirs. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'question';

function manifestOf(files: Files): string {
  const found = [...files.keys()].filter((name) => /(^|\/)imsmanifest\.xml$/.test(name));
  const [first] = found.sort((a, b) => a.length - b.length);
  if (first === undefined)
    throw new ExchangeError('bad-qti', 'the package', 'it holds no imsmanifest.xml, so it is no QTI package');
  return first;
}

/** @throws ExchangeError where the package as a whole cannot be read; lesser things are findings */
export function readPackage(files: Files): ReadPackage {
  const manifest = manifestOf(files);
  const root = parseXml(files.get(manifest) ?? new Uint8Array(), manifest);
  if (root.name !== 'manifest' || root.space !== SPACE.package)
    throw new ExchangeError(
      'bad-qti',
      manifest,
      `this is the manifest of another format or version (${root.space || 'no namespace'}); QTI 3.0 is read`,
      'line 1',
    );
  const resources = [...walk(root)].filter(({ name }) => name === 'resource');
  const findings: Finding[] = [];
  const groups = new Map<string, { metadata: Metadata; item: ReadItem; file: string }[]>();
  const idOfFile = new Map<string, string>();
  for (const resource of resources) {
    const { type = '', href, identifier = '' } = resource.attributes;
    if (type !== TYPE.item) {
      if (type !== TYPE.test)
        findings.push({
          severity: 'warning',
          code: 'resource',
          file: manifest,
          line: resource.line,
          message: `resource "${identifier}" of type "${type}" is not taken in`,
        });
      continue;
    }
    if (!href)
      throw new ExchangeError(
        'bad-qti',
        manifest,
        `resource "${identifier}" has no href`,
        `line ${resource.line}`,
      );
    const file = resolveHref(href, manifest, manifest, resource.line);
    const bytes = files.get(file);
    if (!bytes)
      throw new ExchangeError(
        'bad-qti',
        manifest,
        `"${file}" is listed and not there`,
        `line ${resource.line}`,
      );
    const metadata = readMetadata(resource);
    const item = readItem(bytes, file, metadata.locale);
    findings.push(...item.findings);
    const id = metadata.id ?? slug(item.identifier.replace(/[-_.](zh(-cn)?|en)$/i, ''));
    idOfFile.set(file, id);
    const group = groups.get(id) ?? [];
    if (group.some((one) => one.item.locale === item.locale))
      throw new ExchangeError('bad-qti', file, `question "${id}" stands twice in ${item.locale}`, 'line 1');
    groups.set(id, [...group, { metadata, item, file }]);
  }
  const questions = [...groups].map(([id, group]) => join(id, group, findings));
  const tests = resources.filter(({ attributes }) => attributes.type === TYPE.test);
  const kits = readTests(tests, files, manifest, idOfFile, findings);
  return { questions, kits, findings };
}

/** Puts a question's languages together; where they differ in what has no language, the first one's stands. */
function join(
  id: string,
  group: readonly { metadata: Metadata; item: ReadItem; file: string }[],
  findings: Finding[],
): ReadQuestion {
  const sorted = [...group].sort((a, b) => LOCALES.indexOf(a.item.locale) - LOCALES.indexOf(b.item.locale));
  const [first, ...others] = sorted;
  if (!first) throw new Error('a group holds at least one item');
  const common = ({ metadata: { locale: _, ...rest }, item }: (typeof sorted)[number]) =>
    JSON.stringify([rest, item.sources, item.lab, item.claims.map(({ text, ...claim }) => claim)]);
  for (const other of others)
    if (common(other) !== common(first))
      findings.push({
        severity: 'warning',
        code: 'languages-differ',
        file: other.file,
        message: `metadata, sources, claims or lab differ from ${first.file}, which is followed`,
      });
  const { metadata, item } = first;
  const claims = item.claims.map(({ text, ...claim }) => ({
    ...claim,
    text: Object.fromEntries(
      sorted.flatMap((one) => {
        const found = one.item.claims.find((other) => other.id === claim.id);
        return found ? [[one.item.locale, found.text]] : [];
      }),
    ),
  }));
  return {
    files: Object.fromEntries(sorted.map((one) => [one.item.locale, one.file])),
    content: {
      id,
      area: metadata.area ?? 'imported',
      kind: metadata.kind ?? 'knowledge',
      competency: metadata.competency ?? '',
      difficulty: metadata.difficulty ?? 3,
      minutes: metadata.minutes ?? 10,
      tags: metadata.tags,
      ...(item.lab ? { lab: item.lab } : {}),
      sources: item.sources,
      claims,
      text: Object.fromEntries(sorted.map((one) => [one.item.locale, one.item.text])),
    },
  };
}
