import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summarise } from '@viva/labs';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LABS } from './find-lab.ts';
import { registerLab } from './register.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-lab-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function viva(...words: string[]): Promise<string> {
  const out: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void out.push(text));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const program = new Command('viva').exitOverride();
  registerLab(program);
  await program.parseAsync(['lab', ...words, '--lang', 'en'], { from: 'user' });
  return out.join('\n');
}
const SMALL = ['--set', 'steps=20', '--set', 'hidden=32', '--set', 'batch=64', '--set', 'noiseSteps=50'];

describe('viva lab', () => {
  it('lists and shows', async () => {
    expect(await viva('list')).toContain('gan-vs-diffusion\n  GAN and diffusion');
    const shown = await viva('show', 'gan-vs-diffusion');
    expect(shown).toMatch(/loss +"non-saturating" +Loss: minimax \| non-saturating \| wgan-gp/);
    expect(shown).toContain('gan.modes');
  });

  it('runs seeds and prints the JSON that is promised', async () => {
    const result = JSON.parse(
      await viva('run', 'gan-vs-diffusion', ...SMALL, '--seed', '3', '--seeds', '2', '--json'),
    );
    expect(Object.keys(result)).toEqual(['lab', 'params', 'seeds', 'summary', 'engine', 'wallSeconds']);
    expect(result).toMatchObject({
      lab: 'gan-vs-diffusion',
      engine: 'wasm',
      params: { steps: 20, data: 'ring8' },
    });
    expect(result.seeds.map(({ seed }: { seed: number }) => seed)).toEqual([3, 4]);
    const own = result.summary['gan.slicedWasserstein'];
    expect(Object.keys(own)).toEqual(['mean', 'sd', 'min', 'max']);
    expect(own.min).toBeLessThanOrEqual(own.mean);
    expect(own.max).toBeGreaterThanOrEqual(own.mean);
  });

  it('writes a report that stands alone', async () => {
    const file = join(folder, 'r.html');
    await viva('run', 'gan-vs-diffusion', ...SMALL, '--html', file);
    const html = await readFile(file, 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|src=|undefined|NaN/);
    expect(html).toContain('Sliced Wasserstein-2');
  });

  it.each([
    [['run', 'nothing'], /There is no lab nothing.*gan-vs-diffusion/],
    [['run', 'gan-vs-diffusion', '--set', 'speed=3'], /no parameter speed/],
    [['run', 'gan-vs-diffusion', '--set', 'steps'], /name=value/],
    [['run', 'gan-vs-diffusion', '--set', 'loss=hinge'], /loss:.*viva lab show/s],
    [['run', 'gan-vs-diffusion', '--preset', 'fast'], /no preset fast/],
    [['run', 'gan-vs-diffusion', '--seeds', '0'], /at least 1/],
  ])('%j is refused in words', async (words, message) => {
    await expect(viva(...words)).rejects.toThrow(message);
  });

  it('keeps the seeds that are done when it is stopped', async () => {
    const running = viva('run', 'gan-vs-diffusion', ...SMALL, '--seeds', '300', '--json');
    setTimeout(() => process.emit('SIGINT'), 6000);
    const result = JSON.parse(await running);
    expect(result.seeds.length).toBeGreaterThan(0);
    expect(result.seeds.length + result.stoppedBefore).toBe(300);
    expect(process.exitCode).toBe(130);
  }, 60_000);
});

it('summarises what there is, leaving out what has no figure', () => {
  expect(summarise([{ metrics: { a: 1, b: null } }, { metrics: { a: 3, b: null } }])).toEqual({
    a: { mean: 2, sd: Math.SQRT2, min: 1, max: 3 },
  });
});

it('has every lab of the catalogue', () => {
  expect(LABS.map(({ id }) => id)).toEqual(LAB_DESCRIPTIONS.map(({ id }) => id));
});

it('encodes a text: tokens, a guess at the mask, neighbours in order', async () => {
  const found = JSON.parse(
    await viva('encode', 'What does NF4 [MASK]?', '--model', 'bank-mlm', '--neighbours', '3', '--json'),
  );
  expect(found.tokens.slice(0, 4)).toEqual(['[CLS]', 'what', 'does', 'nf4']);
  const place = found.tokens.indexOf('[MASK]');
  expect(found.guesses).toHaveLength(1);
  expect(found.guesses[0]).toMatchObject({ at: place, truth: null });
  const cosines = found.neighbours.map(({ cosine }: { cosine: number }) => cosine);
  expect(cosines).toHaveLength(3);
  expect([...cosines].sort((a, b) => b - a)).toEqual(cosines);
  const shown = await viva('encode', 'What does NF4 [MASK]?', '--model', 'bank-mlm', '--neighbours', '3');
  expect(shown).toContain(`guesses at token ${place}: ${found.guesses[0].options[0].token} `);
  expect(shown).toContain(found.neighbours[0].id);
  await expect(viva('encode', 'x', '--pooling', 'none')).rejects.toThrow('--pooling');
});
