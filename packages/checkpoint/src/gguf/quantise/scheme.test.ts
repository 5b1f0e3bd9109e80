import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assignTypes, compareNames, isScheme, type SchemeName } from './scheme.ts';

interface Golden {
  shape: { arch: string; layers: number; heads: number; kv: number; ffn: number; tied: boolean };
  tensors: [name: string, dimensions: number[]][];
  types: Record<SchemeName, string>;
}

const golden = JSON.parse(
  readFileSync(new URL('fixtures/schemes.golden.json', import.meta.url), 'utf8'),
) as Golden[];

describe('types are those of llama-quantize (reference/gguf/schemes.py)', () => {
  const cases = golden.flatMap((model) =>
    (Object.keys(model.types) as SchemeName[]).map((scheme) => ({
      name: `${model.shape.arch}, ${model.shape.layers} layers, ${scheme}`,
      model,
      scheme,
    })),
  );
  it.each(cases)('$name', ({ model: { shape, tensors, types }, scheme }) => {
    const ours = assignTypes(
      tensors.map(([name, dimensions]) => ({ name, dimensions, type: 'F32' as const })).reverse(),
      scheme,
      { architecture: shape.arch, layers: shape.layers, heads: shape.heads, kvHeads: shape.kv, experts: 0 },
    );
    const theirs = new Map(tensors.map(([name], i) => [name, types[scheme].split(' ')[i]]));
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });
});

it('a pure scheme leaves the mixture out, but not what does not fit', () => {
  const shape = { architecture: 'llama', layers: 2, heads: 2, kvHeads: 2, experts: 0 };
  const tensors = [
    { name: 'token_embd.weight', dimensions: [256, 8], type: 'F16' as const },
    { name: 'blk.0.ffn_down.weight', dimensions: [96, 8], type: 'F16' as const },
    { name: 'blk.0.attn_norm.weight', dimensions: [256], type: 'F32' as const },
  ];
  expect(Object.fromEntries(assignTypes(tensors, 'q4_k_m', shape, { pure: true }))).toEqual({
    'token_embd.weight': 'Q4_K',
    'blk.0.ffn_down.weight': 'Q5_0',
    'blk.0.attn_norm.weight': 'F32',
  });
});

it('layers sort by number, and what is outside them first', () => {
  const names = [
    'blk.10.attn_q.weight',
    'token_embd.weight',
    'blk.2.ffn_up.weight',
    'blk.2.attn_q.weight',
    'output.weight',
  ];
  expect(names.sort(compareNames)).toEqual([
    'output.weight',
    'token_embd.weight',
    'blk.2.attn_q.weight',
    'blk.2.ffn_up.weight',
    'blk.10.attn_q.weight',
  ]);
});

it('knows its schemes by name', () => {
  expect(isScheme('q4_k_m')).toBe(true);
  expect(isScheme('toString')).toBe(false);
});
