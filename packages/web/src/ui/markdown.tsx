/** Text from the bank: Markdown with tables, coloured code and LaTeX between dollar signs. Never raw HTML. */
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeKatex from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import { rehypeHighlight } from './highlight.ts';
import classes from './markdown.module.css';

const remark = [remarkGfm, remarkMath];
const rehype = [rehypeKatex, rehypeHighlight];
// A page has its own headings: those inside a text sink below them.
/** Its words stand for a picture: texts load nothing, from here or elsewhere. */
const img: Components['img'] = ({ alt }) => <span>{alt}</span>;
const components: Components = {
  img,
  h1: 'h4',
  h2: 'h4',
  h3: 'h5',
  // Code that is wider than its place can be scrolled by keyboard too.
  pre: ({ node: _, ...props }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <pre tabIndex={0} {...props} />
  ),
};

export function Markdown({ children, lang }: { children: string; lang?: string }) {
  return (
    <div className={classes.text} lang={lang}>
      <ReactMarkdown remarkPlugins={remark} rehypePlugins={rehype} components={components}>
        {children}
      </ReactMarkdown>
    </div>
  );
}

const inline = {
  img,
  p: 'span',
  ul: 'span',
  ol: 'span',
  li: 'span',
  h1: 'span',
  h2: 'span',
} satisfies Components;

/** A sentence or two from the bank inside a label or a heading: no blocks. */
export function InlineMarkdown({ children }: { children: string }) {
  return (
    <ReactMarkdown remarkPlugins={remark} rehypePlugins={rehype} components={inline}>
      {children}
    </ReactMarkdown>
  );
}
