/** XHTML from other programs as Markdown. What Markdown has no word for keeps its text and loses its dress. */
import { childrenOf, isElement, textOf, type XmlElement, type XmlNode } from './xml.ts';

const BLOCKS = new Set([
  'p',
  'div',
  'section',
  'article',
  'pre',
  'ul',
  'ol',
  'table',
  'blockquote',
  'hr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'qti-content-body',
  'qti-prompt',
]);

/** Characters that would begin markup are escaped, wherever they could. */
const escapeText = (text: string): string =>
  text
    .replace(/[\\`*_[\]<$|&]/g, '\\$&')
    .replace(/^(\s*)([#>+=~-])/gm, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s)/gm, '$1\\$2');

const squeeze = (text: string): string => text.replace(/[ \t\r\n]+/g, ' ');

/** A fence longer than any run of backticks within. */
const fence = (text: string, least: number): string =>
  '`'.repeat(Math.max(least, 1 + Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))));

/** TeX stands in the annotation that KaTeX, MathJax and Pandoc leave. */
function tex(math: XmlElement): string {
  const annotation = [...childrenOf(math, 'semantics')].flatMap((one) => childrenOf(one, 'annotation'));
  const found = annotation.find(({ attributes }) => attributes.encoding === 'application/x-tex');
  return (found ? textOf(found) : squeeze(textOf(math))).trim();
}

function inline(node: XmlNode): string {
  if (!isElement(node)) return escapeText(squeeze(node));
  const inner = () => node.children.map(inline).join('');
  const marked = (mark: string): string => {
    const text = inner();
    const core = text.trim();
    // Spaces at the edge would keep the marks from being read as such.
    return core === '' ? text : text.replace(core, () => `${mark}${core}${mark}`);
  };
  switch (node.name) {
    case 'strong':
    case 'b':
      return marked('**');
    case 'em':
    case 'i':
    case 'cite':
    case 'dfn':
      return marked('*');
    case 'code':
    case 'kbd':
    case 'samp':
    case 'tt': {
      const text = textOf(node);
      const mark = fence(text, 1);
      return /^`|`$/.test(text) ? `${mark} ${text} ${mark}` : `${mark}${text}${mark}`;
    }
    case 'br':
      return '\\\n';
    case 'a':
      return node.attributes.href
        ? `[${inner()}](<${node.attributes.href.replace(/[<>\s]/g, '')}>)`
        : inner();
    case 'math':
      return `$${tex(node)}$`;
    case 'img':
      return escapeText(node.attributes.alt ?? '');
    default:
      return inner();
  }
}

const indent = (text: string, by: string): string => text.replace(/\n(?=.)/g, `\n${by}`);

function block(node: XmlElement): string {
  const heading = /^h([1-6])$/.exec(node.name)?.[1];
  // The first three levels are the bank's own sections.
  if (heading) return `#### ${node.children.map(inline).join('').trim()}`;
  switch (node.name) {
    case 'pre': {
      const text = textOf(node).replace(/^\n|\n$/g, '');
      const [code] = childrenOf(node, 'code');
      const language = /language-([\w-]+)/.exec(code?.attributes.class ?? '')?.[1] ?? '';
      const mark = fence(text, 3);
      return `${mark}${language}\n${text}\n${mark}`;
    }
    case 'ul':
    case 'ol':
      return childrenOf(node, 'li')
        .map((item, index) => {
          const mark = node.name === 'ol' ? `${Number(node.attributes.start ?? 1) + index}. ` : '- ';
          return mark + indent(xhtmlToMarkdown(item.children), ' '.repeat(mark.length));
        })
        .join('\n');
    case 'blockquote':
      return xhtmlToMarkdown(node.children).replace(/^/gm, '> ');
    case 'hr':
      return '---';
    case 'table': {
      const rows = [node, ...childrenOf(node, 'thead'), ...childrenOf(node, 'tbody')]
        .flatMap((part) => childrenOf(part, 'tr'))
        .map((row) => childrenOf(row).map((cell) => cell.children.map(inline).join('').trim()));
      const [head = [], ...body] = rows;
      const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
      return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
    }
    case 'p':
      return node.children.map(inline).join('').trim();
    default:
      return xhtmlToMarkdown(node.children);
  }
}

/** Blocks are kept apart by blank lines; text between them becomes paragraphs. */
export function xhtmlToMarkdown(nodes: readonly XmlNode[]): string {
  const blocks: string[] = [];
  let run = '';
  const flush = () => {
    if (run.trim() !== '') blocks.push(run.trim());
    run = '';
  };
  for (const node of nodes) {
    if (isElement(node) && BLOCKS.has(node.name)) {
      flush();
      const text = block(node);
      if (text.trim() !== '') blocks.push(text);
    } else if (isElement(node) && node.name === 'math' && node.attributes.display === 'block') {
      flush();
      blocks.push(`$$\n${tex(node)}\n$$`);
    } else run += inline(node);
  }
  flush();
  return blocks.join('\n\n');
}
