/**
 * One unsaved thing (a question's draft, or the note) as a value, and every way it can change.
 *
 * Pure: no clock, network or storage. `queue.ts` drives it; `queue.test.ts` plays random histories against it.
 */

/** What the server holds. */
export interface Held<V> {
  value: V;
  revision: number;
  savedAt: string | null;
}

export interface Entry<V> {
  key: string;
  candidateId: string;
  /** null for the private note. */
  question: string | null;
  /** The newest text and score that the person sees. */
  value: V;
  /** Counts edits; `saved` is the edit that the server has acknowledged. Equal: nothing to send. */
  edit: number;
  saved: number;
  /** The edit that is on its way, if any: never two at once. */
  sending: number | null;
  /** Sent without an answer. If the server turns out to hold one of these, the “conflict” is only our own echo. */
  unanswered: V[];
  /** The server's revision that the next save builds on. */
  base: number;
  savedAt: string | null;
  /** When the oldest edit not yet sent was made, to bound how long typing can put off a save. */
  dirtySince: number | null;
  /** Not to be sent before this time (ms). */
  notBefore: number;
  failures: number;
  /** Why the last attempt came to nothing, where the server said (e.g. `signed-out`). */
  trouble: string | null;
  conflict: Held<V> | null;
  refused: { code: string; message: string } | null;
}

export const DEBOUNCE_MS = 600;
export const LONGEST_WAIT_MS = 3_000;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function begun<V>(
  target: { key: string; candidateId: string; question: string | null },
  held: Held<V>,
): Entry<V> {
  return {
    ...target,
    value: held.value,
    edit: 0,
    saved: 0,
    sending: null,
    unanswered: [],
    base: held.revision,
    savedAt: held.savedAt,
    dirtySince: null,
    notBefore: 0,
    failures: 0,
    trouble: null,
    conflict: null,
    refused: null,
  };
}

export const isDirty = <V>(entry: Entry<V>): boolean => entry.edit !== entry.saved;

/** Blocked entries wait for a person, not for time. */
export const isBlocked = <V>(entry: Entry<V>): boolean => entry.conflict !== null || entry.refused !== null;

export const isDue = <V>(entry: Entry<V>, now: number): boolean =>
  isDirty(entry) && entry.sending === null && !isBlocked(entry) && entry.notBefore <= now;

export function edited<V>(entry: Entry<V>, value: V, now: number): Entry<V> {
  const dirtySince = entry.dirtySince ?? now;
  const settled = Math.min(now + DEBOUNCE_MS, dirtySince + LONGEST_WAIT_MS);
  return {
    ...entry,
    value,
    edit: entry.edit + 1,
    dirtySince,
    // While backing off, more typing does not bring the next attempt forward.
    notBefore: entry.failures > 0 ? Math.max(entry.notBefore, settled) : settled,
    refused: null,
  };
}

export function started<V>(entry: Entry<V>): Entry<V> {
  const known = entry.unanswered.some((value) => same(value, entry.value));
  return {
    ...entry,
    sending: entry.edit,
    dirtySince: null,
    unanswered: known ? entry.unanswered : [...entry.unanswered, entry.value],
  };
}

export function acknowledged<V>(entry: Entry<V>, { revision, savedAt }: Omit<Held<V>, 'value'>): Entry<V> {
  return {
    ...entry,
    saved: entry.sending ?? entry.saved,
    sending: null,
    unanswered: [],
    base: revision,
    savedAt,
    failures: 0,
    trouble: null,
  };
}

/** The server holds another revision than the one we built on. */
export function clashed<V>(entry: Entry<V>, held: Held<V>, now: number): Entry<V> {
  const idle = { ...entry, sending: null, unanswered: [], failures: 0, trouble: null };
  if (same(held.value, entry.value))
    return { ...idle, saved: entry.edit, base: held.revision, savedAt: held.savedAt, dirtySince: null };
  const echo = entry.unanswered.some((value) => same(value, held.value));
  if (echo) return { ...idle, base: held.revision, savedAt: held.savedAt, notBefore: now };
  return { ...idle, conflict: held };
}

/** No answer: the save may or may not have arrived. `random` is in [0, 1). */
export function unanswered<V>(
  entry: Entry<V>,
  now: number,
  random: number,
  trouble: string | null = null,
): Entry<V> {
  const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** entry.failures) * (0.75 + random / 2);
  return { ...entry, sending: null, failures: entry.failures + 1, trouble, notBefore: now + wait };
}

/** The server understood and refuses, and would refuse again. The text stays here, for the person to see. */
export function refusedBy<V>(entry: Entry<V>, code: string, message: string): Entry<V> {
  return { ...entry, sending: null, refused: { code, message } };
}

export function resolved<V>(entry: Entry<V>, keep: 'mine' | 'theirs', now: number): Entry<V> {
  const held = entry.conflict;
  if (!held) return entry;
  const rebased = { ...entry, base: held.revision, conflict: null, unanswered: [] };
  if (keep === 'mine') return { ...rebased, notBefore: now };
  const edit = entry.edit + 1;
  return { ...rebased, value: held.value, edit, saved: edit, savedAt: held.savedAt, dirtySince: null };
}

/** The network is back, or somebody cannot wait: try now. */
export const hurried = <V>(entry: Entry<V>, now: number): Entry<V> => ({
  ...entry,
  failures: 0,
  notBefore: now,
});

/** After a reload: whatever was on its way is unanswered for good. */
export const revived = <V>(entry: Entry<V>, now: number): Entry<V> => ({
  ...entry,
  sending: null,
  failures: 0,
  trouble: null,
  notBefore: now,
  refused: null,
});

/** The server's version, read afresh. It replaces ours only where we have nothing unsaved and it is newer. */
export function refreshed<V>(entry: Entry<V>, held: Held<V>): Entry<V> {
  if (isDirty(entry) || entry.sending !== null || held.revision <= entry.base) return entry;
  return { ...entry, value: held.value, base: held.revision, savedAt: held.savedAt };
}
