/** Markdown of the bank as XHTML: well-formed, without raw HTML, within what QTI 3.0 allows in a content body. */
import katex from 'katex';
import type { Nodes, Parents, PhrasingContent, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { mathFromMarkdown } from 'mdast-util-math';
import { gfmTable } from 'micromark-extension-gfm-table';
import { math } from 'micromark-extension-math';
import { escapeAttribute, escapeXml } from './xml.ts';

export interface XhtmlOptions {
  /** MathML, or TeX between `\(` and `\)` for programs that bring their own renderer. */
  math: 'mathml' | 'tex';
  /** What to call the text in faults. */
  file: string;
  /** Code in a language that it knows, as markup; undefined where it does not. */
  highlight?: (code: string, language: string) => string | undefined;
}

const parse = (markdown: string): Nodes =>
  fromMarkdown(markdown, {
    extensions: [gfmTable(), math()],
    mdastExtensions: [gfmTableFromMarkdown(), mathFromMarkdown()],
  });

/** KaTeX wraps its MathML in a span; the element itself is enough. */
function mathml(tex: string, display: boolean): string {
  const html = katex.renderToString(tex, { output: 'mathml', displayMode: display, throwOnError: false });
  return (
    /<math[\s\S]*<\/math>/.exec(html)?.[0].replace(
      // What the schema of MathML 3 does not know.
      / (?:mathcolor|stretchy|width)="[^"]*"(?=[^>]*class="katex-error")/g,
      '',
    ) ?? ''
  );
}

export function markdownToXhtml(markdown: string, options: XhtmlOptions): string {
  const { file } = options;
  const text = (value: string) => escapeXml(value, file);
  const inside = (node: Parents | { children: PhrasingContent[] }): string =>
    (node.children as Nodes[]).map(write).join('');
  const wrap = (name: string, node: Parents) => `<${name}>${inside(node)}</${name}>`;
  const formula = (tex: string, display: boolean): string => {
    if (options.math === 'tex') return display ? `\\[${text(tex)}\\]` : `\\(${text(tex)}\\)`;
    const element = mathml(tex, display);
    // What KaTeX cannot read stays visible as it was written.
    return element === '' ? `<code class="tex">${text(tex)}</code>` : element;
  };
  const table = ({ children: [head, ...rows] }: Table): string => {
    const row = (one: Table['children'][number] | undefined, cell: 'th' | 'td') =>
      `<tr>${(one?.children ?? []).map((node) => `<${cell}>${inside(node)}</${cell}>`).join('')}</tr>`;
    return `<table><thead>${row(head, 'th')}</thead>${rows.length > 0 ? `<tbody>${rows.map((one) => row(one, 'td')).join('')}</tbody>` : ''}</table>`;
  };
  function write(node: Nodes): string {
    switch (node.type) {
      case 'root':
        return node.children.map(write).join('');
      case 'paragraph':
        return wrap('p', node);
      case 'heading':
        return wrap(`h${node.depth}`, node);
      case 'text':
        return text(node.value);
      case 'strong':
        return wrap('strong', node);
      case 'emphasis':
        return wrap('em', node);
      case 'inlineCode':
        return `<code>${text(node.value)}</code>`;
      case 'code': {
        const language = /^[\w-]+$/.exec(node.lang ?? '')?.[0];
        const coloured = language ? options.highlight?.(node.value, language) : undefined;
        return `<pre><code${language ? ` class="language-${language}"` : ''}>${coloured ?? text(node.value)}</code></pre>`;
      }
      case 'list': {
        const items = node.children.map((item) => {
          const [first] = item.children;
          // A tight item holds its text directly.
          const tight = !node.spread && !item.spread && first?.type === 'paragraph';
          return `<li>${tight ? inside(first) + item.children.slice(1).map(write).join('') : inside(item)}</li>`;
        });
        const start = node.ordered && node.start && node.start !== 1 ? ` start="${node.start}"` : '';
        return node.ordered ? `<ol${start}>${items.join('')}</ol>` : `<ul>${items.join('')}</ul>`;
      }
      case 'blockquote':
        return wrap('blockquote', node);
      case 'break':
        return '<br/>';
      case 'thematicBreak':
        return '<hr/>';
      case 'link':
        return /^(https?:|mailto:)/i.test(node.url)
          ? `<a href="${escapeAttribute(node.url, file)}">${inside(node)}</a>`
          : inside(node);
      case 'table':
        return table(node);
      case 'inlineMath':
        return formula(node.value, false);
      case 'math':
        return options.math === 'tex' ? `<p>${formula(node.value, true)}</p>` : formula(node.value, true);
      case 'html':
        // Never markup: what was typed is shown.
        return text(node.value);
      case 'image':
      case 'imageReference':
        return text(node.alt ?? '');
      case 'definition':
        return '';
      default:
        return 'children' in node ? inside(node) : 'value' in node ? text(String(node.value)) : '';
    }
  }
  return write(parse(markdown));
}

/** As `markdownToXhtml`, for a text of one paragraph: without the `<p>` around it. */
export function inlineMarkdownToXhtml(markdown: string, options: XhtmlOptions): string {
  const html = markdownToXhtml(markdown, options);
  const only = /^<p>([\s\S]*)<\/p>$/.exec(html)?.[1];
  return only !== undefined && !only.includes('<p>') ? only : html;
}
