import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  configuredModel,
  openModel,
  readConfiguration,
  removeConfiguration,
  writeConfiguration,
} from './configuration.ts';
import { llamaCppModel } from './llama-cpp.ts';
import { importLlamaCpp, type LlamaCppModule } from './llama-runtime.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-assistant-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the set-up', () => {
  it('is written for the user alone, read back, and removed', async () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'a') };
    expect(await readConfiguration(env)).toBeUndefined();
    await expect(configuredModel(env)).rejects.toThrow('viva assistant setup');
    const configuration = {
      kind: 'openai-compatible',
      baseUrl: 'http://localhost:11434/v1',
      model: 'm',
      apiKeyEnv: 'MY_KEY',
    } as const;
    const file = await writeConfiguration(configuration, env);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readConfiguration(env)).toEqual({ configuration, from: file });
    await expect(configuredModel(env)).rejects.toThrow('MY_KEY');
    const model = await configuredModel({ ...env, MY_KEY: 'k-123' });
    expect(model).toMatchObject({ id: 'openai-compatible:m', host: 'localhost:11434' });
    expect(await readFile(file, 'utf8')).not.toContain('k-123');
    await removeConfiguration(env);
    expect(await readConfiguration(env)).toBeUndefined();
  });

  it('comes from the environment first, and says what is missing there', async () => {
    const env = { XDG_CONFIG_HOME: folder, VIVA_MODEL_URL: 'http://localhost:1/v1', VIVA_MODEL: 'm' };
    expect(await readConfiguration(env)).toMatchObject({ from: 'VIVA_MODEL_URL' });
    await expect(readConfiguration({ VIVA_MODEL: 'm' })).rejects.toThrow('belong together');
  });

  it('names the file and field of a faulty one', async () => {
    const file = join(folder, 'bad.json');
    for (const [text, what] of [
      ['{', 'is not a set-up'],
      ['{"kind":"openai-compatible","baseUrl":"http://x/v1"}', 'model'],
      ['{"kind":"llama-cpp","file":"x","apiKey":"secret"}', 'apiKey'],
    ] as const) {
      await writeFile(file, text);
      await expect(readConfiguration({ VIVA_ASSISTANT_CONFIG: file })).rejects.toThrow(what);
    }
  });
});

describe('a GGUF model in this process', () => {
  it('says what to install where node-llama-cpp is not', async () => {
    await expect(importLlamaCpp('node-llama-cpp-that-nobody-installed')).rejects.toMatchObject({
      code: 'llama-cpp-missing',
      message: expect.stringContaining('npm install'),
    });
    expect(openModel({ kind: 'llama-cpp', file: '/models/small.gguf' }).id).toBe('llama-cpp:small.gguf');
  });

  it('hands over history, settings and grammar, counts tokens, and takes calls in turn', async () => {
    const seen: { history: unknown; text: string; options: Record<string, unknown> }[] = [];
    let running = 0;
    const tokenMeter = { usedOutputTokens: 0 };
    const fake: LlamaCppModule = {
      getLlama: async () => ({
        createGrammarForJsonSchema: async (schema) => ({ schema }),
        loadModel: async () => ({
          tokenize: (text) => [...text].map((letter) => letter.charCodeAt(0)),
          createContext: async () => ({
            getSequence: () => ({ tokenMeter, nextTokenIndex: 12, dispose: () => {} }),
          }),
          createEmbeddingContext: async () => ({
            getEmbeddingFor: async (text) => ({ vector: [text.length] }),
          }),
        }),
      }),
      LlamaChatSession: class {
        history: unknown = [];
        setChatHistory(history: unknown): void {
          this.history = history;
        }
        async promptWithMeta(text: string, options: { onTextChunk?: (text: string) => void }) {
          expect(++running).toBe(1);
          seen.push({ history: this.history, text, options });
          for (const piece of ['six', 'teen']) {
            await new Promise((resolve) => setTimeout(resolve, 2));
            options.onTextChunk?.(piece);
          }
          tokenMeter.usedOutputTokens += 2;
          running--;
          return { responseText: 'sixteen', stopReason: 'eogToken' };
        }
        dispose(): void {}
      },
    };
    const model = llamaCppModel({ file: 'm.gguf', embeddingFile: 'e.gguf' }, async () => fake);
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: 'Levels of NF4?' },
    ] as const;
    const [first, second] = await Promise.all([
      model.generate(messages, { temperature: 0, maxOutputTokens: 5, jsonSchema: { type: 'string' } }),
      model.generate(messages),
    ]);
    expect(first).toEqual({
      text: 'sixteen',
      finish: 'stop',
      usage: { inputTokens: 10, outputTokens: 2, estimated: false },
    });
    expect(second.usage.outputTokens).toBe(2);
    expect(seen[0]).toMatchObject({
      history: [
        { type: 'system', text: 'Be brief.' },
        { type: 'user', text: 'Hello' },
        { type: 'model', response: ['Hi'] },
      ],
      text: 'Levels of NF4?',
      options: { temperature: 0, maxTokens: 5, grammar: { schema: { type: 'string' } } },
    });
    const parts = [];
    for await (const part of model.stream(messages)) parts.push(part);
    expect(parts.map((part) => (part.type === 'text' ? part.text : part.finish))).toEqual([
      'six',
      'teen',
      'stop',
    ]);
    expect((await model.embed?.(['abc']))?.vectors[0]?.[0]).toBe(3);
  });
});
