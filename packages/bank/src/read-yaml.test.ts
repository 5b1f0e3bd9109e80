import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readYaml } from './read-yaml.ts';
import { KitFile, QuestionFile } from './schema.ts';

const Small = z.strictObject({ name: z.string(), list: z.array(z.strictObject({ n: z.number() })) });

describe('readYaml', () => {
  it('names the line of a wrong value, of an unknown field and of what does not parse', () => {
    const lines = (source: string) => readYaml(source, 'a.yaml', Small).findings.map(({ line }) => line);
    expect(lines('name: x\nlist:\n  - n: 1\n  - n: two\n')).toEqual([4]);
    expect(lines('name: x\nlist:\n  - n: 1\n    m: 2\n')).toEqual([4]);
    expect(lines('name: x\nlist: [\n')[0]).toBeGreaterThanOrEqual(2);
    expect(lines('name: x\n')).toEqual([1]);
  });

  it('does not unfold a bomb of aliases', () => {
    const bomb = Array.from({ length: 9 }, (_, i) =>
      i === 0
        ? 'a0: &a0 [x,x,x,x,x,x,x,x,x]'
        : `a${i}: &a${i} [${Array(9)
            .fill(`*a${i - 1}`)
            .join(',')}]`,
    ).join('\n');
    expect(readYaml(bomb, 'a.yaml', z.unknown()).findings[0]?.code).toBe('yaml');
  });

  it('never throws, and gives a value or findings', () => {
    const noise = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'id: a',
            'claims:',
            '  - id: b',
            '- x',
            '{',
            ']',
            '&a',
            '*a',
            '!!binary x',
            '? y',
            '---',
          ),
          fc.string({ unit: 'binary' }),
        ),
      )
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(noise, fc.constantFrom(QuestionFile, KitFile), (source, schema) => {
        const { value, findings } = readYaml<unknown>(source, 'a.yaml', schema);
        expect(value === undefined).toBe(findings.length > 0);
      }),
      { numRuns: 300 },
    );
  });
});
