import { expect, it } from 'vitest';
import { joinSpeech } from './use-speech.ts';

it('puts a space between English pieces, and none between Chinese ones', () => {
  expect(joinSpeech('', ' a scale ', 'en')).toBe('a scale');
  expect(joinSpeech('a scale', 'and a zero point', 'en')).toBe('a scale and a zero point');
  expect(joinSpeech('a scale\n', 'and', 'en')).toBe('a scale\nand');
  expect(joinSpeech('先看', ' 权重 再看 激活', 'zh-CN')).toBe('先看权重再看激活');
  expect(joinSpeech('用', 'flash attention', 'zh-CN')).toBe('用flash attention');
  expect(joinSpeech('kept', '  ', 'en')).toBe('kept');
});
