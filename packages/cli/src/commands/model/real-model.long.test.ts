/** The command itself on the real model: inspect, requantise, generate, chat, perplexity with a stride, compare. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realModel } from '@viva/assistant/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../../bin/viva.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const { file: model, missing } = realModel('the command on a real model', [
  { file: built, hint: 'the built command (npm run build)' },
]);

const folder = mkdtempSync(join(tmpdir(), 'viva-real-'));
afterAll(() => rmSync(folder, { recursive: true }));

function viva(...args: string[]): { out: string; error: string } {
  const run = spawnSync(process.execPath, [command, 'model', ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return { out: run.stdout, error: run.stderr };
}
const json = <T>(...args: string[]): T => JSON.parse(viva(...args, '--json').out) as T;

describe.skipIf(missing.length > 0)('viva model on SmolLM2-135M-Instruct', { timeout: 1_200_000 }, () => {
  const [q8, q4] = [join(folder, 'q8.gguf'), join(folder, 'q4.gguf')];
  const text = join(folder, 'text.txt');
  beforeAll(() => {
    const readme = fileURLToPath(new URL('../../../../../README.md', import.meta.url));
    writeFileSync(text, readFileSync(readme, 'utf8'));
    viva('quantize', model, q8, '--scheme', 'q8_0', '--requantize');
  }, 600_000);

  it('inspects', () => {
    const report = json<{ parameters: number; schemes: { scheme: string; bytes: number }[] }>(
      'inspect',
      model,
    );
    expect(report.parameters).toBe(134_515_008);
    expect(report.schemes.map(({ scheme }) => scheme)).toContain('q4_k_m');
    expect(viva('inspect', model).out).toMatch(/272 tensors, 134,515,008 parameters/);
  });

  it('requantises with a summary of each tensor, only when told', () => {
    expect(() => viva('quantize', model, q4, '--scheme', 'q4_k_m')).toThrow(/is quantised already/);
    const report = json<{ tensors: { name: string; error: { sqnrDb: number } }[]; bitsPerWeight: number }>(
      ...['quantize', model, q4, '--scheme', 'q4_k_m', '--requantize'],
    );
    expect(report.bitsPerWeight).toBeLessThan(6.5);
    expect(report.tensors.length).toBeGreaterThan(200);
    for (const { error } of report.tensors) expect(error.sqnrDb).toBeGreaterThan(15);
  });

  it('generates as it is told: the same with a seed, until a word, in a chat', () => {
    const seeded = ['generate', q8, '--prompt', 'Once upon a time', '--max-tokens', '24', '--seed'];
    const [a, b, c] = ['7', '7', '8'].map((seed) => json<{ text: string; tokens: number }>(...seeded, seed));
    expect(a?.text).toBe(b?.text);
    expect(c?.text).not.toBe(a?.text);
    expect(a?.tokens).toBe(24);
    const greedy = ['generate', q8, '--temperature', '0', '--max-tokens', '40'];
    const stopped = json<{ text: string; stopReason: string }>(
      ...[...greedy, '--prompt', 'One, two, three, four,', '--stop', 'seven'],
    );
    expect(stopped.text).not.toContain('seven');
    const chat = viva(...greedy, '--chat', '--prompt', 'What is the capital of France?');
    expect(chat.out).toContain('Paris');
    expect(chat.error).toMatch(/tokens\/s/);
  });

  it('measures perplexity in windows: more context, a better guess', () => {
    const measure = (context: string, stride: string) =>
      json<{ perplexity: number; tokens: number }>(
        ...['perplexity', q8, text, '--context', context, '--stride', stride, '--max-tokens', '700'],
      );
    const [near, far] = [measure('64', '64'), measure('512', '128')];
    expect(near.tokens).toBe(far.tokens);
    expect(far.perplexity).toBeLessThan(near.perplexity);
  });

  it('compares two files', () => {
    const report = json<{
      models: { bytes: number; perplexity: number; generatedPerSecond: number; peakMemoryBytes: number }[];
      divergence: { mean: number; sameTop: number; tokens: number };
    }>('compare', q8, q4, '--text', text, '--max-tokens', '512', '--kl-tokens', '128');
    const [a, b] = report.models;
    expect(b?.bytes).toBeLessThan(a?.bytes ?? 0);
    expect(b?.perplexity).toBeGreaterThan(0.9 * (a?.perplexity ?? 0));
    for (const each of report.models) {
      expect(each.generatedPerSecond).toBeGreaterThan(0);
      expect(each.peakMemoryBytes).toBeGreaterThan(each.bytes / 2);
    }
    expect(report.divergence.mean).toBeGreaterThan(0);
    expect(report.divergence.mean).toBeLessThan(0.5);
    expect(report.divergence.sameTop).toBeGreaterThan(0.6);
    expect(report.divergence.tokens).toBe(128);
  });
});
