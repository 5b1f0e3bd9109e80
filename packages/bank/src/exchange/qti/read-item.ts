/** Reads a QTI 3.0 item, ours or another program's, into the parts of a question's text in one language. */
import { parseQuestionMarkdown } from '../../markdown.ts';
import type { Claim, Finding, Locale, QuestionText, Source } from '../../types.ts';
import { ExchangeError } from '../exchange-error.ts';
import { xhtmlToMarkdown } from '../xhtml-to-markdown.ts';
import {
  childOf,
  childrenOf,
  find,
  hasClass,
  isElement,
  parseXml,
  textOf,
  walk,
  type XmlElement,
  type XmlNode,
} from '../xml.ts';
import { localeOf, PART, SPACE } from './names.ts';
import { PARTS } from './write-item.ts';

export interface ReadItem {
  identifier: string;
  locale: Locale;
  text: QuestionText;
  sources: Source[];
  claims: { id: string; text: string; source?: string; at?: string; check?: Claim['check'] }[];
  lab?: { id: string; params: Record<string, unknown> };
  findings: Finding[];
}

/** As it is shown: white space is one space, and none beside a tag; what stands in `pre` counts letter by letter. */
function shown(node: XmlNode, exact = false): string {
  if (!isElement(node)) return exact ? node : node.replace(/[ \t\r\n]+/g, ' ');
  const attributes = Object.entries(node.attributes)
    .filter(([name]) => name !== 'id')
    .sort()
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
  const inside = node.children.map((child) => shown(child, exact || node.name === 'pre')).join('');
  return `<${node.name}${attributes}>${exact || node.name === 'pre' ? inside : inside.replace(/ ?(<[^>]*>) ?/g, '$1')}</>`;
}

/** The nodes of what our own writer makes of a text, for comparison. */
function rendered(html: string, file: string): XmlElement {
  const source = `<x xmlns="${SPACE.item}">${html}</x>`;
  return parseXml(new TextEncoder().encode(source), file);
}

const same = (a: readonly XmlNode[], b: readonly XmlNode[]): boolean => {
  const whole = (nodes: readonly XmlNode[]) =>
    shown({ name: 'x', space: '', attributes: {}, children: [...nodes], line: 1 });
  return whole(a) === whole(b);
};

function rubrics(body: XmlElement): XmlElement[] {
  return [...walk(body)].filter(({ name }) => name === 'qti-rubric-block');
}

const contentOf = (block: XmlElement | undefined): XmlElement | undefined =>
  block ? (childOf(block, 'qti-content-body') ?? block) : undefined;

const listOf = (content: XmlElement | undefined): XmlElement[] => {
  const list = content && find(content, ({ name }) => name === 'ol' || name === 'ul');
  return list ? childrenOf(list, 'li') : [];
};

/** A list item of the bank is one line. */
const oneLine = (markdown: string): string => markdown.replace(/\s*\n\s*/g, ' ').trim();

/** The body without rubric blocks; of interactions, what they ask and offer. */
function promptNodes(element: XmlElement): XmlNode[] {
  return element.children.flatMap((node): XmlNode[] => {
    if (!isElement(node)) return [node];
    if (node.name === 'qti-rubric-block' || node.name === 'qti-stylesheet') return [];
    if (node.name.endsWith('-interaction')) {
      const choices = childrenOf(node).filter(({ name }) => /^qti-(simple|inline)-choice$/.test(name));
      const list: XmlElement[] =
        choices.length === 0
          ? []
          : [
              {
                name: 'ul',
                space: '',
                attributes: {},
                line: node.line,
                children: choices.map((choice) => ({ ...choice, name: 'li' })),
              },
            ];
      return [...childrenOf(node, 'qti-prompt'), ...list];
    }
    return [{ ...node, children: promptNodes(node) }];
  });
}

const json = (text: string, file: string, line: number): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ExchangeError('bad-qti', file, 'this is not the JSON that stood here', `line ${line}`);
  }
};

const spanOf = (item: XmlElement, name: string): string | undefined => {
  const found = find(item, (one) => hasClass(one, name));
  return found && textOf(found);
};

/** What an id attribute says behind its prefix. */
const idOf = (item: XmlElement, prefix: string): string => {
  const id = item.attributes.id ?? '';
  return id.startsWith(prefix) ? id.slice(prefix.length) : '';
};

function readSource(item: XmlElement): Source {
  const link = find(item, (one) => hasClass(one, 'title'));
  const [venue, doi, number] = ['venue', 'doi', 'number'].map((name) => spanOf(item, name));
  const url = link?.attributes.href;
  return {
    id: idOf(item, 'source-'),
    title: link ? textOf(link) : textOf(item).trim(),
    authors: spanOf(item, 'authors') ?? '',
    year: Number(spanOf(item, 'year') ?? Number.NaN),
    ...(venue === undefined ? {} : { venue }),
    ...(url === undefined ? {} : { url }),
    ...(doi === undefined ? {} : { doi }),
    ...(number === undefined ? {} : { number }),
  };
}

function readClaim(item: XmlElement, file: string): ReadItem['claims'][number] {
  const [source, at] = ['source', 'at'].map((name) => spanOf(item, name));
  const check = spanOf(item, 'check');
  return {
    id: idOf(item, 'claim-'),
    text: spanOf(item, 'text') ?? textOf(item).trim(),
    ...(source === undefined ? {} : { source }),
    ...(at === undefined ? {} : { at }),
    ...(check === undefined ? {} : { check: json(check, file, item.line) as NonNullable<Claim['check']> }),
  };
}

