import { describe, expect, it } from 'vitest';
import { byteSize, duration, Progress } from './progress.ts';
import { textTable } from './text-table.ts';

describe('progress', () => {
  it('says how far, how fast and how long still', () => {
    let now = 0;
    const progress = new Progress({ label: 'Reading', total: 1000, now: () => now });
    now = 2000;
    expect(progress.line(250)).toBe('Reading  ██████░░░░░░░░░░░░░░░░░░ 25 %  250 of 1,000  6 s left  125/s');
  });

  it('draws nothing where nobody watches', () => {
    const written: string[] = [];
    const stream = {
      isTTY: false,
      write: (text: string) => written.push(text),
    } as unknown as NodeJS.WriteStream;
    const progress = new Progress({ label: 'x', total: 2, stream });
    progress.update(1);
    progress.done();
    expect(written).toEqual([]);
  });

  it('has units', () => {
    expect([duration(12), duration(75), duration(4000), duration(Number.POSITIVE_INFINITY)]).toEqual([
      '12 s',
      '1 min 15 s',
      '1 h 6 min',
      '?',
    ]);
    expect([byteSize(12), byteSize(1536), byteSize(5 * 2 ** 30)]).toEqual(['12 B', '1.5 KiB', '5.0 GiB']);
  });
});

it('lines columns up under Chinese heads', () => {
  expect(
    textTable(
      [{ head: '名称' }, { head: 'n', align: 'right' }],
      [
        ['a', '10'],
        ['乙方', '2'],
      ],
    ),
  ).toBe(['名称   n', '────  ──', 'a     10', '乙方   2'].join('\n'));
});
