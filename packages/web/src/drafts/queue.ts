/**
 * Saves drafts so that no keystroke is lost: every edit goes into storage at once and to the server soon, one save
 * at a time for each thing, again and again until the server has answered, also after a reload.
 */
import {
  acknowledged,
  begun,
  clashed,
  type Entry,
  edited,
  type Held,
  hurried,
  isBlocked,
  isDirty,
  isDue,
  refreshed,
  refusedBy,
  resolved,
  revived,
  started,
  unanswered,
} from './entry.ts';

export interface Target {
  candidateId: string;
  /** null for the private note. */
  question: string | null;
}

export type Outcome<V> =
  | { kind: 'saved'; revision: number; savedAt: string | null }
  | { kind: 'conflict'; held: Held<V> }
  | { kind: 'refused'; code: string; message: string }
  /** No answer, or an answer that says nothing about the save (signed out, server ill). */
  | { kind: 'unanswered'; code?: string };

/** Keeps one person's entries across reloads. */
export interface DraftStorage<V> {
  all(): Promise<Entry<V>[]>;
  put(entry: Entry<V>): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface QueueOptions<V> {
  storage: DraftStorage<V>;
  send: (entry: Entry<V>, options: { keepalive: boolean }) => Promise<Outcome<V>>;
  now?: () => number;
  /** Calls back after `ms`; returns a way to cancel. */
  after?: (ms: number, callback: () => void) => () => void;
  random?: () => number;
}

export interface SaveState {
  unsaved: number;
  sending: boolean;
  /** At least one save failed and is waiting for its next attempt. */
  waiting: boolean;
  /** What the server gave as the reason for waiting, e.g. `signed-out`. */
  trouble: string | null;
  conflicts: string[];
  refused: { code: string; message: string } | null;
  savedAt: string | null;
}

export const keyOf = ({ candidateId, question }: Target): string => `${candidateId}/${question ?? '#note'}`;

const browserTimer = (ms: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

export class DraftQueue<V> {
  /** Goes up with every change; what `useSyncExternalStore` compares. */
  version = 0;
  /** False once the browser has refused to store: then only the server keeps drafts, and the page says so. */
  storable = true;
  private entries = new Map<string, Entry<V>>();
  private listeners = new Set<() => void>();
  private unstored = new Set<string>();
  private storing: Promise<void> | null = null;
  private cancelTimer: (() => void) | null = null;
  private stopped = false;
  private readonly options: Required<QueueOptions<V>>;

  constructor(options: QueueOptions<V>) {
    this.options = { now: Date.now, after: browserTimer, random: Math.random, ...options };
  }

  /** A new queue runs; one that was stopped runs again. */
  start(): void {
    this.stopped = false;
    this.pump();
  }

  /** Takes up what an earlier page left unsent. Edits made meanwhile win over what was stored. */
  async revive(): Promise<void> {
    let left: Entry<V>[] = [];
    try {
      left = await this.options.storage.all();
    } catch {
      this.storable = false;
    }
    for (const entry of left) {
      const mine = this.entries.get(entry.key);
      if (!mine || !isDirty(mine)) this.entries.set(entry.key, revived(entry, this.options.now()));
    }
    this.changed();
    this.pump();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(target: Target): Entry<V> | undefined {
    return this.entries.get(keyOf(target));
  }

  /** What the server said when the page opened: the ground that edits build on. */
  learn(target: Target, held: Held<V>): void {
    const entry = this.get(target);
    const next = entry ? refreshed(entry, held) : begun({ key: keyOf(target), ...target }, held);
    if (next === entry) return;
    this.entries.set(next.key, next);
    this.changed();
  }

  /** A keystroke. */
  edit(target: Target, value: V): void {
    const entry = this.get(target);
    if (!entry) throw new Error(`learn ${keyOf(target)} before editing it`);
    this.set(edited(entry, value, this.options.now()));
    this.pump();
  }

  resolve(target: Target, keep: 'mine' | 'theirs'): void {
    const entry = this.get(target);
    if (!entry) return;
    this.set(resolved(entry, keep, this.options.now()));
    this.pump();
  }

  /** Tries everything now: the network is back, somebody has signed in, or the page is being hidden. */
  hurry(): void {
    for (const entry of this.entries.values())
      if (isDirty(entry) && !isBlocked(entry))
        this.entries.set(entry.key, hurried(entry, this.options.now()));
    this.changed();
    this.pump();
  }

  /** The last chance as the page goes: sends what is not on its way already, in requests that outlive the page. */
  flush(): void {
    const now = this.options.now();
    for (const entry of [...this.entries.values()])
      if (isDue(hurried(entry, now), now)) void this.save(entry.key, true);
  }

  /** Resolves when a candidate's drafts are all with the server (true), or cannot get there for now (false). */
  settle(candidateId: string): Promise<boolean> {
    this.hurry();
    return new Promise((done) => {
      const look = (): void => {
        const { unsaved, waiting, conflicts, refused } = this.state(candidateId);
        if (unsaved === 0 || waiting || conflicts.length > 0 || refused) {
          stop();
          done(unsaved === 0);
        }
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  /** How a candidate's drafts stand, or everybody's. */
  state(candidateId?: string): SaveState {
    const entries = [...this.entries.values()].filter(
      (entry) => candidateId === undefined || entry.candidateId === candidateId,
    );
    const dirty = entries.filter(isDirty);
    const saved = entries.map((entry) => entry.savedAt).filter((at) => at !== null);
    return {
      unsaved: dirty.length,
      sending: entries.some((entry) => entry.sending !== null),
      waiting: dirty.some((entry) => entry.failures > 0 && entry.sending === null),
      trouble: dirty.find((entry) => entry.trouble)?.trouble ?? null,
      conflicts: entries.filter((entry) => entry.conflict).map((entry) => entry.key),
      refused: entries.find((entry) => entry.refused)?.refused ?? null,
      savedAt: saved.sort().at(-1) ?? null,
    };
  }

  /** Forgets a candidate's entries, once the scorecard is sealed and drafts have become ratings. */
  forget(candidateId: string): void {
    for (const entry of [...this.entries.values()])
      if (entry.candidateId === candidateId) {
        this.entries.delete(entry.key);
        this.store(entry.key);
      }
    this.changed();
  }

  /** What is held here and not with the server, for one candidate. */
  unsaved(candidateId: string): Entry<V>[] {
    return [...this.entries.values()].filter((entry) => entry.candidateId === candidateId && isDirty(entry));
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
  }

  /** Resolves when storage holds everything. */
  stored(): Promise<void> {
    return this.storing ?? Promise.resolve();
  }

  private set(entry: Entry<V>): void {
    this.entries.set(entry.key, entry);
    this.store(entry.key);
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of [...this.listeners]) listener();
  }

  private store(key: string): void {
    this.unstored.add(key);
    this.storing ??= this.writeAll();
  }

  private async writeAll(): Promise<void> {
    const { storage } = this.options;
    while (this.unstored.size > 0) {
      const keys = [...this.unstored];
      this.unstored.clear();
      for (const key of keys) {
        const entry = this.entries.get(key);
        try {
          if (entry && isDirty(entry)) await storage.put(entry);
          else await storage.remove(key);
        } catch {
          this.storable = false;
        }
      }
    }
    this.storing = null;
  }

  private pump(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    if (this.stopped) return;
    const now = this.options.now();
    let next = Number.POSITIVE_INFINITY;
    for (const entry of [...this.entries.values()]) {
      if (isDue(entry, now)) void this.save(entry.key, false);
      else if (isDirty(entry) && entry.sending === null && !isBlocked(entry))
        next = Math.min(next, entry.notBefore);
    }
    if (next < Number.POSITIVE_INFINITY)
      this.cancelTimer = this.options.after(Math.max(0, next - now), () => this.pump());
  }

  private async save(key: string, keepalive: boolean): Promise<void> {
    const entry = this.entries.get(key);
    if (!entry || entry.sending !== null) return;
    const sent = started(entry);
    this.set(sent);
    // What is sent is on disk before it leaves, so that a later echo of it is known for our own.
    if (!keepalive) await this.stored();
    let outcome: Outcome<V>;
    try {
      outcome = await this.options.send(sent, { keepalive });
    } catch {
      outcome = { kind: 'unanswered' };
    }
    const latest = this.entries.get(key);
    if (!latest || latest.sending !== sent.sending) return;
    this.set(this.after(latest, outcome));
    this.pump();
  }

  private after(entry: Entry<V>, outcome: Outcome<V>): Entry<V> {
    const now = this.options.now();
    switch (outcome.kind) {
      case 'saved':
        return acknowledged(entry, outcome);
      case 'conflict':
        return clashed(entry, outcome.held, now);
      case 'refused':
        return refusedBy(entry, outcome.code, outcome.message);
      case 'unanswered':
        return unanswered(entry, now, this.options.random(), outcome.code);
    }
  }
}
