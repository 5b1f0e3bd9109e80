/** How the editors look and what they know: Markdown with tables, in the page's colours. */
import {
  defineLanguageFacet,
  HighlightStyle,
  Language,
  languageDataProp,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { GFM, parser } from '@lezer/markdown';

const facet = defineLanguageFacet({ commentTokens: { block: { open: '<!--', close: '-->' } } });
const markdown = new Language(
  facet,
  parser.configure([GFM, { props: [languageDataProp.add({ Document: facet })] }]),
  [],
  'markdown',
);

const colours = HighlightStyle.define([
  { tag: tags.strong, fontWeight: '700' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.heading, fontWeight: '700' },
  { tag: [tags.monospace, tags.link, tags.url], color: 'var(--accent)' },
  { tag: [tags.processingInstruction, tags.contentSeparator], color: 'var(--ink-3)' },
]);

/** Custom properties come through the shadow root; nothing else of the page does. */
const look = EditorView.theme({
  '&': { fontSize: '0.875rem', color: 'var(--ink)', backgroundColor: 'var(--surface)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--sans)', lineHeight: '1.65' },
  '.cm-content': { padding: '6px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--ink-3)',
    border: 'none',
    fontSize: '0.6875rem',
    userSelect: 'none',
  },
  '.cm-lint-marker': { width: '0.7em', height: '0.7em' },
  '.cm-gutter-lint': { width: '1em' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    fontFamily: 'var(--sans)',
    fontSize: '0.8125rem',
    maxWidth: '44ch',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--seal)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
});

/** A line break typed or pasted becomes a space. */
const singleLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
  const { doc } = transaction.startState;
  const text = transaction.newDoc.toString().replace(/\s*\n\s*/g, ' ');
  return [
    {
      changes: { from: 0, to: doc.length, insert: text },
      selection: { anchor: Math.min(text.length, transaction.newSelection.main.head) },
    },
  ];
});

export const editorExtensions = ({
  oneLine,
  readOnly,
}: {
  oneLine: boolean;
  readOnly: boolean;
}): Extension => [
  look,
  drawSelection(),
  EditorView.lineWrapping,
  markdown,
  syntaxHighlighting(colours),
  ...(oneLine ? [singleLine] : [lineNumbers()]),
  lintGutter(),
  ...(readOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []),
];
