/** `viva ask`, `viva assistant …`, `viva prompts …` and `viva bank eval`. */
import type { Command } from 'commander';
import { ask } from './ask.ts';
import { bankEval } from './bank-eval.ts';
import { withModelOptions } from './open-model.ts';
import { promptsCheck } from './prompts.ts';
import { assistantCheck, assistantSetup } from './setup.ts';

const LANGUAGE = ['--lang <language>', 'zh-CN or en (default: as the environment says)'] as const;

/** Registered after `viva bank`, to which it adds. */
export function registerAssistant(program: Command): void {
  withModelOptions(program.command('ask <question...>'))
    .description('ask the question bank: an answer with citations, or none')
    .option('--bank <folder>', 'the question bank')
    .option('--passages', 'only the passages that an answer would rest on; no model is asked')
    .option('--lang <language>', 'zh-CN or en (default: the language of the question)')
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      `
Examples:
  viva ask "why does double quantisation save memory"
  viva ask 双重量化省了多少显存
  viva ask --passages loss scaling`,
    )
    .action(ask);

  const assistant = program
    .command('assistant')
    .description('the language model behind viva ask and the practice interview');
  assistant
    .command('setup')
    .description('name the model to use; without options, show what is set up')
    .option('--url <address>', 'an OpenAI-compatible server')
    .option('--model <name>', 'a model that it serves')
    .option('--embedding-model <name>', 'a model that it serves for vectors')
    .option(
      '--api-key-env <name>',
      'the environment variable that holds the key; the key itself is never stored',
    )
    .option('--gguf <file>', 'a model file to run in this process (needs node-llama-cpp)')
    .option('--embedding-gguf <file>', 'a model file for vectors')
    .option('--context <tokens>', 'context of the GGUF model')
    .option('--remove', 'forget the set-up')
    .option(...LANGUAGE)
    .addHelpText(
      'after',
      `
Examples:
  viva assistant setup --url http://localhost:11434/v1 --model qwen3:8b --embedding-model bge-m3
  viva assistant setup --url https://models.example.org/v1 --model large --api-key-env MODEL_KEY
  viva assistant setup --gguf model.gguf
  viva assistant setup --remove`,
    )
    .action(assistantSetup);
  assistant
    .command('check')
    .description('try the model: answers, streaming, JSON, log-probabilities, embeddings, speed')
    .option('--timeout <seconds>', 'the longest wait for one answer', '120')
    .option(...LANGUAGE)
    .option('--json', 'print results as JSON')
    .action(assistantCheck);

  program
    .command('prompts')
    .description('the assistant’s own prompts')
    .command('check')
    .description('both languages, variables, and that a changed text has a new version')
    .option('--write', 'record the versions that are new')
    .option(...LANGUAGE)
    .option('--json', 'print prompts and findings as JSON')
    .action(promptsCheck);

  const bank = program.commands.find((command) => command.name() === 'bank') ?? program.command('bank');
  withModelOptions(bank.command('eval'))
    .description('how well questions are found: recall@5, MRR, nDCG@10 on the labelled queries')
    .option('--bank <folder>', 'the question bank')
    .option('--split <name>', 'dev (parameters were set on it), test or all', 'test')
    .option('--vectors', 'fuse with the embedding model that is set up')
    .option(...LANGUAGE)
    .option('--json', 'print everything as JSON')
    .action(bankEval);
}
