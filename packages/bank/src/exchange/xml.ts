/** XML as a tree, read strictly: no document type, hence no entities of one's own, and bounded in size and depth. */
import { SaxesParser } from 'saxes';
import { ExchangeError } from './exchange-error.ts';
import { utf8 } from './zip.ts';

export interface XmlElement {
  /** Without prefix. */
  name: string;
  /** The namespace's URI, or an empty string. */
  space: string;
  /** By name without prefix; those of the xml namespace as `xml:lang`. */
  attributes: Record<string, string>;
  children: XmlNode[];
  line: number;
}
export type XmlNode = XmlElement | string;

const MOST_NODES = 500_000;
const MOST_DEPTH = 100;

export const isElement = (node: XmlNode): node is XmlElement => typeof node !== 'string';

/** @throws ExchangeError naming file and line */
export function parseXml(bytes: Uint8Array, file: string): XmlElement {
  const source = utf8(bytes, file);
  const parser = new SaxesParser({ xmlns: true, position: true, fileName: file });
  const fail = (code: 'bad-xml' | 'dtd' | 'encoding' | 'too-large', message: string): never => {
    throw new ExchangeError(code, file, message, `line ${parser.line}`);
  };
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let nodes = 0;
  const count = () => {
    if (++nodes > MOST_NODES) fail('too-large', `more than ${MOST_NODES} elements and texts`);
  };
  parser.on('error', (error) => fail('bad-xml', error.message.replace(/^[^:]*:\d+:\d+:\s*/, '')));
  parser.on('doctype', () => fail('dtd', 'document types and entities of its own are not accepted'));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
      fail('encoding', `it says that it is ${encoding}; only UTF-8 is read`);
  });
  parser.on('opentag', (tag) => {
    count();
    if (open.length >= MOST_DEPTH) fail('too-large', `elements nested more than ${MOST_DEPTH} deep`);
    const attributes: Record<string, string> = Object.create(null);
    for (const { prefix, local, value } of Object.values(tag.attributes))
      if (prefix !== 'xmlns' && local !== 'xmlns')
        attributes[prefix === 'xml' ? `xml:${local}` : local] = value;
    const element: XmlElement = {
      name: tag.local,
      space: tag.uri,
      attributes,
      children: [],
      line: parser.line,
    };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const text = (piece: string) => {
    count();
    const parent = open.at(-1);
    const last = parent?.children.at(-1);
    if (!parent) return;
    if (typeof last === 'string') parent.children[parent.children.length - 1] = last + piece;
    else parent.children.push(piece);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.write(source).close();
  if (!root) throw new ExchangeError('bad-xml', file, 'there is no element in it');
  return root;
}

/** All text within. */
export function textOf(node: XmlNode): string {
  return isElement(node) ? node.children.map(textOf).join('') : node;
}

export const childrenOf = (element: XmlElement, name?: string): XmlElement[] =>
  element.children.filter(
    (node): node is XmlElement => isElement(node) && (name === undefined || node.name === name),
  );

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element ? childrenOf(element, name)[0] : undefined;

/** The element itself and all below it, in document order. */
export function* walk(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) if (isElement(child)) yield* walk(child);
}

/** The first element below that fits. */
export function find(element: XmlElement, fits: (one: XmlElement) => boolean): XmlElement | undefined {
  for (const one of walk(element)) if (one !== element && fits(one)) return one;
  return undefined;
}

export const hasClass = (element: XmlElement, name: string): boolean =>
  (element.attributes.class ?? '').split(/\s+/).includes(name);

/** What XML 1.0 cannot hold at all, not even as a reference: most control characters and lone surrogates. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** @throws ExchangeError where a character cannot stand in XML */
export function escapeXml(text: string, file: string): string {
  const bad = FORBIDDEN.exec(text);
  if (bad)
    throw new ExchangeError(
      'unrepresentable',
      file,
      `the character U+${(bad[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} cannot stand in XML: “${text.slice(Math.max(0, bad.index - 12), bad.index)}…”`,
    );
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** For attribute values, in which line breaks and tabs would become spaces. */
export const escapeAttribute = (text: string, file: string): string =>
  escapeXml(text, file).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
