import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from './entry.ts';
import { DraftQueue, type DraftStorage, keyOf, type Outcome } from './queue.ts';

const target = (question: string) => ({ candidateId: 'c1', question });
const nobody = { value: '', revision: 0, savedAt: null };

type Fate = 'ok' | 'never-arrives' | 'answer-lost' | 'arrives-late' | 'server-ill';

/** A server, a network that can fail in every way, a disk, and a clock that only moves when told. */
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
  timers: { at: number; callback: () => void }[] = [];

  storage: DraftStorage<string> = {
    all: async () => structuredClone([...this.disk.values()]),
    put: async (entry) => void this.disk.set(entry.key, structuredClone(entry)),
    remove: async (key) => void this.disk.delete(key),
  };

  open(): DraftQueue<string> {
    return new DraftQueue<string>({
      storage: this.storage,
      send: (entry) => this.send(entry),
      now: () => this.now,
      random: () => 0.5,
      after: (ms, callback) => {
        const timer = { at: this.now + ms, callback };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((other) => other !== timer);
        };
      },
    });
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

  async send({ key, value, base }: Entry<string>): Promise<Outcome<string>> {
    const count = (this.inFlight.get(key) ?? 0) + 1;
    this.inFlight.set(key, count);
    this.mostInFlight = Math.max(this.mostInFlight, count);
    const fate = this.fates.shift() ?? 'ok';
    await Promise.resolve();
    this.inFlight.set(key, count - 1);
    switch (fate) {
      case 'ok':
        return this.apply(key, value, base);
      case 'answer-lost':
        this.apply(key, value, base);
        throw new Error('network');
      case 'arrives-late':
        this.late.push(() => this.apply(key, value, base));
        throw new Error('network');
      default:
        return { kind: 'unanswered' };
    }
  }

  /** Lets promises run out, then moves the clock and fires what is due. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settleMicrotasks();
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.callback();
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
    queue.stop();
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

  it('keeps a refused text in sight and does not hammer the server', async () => {
    const world = new World();
    let sends = 0;
    const queue = new DraftQueue<string>({
      storage: world.storage,
      now: () => world.now,
      after: (ms, callback) => {
        world.timers.push({ at: world.now + ms, callback });
        return () => undefined;
      },
      send: async () => {
        sends += 1;
        return { kind: 'refused', code: 'sealed', message: 'The scorecard is sealed.' };
      },
    });
    queue.learn(target('q1'), nobody);
    queue.edit(target('q1'), 'too late');
    await world.pass(120_000);
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
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush-and-reload' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hurry' as const) }) },
);

describe('DraftQueue, whatever happens', () => {
  it('ends with the last edit on the server, in order, one in flight', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 40 }), async (actions) => {
        const world = new World();
        let queue = await opened(world);
        const last = new Map<string, string>();
        let count = 0;
        const reload = async () => {
          await settleMicrotasks();
          queue.stop();
          world.timers = [];
          queue = await opened(world);
        };
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
            if (step.do === 'flush-and-reload') queue.flush();
            await reload();
          }
        }
        for (const arrive of world.late) arrive();
        world.fates = [];
        await world.pass(120_000);

        expect(queue.state()).toMatchObject({ unsaved: 0, conflicts: [], refused: null });
        for (const [key, text] of last) expect(world.held.get(key)?.value).toBe(text);
        for (const values of world.taken.values()) expect([...values].sort()).toEqual(values);
        expect(world.mostInFlight).toBeLessThanOrEqual(1);
        expect(world.disk.size).toBe(0);
      }),
      { numRuns: 600 },
    );
  });
});
