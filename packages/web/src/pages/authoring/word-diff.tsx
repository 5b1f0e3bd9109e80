/** Two texts as one: what went struck out, what came underlined. */
import { presentableDiff } from '@codemirror/merge';
import classes from './authoring.module.css';

export interface Segment {
  kind: 'same' | 'out' | 'in';
  text: string;
}

export function segments(before: string, after: string): Segment[] {
  const parts: Segment[] = [];
  let at = 0;
  const put = (kind: Segment['kind'], text: string) => {
    if (text !== '') parts.push({ kind, text });
  };
  for (const { fromA, toA, fromB, toB } of presentableDiff(before, after)) {
    put('same', before.slice(at, fromA));
    put('out', before.slice(fromA, toA));
    put('in', after.slice(fromB, toB));
    at = toA;
  }
  put('same', before.slice(at));
  return parts;
}

export function WordDiff({ before, after, lang }: { before: string; after: string; lang?: string }) {
  return (
    <p className={classes.diff} lang={lang}>
      {segments(before, after).map(({ kind, text }, index) => {
        if (kind === 'same') return <span key={index}>{text}</span>;
        return kind === 'out' ? <del key={index}>{text}</del> : <ins key={index}>{text}</ins>;
      })}
    </p>
  );
}
