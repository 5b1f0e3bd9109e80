/**
 * One text of a question in CodeMirror: Markdown with line numbers where it has several lines, findings at their line.
 *
 * It lives in a shadow root. There CodeMirror's styles are adopted sheets; in the page they would be a `<style>`
 * element, which the content security policy refuses.
 */
import { defaultKeymap } from '@codemirror/commands';
import { setDiagnostics } from '@codemirror/lint';
import { Annotation, EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { memo, useEffect, useRef } from 'react';
import classes from './editor.module.css';
import type { PlacedFinding } from './findings.ts';
import { editorExtensions } from './markdown-language.ts';

/** A change that comes from outside and must not be told back. */
const fromOutside = Annotation.define<boolean>();

interface CodeFieldProps {
  /** Where in the content it stands; given back with every change. */
  at: string;
  value: string;
  label: string;
  lang: 'zh-CN' | 'en';
  /** A line only: Enter does not break it. */
  oneLine?: boolean;
  readOnly?: boolean;
  findings: readonly PlacedFinding[];
  onChange: (at: string, value: string) => void;
}

/** The least stretch that differs, so that the cursor stays where it can. */
export function leastChange(from: string, to: string): { from: number; to: number; insert: string } {
  let start = 0;
  const most = Math.min(from.length, to.length);
  while (start < most && from[start] === to[start]) start++;
  let end = 0;
  while (end < most - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) };
}

export const CodeField = memo(function CodeField({
  at,
  value,
  label,
  lang,
  oneLine = false,
  readOnly = false,
  findings,
  onChange,
}: CodeFieldProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ value, at, onChange });
  latest.current = { value, at, onChange };

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open', delegatesFocus: true });
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          editorExtensions({ oneLine, readOnly }),
          keymap.of(defaultKeymap),
          EditorView.contentAttributes.of({ 'aria-label': label, lang, spellcheck: 'true' }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((one) => one.annotation(fromOutside))) return;
            latest.current.onChange(latest.current.at, update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [label, lang, oneLine, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const held = editor.state.doc.toString();
    if (held !== value)
      editor.dispatch({ changes: leastChange(held, value), annotations: fromOutside.of(true) });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { doc } = editor.state;
    editor.dispatch(
      setDiagnostics(
        editor.state,
        findings.map(({ severity, text, line = 1 }) => {
          const { from, to } = doc.line(Math.min(Math.max(1, line), doc.lines));
          return { from, to, severity, message: text };
        }),
      ),
    );
  }, [findings]);

  return (
    <div
      ref={host}
      className={classes.code}
      data-at={at}
      data-trouble={findings.some(({ severity }) => severity === 'error') || undefined}
    />
  );
});
