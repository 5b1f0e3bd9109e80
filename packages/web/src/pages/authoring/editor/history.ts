/** Undo over a whole question: texts, lists and the form alike. Pure. */

export interface History<V> {
  past: readonly V[];
  future: readonly V[];
  /** What the last change was about, and when; more of the same soon after is one step. */
  tag: string | null;
  at: number;
}

export const emptyHistory = <V>(): History<V> => ({ past: [], future: [], tag: null, at: 0 });

/** Changes of one place that come within this time of each other are undone together. */
const TOGETHER_MS = 800;
const MOST = 200;

/** `before` was changed, at a place named by `tag`. */
export function noted<V>(history: History<V>, before: V, tag: string, now: number): History<V> {
  const joins = history.tag === tag && now - history.at < TOGETHER_MS && history.past.length > 0;
  const past = joins ? history.past : [...history.past, before].slice(-MOST);
  return { past, future: [], tag, at: now };
}

export function undone<V>(history: History<V>, present: V): { history: History<V>; value: V } | null {
  const value = history.past.at(-1);
  if (value === undefined) return null;
  return {
    value,
    history: { past: history.past.slice(0, -1), future: [present, ...history.future], tag: null, at: 0 },
  };
}

export function redone<V>(history: History<V>, present: V): { history: History<V>; value: V } | null {
  const [value, ...future] = history.future;
  if (value === undefined) return null;
  return { value, history: { past: [...history.past, present], future, tag: null, at: 0 } };
}
