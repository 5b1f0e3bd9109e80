import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseEngine, engineInUse, startEngine } from './engine.ts';

const CARD = { gpu: { requestAdapter: async () => null } };

describe('the choice of an engine', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['auto', 'dense', CARD, 'wasm'],
    ['auto', 'convolutional', CARD, 'webgpu'],
    ['auto', 'convolutional', {}, 'wasm'],
    ['auto', 'convolutional', undefined, 'wasm'],
    ['webgpu', 'dense', CARD, 'webgpu'],
    ['webgpu', 'convolutional', {}, 'wasm'],
    ['wasm', 'convolutional', CARD, 'wasm'],
  ] as const)('%s for %s work', (asked, work, holder, expected) => {
    expect(chooseEngine(asked, work, holder)).toBe(expected);
  });

  it('looks at the browser’s own navigator', () => {
    vi.stubGlobal('navigator', CARD);
    expect(chooseEngine('auto', 'convolutional')).toBe('webgpu');
    vi.stubGlobal('navigator', {});
    expect(chooseEngine('auto', 'convolutional')).toBe('wasm');
  });

  it('a browser that has WebGPU but no adapter gets WebAssembly, and it is known what runs', async () => {
    vi.stubGlobal('navigator', CARD);
    expect(await startEngine('webgpu')).toBe('wasm');
    expect(engineInUse()).toBe('wasm');
  });
});
