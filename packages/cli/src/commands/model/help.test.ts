/** Every command explains itself with examples, and says what is missing to run a model. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { modelGenerate } from './generate.ts';
import { quantizeGguf } from './quantize-gguf.ts';
import { registerModel } from './register.ts';

const program = new Command('viva');
registerModel(program);
const model = program.commands.find((command) => command.name() === 'model')!;

function help(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

describe('viva model', () => {
  it('has the commands that it should', () => {
    expect(model.commands.map((command) => command.name()).sort()).toEqual([
      'compare',
      'convert',
      'generate',
      'inspect',
      'perplexity',
      'pull',
      'quantize',
    ]);
  });

  it.each([model, ...model.commands].map((command) => [command.name(), command] as const))(
    '%s --help has examples that name it',
    (name, command) => {
      const [, examples = ''] = help(command).split('Examples:\n');
      expect(examples).toMatch(new RegExp(`viva model ${name === 'model' ? '\\w+' : name} `));
    },
  );

  it('quantize --help lists every scheme', () => {
    const text = help(model.commands.find((command) => command.name() === 'quantize')!);
    for (const scheme of ['nf4', 'fp4', 'int8', 'w4a16', 'w8a16', 'w8a8', 'f16', 'q8_0', 'q4_0', 'q6_k'])
      expect(text).toMatch(new RegExp(`^ {2}${scheme} `, 'm'));
  });
});

it('without node-llama-cpp, running a model says how to get it, in both languages', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'viva-runtime-'));
  const before = process.env.VIVA_RUNTIME;
  process.env.VIVA_RUNTIME = folder;
  try {
    const file = join(folder, 'm.gguf');
    const tiny = fileURLToPath(
      new URL('../../../../checkpoint/src/gguf/convert/fixtures/llama', import.meta.url),
    );
    await writeFile(join(folder, 'x'), '');
    await quantizeGguf(tiny, file, { scheme: 'f16', threads: '1', json: true });
    const options = {
      ...{ prompt: 'a', temperature: '0', topK: '1', topP: '1', minP: '0', repeatPenalty: '1' },
      ...{ maxTokens: '1', context: '8' },
    };
    const run = (lang: string) => modelGenerate(file, { ...options, lang });
    await expect(run('en')).rejects.toThrow(/not installed\. Add --install to have it put into/);
    await expect(run('zh-CN')).rejects.toThrow(/未安装运行模型所需的 node-llama-cpp/);
  } finally {
    if (before === undefined) delete process.env.VIVA_RUNTIME;
    else process.env.VIVA_RUNTIME = before;
    await rm(folder, { recursive: true });
  }
});
