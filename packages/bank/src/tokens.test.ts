import { describe, expect, it } from 'vitest';
import { tokens } from './tokens.ts';

describe('tokens', () => {
  it('gives words and, for Chinese, pairs of characters', () => {
    expect(tokens('扩散模型 Diffusion')).toEqual(
      expect.arrayContaining(['扩散', '散模', '模型', 'diffusion']),
    );
  });
  it('folds case, plurals, widths and the two spellings', () => {
    expect(tokens('Quantisation')).toEqual(tokens('quantization'));
    expect(tokens('ＧＡＮ models')).toEqual(tokens('gan model'));
    expect(tokens('loss')).toEqual(['loss']);
  });
});
