import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordered } from '../../../drafts/authoring-drafts.tsx';
import { leastChange } from './code-field.tsx';
import { valueAt, withValue } from './content-path.ts';
import { emptyHistory, noted, redone, undone } from './history.ts';

describe('undo', () => {
  it('goes back through every step and forth again, whatever the steps were', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(1500)), { maxLength: 40 }), (steps) => {
        let history = emptyHistory<number>();
        let value = 0;
        let now = 1;
        const stops = [0];
        let last: { tag: string; at: number } | null = null;
        for (const [tag, wait] of steps) {
          now += wait;
          const before = last as { tag: string; at: number } | null;
          const joins = before?.tag === tag && now - before.at < 800;
          history = noted(history, value, tag, now);
          value++;
          if (joins) stops[stops.length - 1] = value;
          else stops.push(value);
          last = { tag, at: now };
        }
        const back: number[] = [value];
        for (let step = undone(history, value); step; step = undone(history, value)) {
          ({ history, value } = step);
          back.unshift(value);
        }
        expect(back).toEqual(stops);
        const forth: number[] = [value];
        for (let step = redone(history, value); step; step = redone(history, value)) {
          ({ history, value } = step);
          forth.push(value);
        }
        expect(forth).toEqual(stops);
      }),
    );
  });

  it('forgets what was undone once something else is written', () => {
    const one = noted(emptyHistory<string>(), '', 'a', 1);
    const back = undone(one, 'x');
    expect(redone(noted(back!.history, '', 'b', 5), 'y')).toBeNull();
  });
});

it('changes an editor’s text by the least stretch', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (from, to) => {
      const change = leastChange(from, to);
      expect(from.slice(0, change.from) + change.insert + from.slice(change.to)).toBe(to);
      expect(change.to).toBeGreaterThanOrEqual(change.from);
    }),
  );
  expect(leastChange('one two three', 'one 2 three')).toEqual({ from: 4, to: 7, insert: '2' });
});

describe('a place in the content', () => {
  it('is read and written by its pointer, and nothing else is touched', () => {
    const content = { text: { en: { anchors: ['a', 'b'], title: 't' } }, tags: ['x'] };
    const next = withValue(content, '/text/en/anchors/1', 'B');
    expect(next).toEqual({ text: { en: { anchors: ['a', 'B'], title: 't' } }, tags: ['x'] });
    expect(next.tags).toBe(content.tags);
    expect(content.text.en.anchors[1]).toBe('b');
    expect(valueAt(next, '/text/en/anchors/1')).toBe('B');
    expect(valueAt(next, '/text/fr/title')).toBeUndefined();
    expect(withValue(content, '/text/en/title', undefined).text.en).toEqual({ anchors: ['a', 'b'] });
  });

  it('does not depend on the order of keys', () => {
    expect(JSON.stringify(ordered({ b: [{ d: 1, c: 2 }], a: 1 }))).toBe('{"a":1,"b":[{"c":2,"d":1}]}');
  });
});
