import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from './entry.ts';
import { DraftQueue, keyOf, type Outcome } from './queue.ts';

const target = (question: string) => ({ candidateId: 'c1', question });
const nobody = { value: '', revision: 0, savedAt: null };

type Fate = 'ok' | 'never-arrives' | 'answer-lost' | 'arrives-late' | 'server-ill';

/**
 * A server, a network that can fail in every way, a disk that takes its time, and a clock that only moves when told.
 * `page` is what a crash takes with it; requests under way travel on.
 */
class World {
  now = 0;
  held = new Map<string, { value: string; revision: number }>();
  disk = new Map<string, Entry<string>>();
  fates: Fate[] = [];
  late: (() => void)[] = [];
  /** Values as the server took them, by key: to check their order. */
  taken = new Map<string, string[]>();
  inFlight = new Map<string, number>();
  mostInFlight = 0;
  events: { at: number; page: number | null; run: () => void }[] = [];
  page = 0;
  diskMs = 0;
  networkMs = 0;

  private later(ms: number, run: () => void, page: number | null): () => void {
    const event = { at: this.now + ms, page, run };
    this.events.push(event);
    return () => {
      this.events = this.events.filter((other) => other !== event);
    };
  }

  private sleep(ms: number, page: number | null): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((done) => void this.later(ms, done, page));
  }

  open(): DraftQueue<string> {
    const page = this.page;
    const alive = () => page === this.page;
    return new DraftQueue<string>({
      storage: {
        all: async () => structuredClone([...this.disk.values()]),
        put: async (entry) => {
          const copy = structuredClone(entry);
          await this.sleep(this.diskMs, page);
          if (alive()) this.disk.set(copy.key, copy);
        },
        remove: async (key) => {
          await this.sleep(this.diskMs, page);
          if (alive()) this.disk.delete(key);
        },
      },
      send: (entry) => (alive() ? this.send(entry, page) : new Promise(() => undefined)),
      now: () => this.now,
      random: () => 0.5,
      after: (ms, callback) => this.later(ms, callback, page),
    });
  }

  /** The page is gone, at once, with its timers and whatever it was writing. */
  crash(): void {
    this.page += 1;
    this.inFlight.clear();
    this.events = this.events.filter(({ page }) => page === null);
  }

  apply(key: string, value: string, base: number): Outcome<string> {
    const held = this.held.get(key) ?? { value: '', revision: 0 };
    if (held.revision > 0 && held.value === value)
      return { kind: 'saved', revision: held.revision, savedAt: 't' };
    if (held.revision !== base) return { kind: 'conflict', held: { ...held, savedAt: 't' } };
    const next = { value, revision: held.revision + 1 };
    this.held.set(key, next);
    this.taken.set(key, [...(this.taken.get(key) ?? []), value]);
    return { kind: 'saved', revision: next.revision, savedAt: 't' };
  }

  async send({ key, value, base }: Entry<string>, page: number): Promise<Outcome<string>> {
    const count = (this.inFlight.get(key) ?? 0) + 1;
    this.inFlight.set(key, count);
    this.mostInFlight = Math.max(this.mostInFlight, count);
    const fate = this.fates.shift() ?? 'ok';
    await this.sleep(this.networkMs, null);
    const arrived = fate === 'ok' || fate === 'answer-lost';
    const outcome = arrived ? this.apply(key, value, base) : null;
    await this.sleep(this.networkMs, null);
    if (fate === 'arrives-late') this.late.push(() => this.apply(key, value, base));
    // Nobody is left to hear the answer.
    if (page !== this.page) return new Promise(() => undefined);
    this.inFlight.set(key, count - 1);
    if (fate === 'ok' && outcome) return outcome;
    if (fate === 'server-ill') return { kind: 'unanswered', code: 'fault' };
    throw new Error('network');
  }

  /** Lets promises run out, then moves the clock and runs what is due. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settleMicrotasks();
    for (;;) {
      const due = this.events.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.events = this.events.filter((event) => event !== due);
      this.now = Math.max(this.now, due.at);
      due.run();
      await settleMicrotasks();
    }
    this.now = end;
  }
}

async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}

async function opened(world: World): Promise<DraftQueue<string>> {
  const queue = world.open();
  await queue.revive();
  for (const question of ['q1', 'q2']) {
    const held = world.held.get(keyOf(target(question)));
    queue.learn(target(question), held ? { ...held, savedAt: null } : nobody);
  }
  return queue;
}

describe('DraftQueue', () => {
  it('waits for a pause in typing, then saves once', async () => {
    const world = new World();
    const queue = await opened(world);
    for (const text of ['h', 'he', 'hel']) {
      queue.edit(target('q1'), text);
      await world.pass(200);
    }
    expect(world.taken.size).toBe(0);
    await world.pass(600);
    expect(world.taken.get('c1/q1')).toEqual(['hel']);
    expect(queue.state('c1')).toMatchObject({ unsaved: 0, sending: false, waiting: false });
    expect(world.disk.size).toBe(0);
  });

  it('does not let steady typing put off a save for ever', async () => {
    const world = new World();
    const queue = await opened(world);
    for (let count = 0; count < 20; count += 1) {
      queue.edit(target('q1'), 'x'.repeat(count + 1));
      await world.pass(300);
    }
    expect(world.taken.get('c1/q1')?.length).toBeGreaterThan(0);
  });

  it('keeps what was typed across a reload, and sends it', async () => {
    const world = new World();
    const queue = await opened(world);
    queue.edit(target('q1'), 'before the crash');
    await settleMicrotasks();
    world.crash();
    const again = await opened(world);
    expect(again.get(target('q1'))?.value).toBe('before the crash');
    await world.pass(1_000);
    expect(world.held.get('c1/q1')?.value).toBe('before the crash');
  });

  it('takes an echo of its own lost save for what it is', async () => {
    const world = new World();
    const queue = await opened(world);
    world.fates = ['answer-lost'];
    queue.edit(target('q1'), 'first');
    await world.pass(700);
    queue.edit(target('q1'), 'second');
    await world.pass(5_000);
    expect(queue.state().conflicts).toEqual([]);
    expect(world.taken.get('c1/q1')).toEqual(['first', 'second']);
  });

  it('shows a conflict with another device, and does as told', async () => {
    for (const keep of ['mine', 'theirs'] as const) {
      const world = new World();
      const queue = await opened(world);
      world.apply('c1/q1', 'from the tablet', 0);
      queue.edit(target('q1'), 'from the laptop');
      await world.pass(1_000);
      expect(queue.state('c1').conflicts).toEqual(['c1/q1']);
      expect(queue.get(target('q1'))?.value).toBe('from the laptop');
      queue.resolve(target('q1'), keep);
      await world.pass(1_000);
      const expected = keep === 'mine' ? 'from the laptop' : 'from the tablet';
      expect(world.held.get('c1/q1')?.value).toBe(expected);
      expect(queue.get(target('q1'))?.value).toBe(expected);
      expect(queue.state('c1').unsaved).toBe(0);
    }
  });

  it('settles to false while the network is away, and to true when it is back', async () => {
    const world = new World();
    const queue = await opened(world);
    world.fates = ['server-ill'];
    queue.edit(target('q1'), 'hello');
    const first = queue.settle('c1');
    await world.pass(0);
    expect(await first).toBe(false);
    const second = queue.settle('c1');
    await world.pass(0);
    expect(await second).toBe(true);
  });

  it('does not overwrite what was typed before the stored drafts were read', async () => {
    const world = new World();
    const before = await opened(world);
    before.edit(target('q1'), 'left behind');
    await settleMicrotasks();
    world.crash();
    const queue = world.open();
    queue.learn(target('q1'), nobody);
    queue.edit(target('q1'), 'typed at once');
    await queue.revive();
    expect(queue.get(target('q1'))?.value).toBe('typed at once');
  });

  it('keeps a refused text in sight and does not hammer the server', async () => {
    let sends = 0;
    let now = 0;
    const timers: { at: number; run: () => void }[] = [];
    const queue = new DraftQueue<string>({
      storage: { all: async () => [], put: async () => undefined, remove: async () => undefined },
      now: () => now,
      after: (ms, run) => {
        timers.push({ at: now + ms, run });
        return () => undefined;
      },
      send: async () => {
        sends += 1;
        return { kind: 'refused', code: 'sealed', message: 'The scorecard is sealed.' };
      },
    });
    queue.learn(target('q1'), nobody);
    queue.edit(target('q1'), 'too late');
    for (let timer = timers.shift(); timer; timer = timers.shift()) {
      now = timer.at;
      timer.run();
      await settleMicrotasks();
    }
    expect(sends).toBe(1);
    expect(queue.state().refused?.code).toBe('sealed');
    expect(queue.get(target('q1'))?.value).toBe('too late');
  });
});

const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('edit' as const), question: fc.constantFrom('q1', 'q2') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 9_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fate' as const),
      fate: fc.constantFrom<Fate>('ok', 'never-arrives', 'answer-lost', 'arrives-late', 'server-ill'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'close' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('late' as const, 'hurry' as const) }) },
);

describe('DraftQueue, whatever happens', () => {
  it('ends with the last edit on the server, in order, one in flight', async () => {
    const delays = fc.record({
      diskMs: fc.constantFrom(0, 5, 300),
      networkMs: fc.constantFrom(0, 40, 2_500),
    });
    await fc.assert(
      fc.asyncProperty(delays, fc.array(action, { minLength: 1, maxLength: 40 }), async (slow, actions) => {
        const world = Object.assign(new World(), slow);
        let queue = await opened(world);
        const last = new Map<string, string>();
        let count = 0;
        for (const step of actions) {
          if (step.do === 'edit') {
            count += 1;
            const text = String(count).padStart(4, '0');
            queue.edit(target(step.question), text);
            last.set(keyOf(target(step.question)), text);
          } else if (step.do === 'pass') await world.pass(step.ms);
          else if (step.do === 'fate') world.fates.push(step.fate);
          else if (step.do === 'late') world.late.shift()?.();
          else if (step.do === 'hurry') queue.hurry();
          else {
            if (step.do === 'close') {
              // An orderly end: the disk gets to finish, and the last saves leave.
              queue.flush();
              await world.pass(1_000);
            }
            // A crash may take what the disk had not yet, but nothing that it had.
            const durable = new Map([...world.disk].map(([key, entry]) => [key, entry.value]));
            world.crash();
            queue = await opened(world);
            for (const question of ['q1', 'q2']) {
              const key = keyOf(target(question));
              const shown = queue.get(target(question))?.value ?? '';
              expect(shown >= (durable.get(key) ?? '')).toBe(true);
              if (step.do === 'close') expect(shown).toBe(last.get(key) ?? '');
              if (last.has(key)) last.set(key, shown);
            }
          }
        }
        await world.pass(10_000);
        for (const arrive of world.late) arrive();
        world.fates = [];
        await world.pass(200_000);

        expect(queue.state()).toMatchObject({ unsaved: 0, conflicts: [], refused: null });
        for (const [key, text] of last) expect(world.held.get(key)?.value ?? '').toBe(text);
        for (const values of world.taken.values()) expect([...values].sort()).toEqual(values);
        expect(world.mostInFlight).toBeLessThanOrEqual(1);
        expect(world.disk.size).toBe(0);
      }),
      { numRuns: 600 },
    );
  });
});