/**
 * @param fallback the language where the item names none
 * @throws ExchangeError where it is no QTI 3.0 item
 */
export function readItem(bytes: Uint8Array, file: string, fallback: Locale = 'en'): ReadItem {
  const root = parseXml(bytes, file);
  if (root.name !== 'qti-assessment-item') {
    const older = root.name === 'assessmentItem' ? '; QTI 2 has to be converted to QTI 3 first' : '';
    throw new ExchangeError(
      'bad-qti',
      file,
      `the element is <${root.name}>, not <qti-assessment-item>${older}`,
      'line 1',
    );
  }
  if (root.space !== SPACE.item)
    throw new ExchangeError(
      'bad-qti',
      file,
      `its namespace is "${root.space}", not "${SPACE.item}"`,
      'line 1',
    );
  const body = childOf(root, 'qti-item-body');
  if (!body) throw new ExchangeError('bad-qti', file, 'it has no <qti-item-body>', `line ${root.line}`);
  const locale = localeOf(root.attributes['xml:lang']) ?? fallback;
  const findings: Finding[] = [];
  const warn = (code: string, message: string, line: number) =>
    findings.push({ severity: 'warning', code, file, message, line });
  for (const { name, line } of walk(body))
    if (name.endsWith('-interaction') && name !== 'qti-extended-text-interaction')
      warn(
        'interaction',
        `<${name}> becomes a question to answer in words; its scoring is not taken in`,
        line,
      );
  const blocks = rubrics(body);
  const part = (name: string) => contentOf(blocks.find((block) => hasClass(block, name)));
  const own = part(PART.markdown);
  const source = own && textOf(find(own, ({ name }) => name === 'pre') ?? own);
  // Our own Markdown is used where it still says what the item shows; what was changed elsewhere wins.
  const known = source === undefined ? undefined : parseQuestionMarkdown(source, file, locale).value;
  const keep = <T>(
    nodes: readonly XmlNode[],
    mine: { html: string; value: T } | undefined,
    read: () => T,
  ): T => (mine && same(nodes, rendered(mine.html, file).children) ? mine.value : read());
  const options = { math: 'mathml', file } as const;
  const blockText = (content: XmlElement | undefined, value: string | undefined): string =>
    content
      ? keep(
          content.children,
          value === undefined ? undefined : { html: PARTS.blocks(value, options), value },
          () => xhtmlToMarkdown(content.children),
        )
      : '';
  const list = (name: string, value: string[] | undefined): string[] => {
    const content = part(name);
    if (!content) return [];
    return keep(
      content.children,
      value === undefined ? undefined : { html: PARTS.list(value, 'ul', options), value },
      () => listOf(content).map((item) => oneLine(xhtmlToMarkdown(item.children))),
    );
  };
  const prompt = find(body, (one) => hasClass(one, PART.prompt));
  const anchorBlock =
    part(PART.anchors) ??
    contentOf(
      blocks.find(
        (block) => /\bscorer\b/.test(block.attributes.view ?? '') && listOf(contentOf(block)).length === 5,
      ),
    );
  const anchors = anchorBlock
    ? keep(
        anchorBlock.children,
        known && { html: PARTS.points(known.anchors, options), value: known.anchors as string[] },
        () => listOf(anchorBlock).map((item) => xhtmlToMarkdown(item.children)),
      )
    : [];
  if (anchors.length !== 5)
    warn(
      'no-anchors',
      `it has ${anchors.length} anchors where 5 are needed; write them before it is used`,
      body.line,
    );
  // Of another program's item: whatever scorers see and is not the anchors is its answer.
  const foreign = (): string =>
    blocks
      .filter((block) => !/viva-/.test(block.attributes.class ?? '') && contentOf(block) !== anchorBlock)
      .filter((block) => /\b(scorer|tutor|author)\b/.test(block.attributes.view ?? ''))
      .map((block) => xhtmlToMarkdown(contentOf(block)?.children ?? []))
      .join('\n\n');
  const parallel = part(PART.parallel);
  const answer = part(PART.answer);
  const [a = '', b = '', c = '', d = '', e = ''] = anchors;
  const labText = part(PART.lab) && textOf(part(PART.lab) as XmlElement).trim();
  return {
    identifier: root.attributes.identifier ?? '',
    locale,
    text: {
      title: root.attributes.title ?? '',
      prompt: prompt ? blockText(prompt, known?.prompt) : xhtmlToMarkdown(promptNodes(body)),
      answer: answer ? blockText(answer, known?.answer) : foreign(),
      anchors: [a, b, c, d, e],
      probes: list(PART.probes, known?.probes),
      mistakes: list(PART.mistakes, known?.mistakes),
      fair: list(PART.fair, known?.fair),
      ...(parallel ? { parallel: blockText(parallel, known?.parallel) } : {}),
    },
    sources: listOf(part(PART.sources)).map(readSource),
    claims: listOf(part(PART.claims)).map((item) => readClaim(item, file)),
    ...(labText ? { lab: json(labText, file, body.line) as NonNullable<ReadItem['lab']> } : {}),
    findings,
  };
}
