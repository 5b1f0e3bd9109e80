import { SCREEN_REASONS } from '@viva/assistant';
import { expect, it } from 'vitest';
import { SET_ASIDE } from '../contract/advisory.ts';
import { readBody } from './rating-body.ts';

it('knows every reason of the screen', () => {
  expect([...SET_ASIDE].sort()).toEqual([...SCREEN_REASONS].sort());
});

it('reads what was stored before there was a screen', () => {
  const before = { given: 3, evidence: [], dropped: [], lacking: '', locale: 'en' };
  expect(readBody(JSON.stringify(before))).toEqual({ ...before, setAside: [] });
  expect(readBody('')).toMatchObject({ given: 0, setAside: [] });
});
