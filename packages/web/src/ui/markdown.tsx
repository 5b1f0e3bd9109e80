/** Text from the bank: Markdown with tables and LaTeX between dollar signs. Never raw HTML. */
import ReactMarkdown from 'react-markdown';
import rehypeKatex from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import classes from './markdown.module.css';

const remark = [remarkGfm, remarkMath];
const rehype = [rehypeKatex];
// A page has its own headings: those inside a text sink below them.
const components = { h1: 'h4', h2: 'h4', h3: 'h5' } as const;

export function Markdown({ children, lang }: { children: string; lang?: string }) {
  return (
    <div className={classes.text} lang={lang}>
      <ReactMarkdown remarkPlugins={remark} rehypePlugins={rehype} components={components}>
        {children}
      </ReactMarkdown>
    </div>
  );
}

const inline = { p: 'span', ul: 'span', ol: 'span', li: 'span', h1: 'span', h2: 'span' } as const;

/** A sentence or two from the bank inside a label or a heading: no blocks. */
export function InlineMarkdown({ children }: { children: string }) {
  return (
    <ReactMarkdown remarkPlugins={remark} rehypePlugins={rehype} components={inline}>
      {children}
    </ReactMarkdown>
  );
}
