/** `viva ask`, `viva assistant …`, `viva prompts …` and `viva bank eval`. */
import type { Command } from 'commander';
import { ask } from './ask.ts';
import { bankEval } from './bank-eval.ts';
import { injections } from './injections.ts';
import { withModelOptions } from './open-model.ts';
import { type PracticeCommandOptions, practice } from './practice.ts';
import { promptsCheck } from './prompts.ts';
import { calibrate, rate } from './rate.ts';
import { reason } from './reason.ts';
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
    .option('--encoder <folder>', 'a BERT-family encoder (Hugging Face folder) for vectors, in this process')
    .option(
      '--reranker <folder>',
      'a BERT-family cross-encoder with one label, which reads the best passages again, in this process',
    )
    .option('--context <tokens>', 'context of the GGUF model')
    .option('--threads <count>', 'threads of the GGUF model; fewer where the machine is busy')
    .option('--remove', 'forget the set-up')
    .option(...LANGUAGE)
    .addHelpText(
      'after',
      `
Examples:
  viva assistant setup --url http://localhost:11434/v1 --model qwen3:8b --embedding-model bge-m3
  viva assistant setup --url https://models.example.org/v1 --model large --api-key-env MODEL_KEY
  viva assistant setup --gguf model.gguf --encoder all-MiniLM-L6-v2
  viva assistant setup --remove`,
    )
    .action(assistantSetup);
  assistant
    .command('check')
    .description('try the model: answers, streaming, JSON, log-probabilities, embeddings, reranking, speed')
    .option('--timeout <seconds>', 'the longest wait for one answer', '120')
    .option(...LANGUAGE)
    .option('--json', 'print results as JSON')
    .action(assistantCheck);

  withModelOptions(assistant.command('rate <question> <transcript>'))
    .description(
      'score a transcript (a text file) against a question’s anchors, with evidence that is looked up',
    )
    .option('--strategy <name>', 'direct, chain-of-thought or self-consistency', 'direct')
    .option('--samples <count>', 'ratings that self-consistency draws and counts as votes', '5')
    .option('--temperature <number>', 'default 0; 0.7 for self-consistency')
    .option('--seed <number>', 'the same ratings again, where the server keeps seeds')
    .option('--bank <folder>', 'the question bank')
    .option(...LANGUAGE)
    .option('--json', 'print everything as JSON: votes, spread, evidence, what was dropped, provenance')
    .action(rate);
  withModelOptions(assistant.command('calibrate'))
    .description('rate the bank’s calibration transcripts and compare with the experts')
    .option('--bank <folder>', 'the question bank')
    .option(...LANGUAGE)
    .option('--json', 'print everything as JSON')
    .action(calibrate);
  withModelOptions(assistant.command('injections'))
    .description(
      'how many of forty texts that speak to the rater are kept from it, and how far the rest move its score, against neutral texts as long',
    )
    .option(
      '--transcripts <count>',
      'calibration transcripts to attack, over the scale, in both languages by turns',
      '4',
    )
    .option('--attacks <count>', 'only the first so many attacks')
    .option('--evasive', 'in place of the forty, attacks that were written to get past the screen')
    .option('--screen-only', 'what is set aside, without asking a model')
    .option('--anchors', 'attack the rater that judges one anchor at a time and is never asked for a score')
    .option(
      '--length-step <letters>',
      'round lengths of neutral texts to multiples of it: fewer ratings, less exact',
      '1',
    )
    .option('--out <file>', 'write everything as JSON')
    .option('--csv <file>', 'write one line for each attack on each transcript')
    .option('--bank <folder>', 'the question bank')
    .option(...LANGUAGE)
    .option('--json', 'print everything as JSON')
    .action(injections);

  withModelOptions(assistant.command('reason <problem...>'))
    .description(
      'solve a problem by a strategy, with the tokens it took; four numbers are a Game of 24, verified',
    )
    .option('--strategy <name>', 'direct, cot, self-consistency or tree', 'cot')
    .option('--samples <count>', 'chains of self-consistency', '5')
    .option('--breadth <count>', 'states that the tree keeps', '5')
    .option('--seed <number>')
    .option(...LANGUAGE)
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      `
Examples:
  viva assistant reason "How many primes are below 50?" --strategy self-consistency --samples 9
  viva assistant reason 4 9 10 13 --strategy tree --breadth 5`,
    )
    .action(reason);

  withModelOptions(program.command('practice <question>'))
    .description(
      'a practice interview: the question, follow-ups that your answer calls for, feedback by anchor',
    )
    .option('--probes <count>', 'follow-ups at most', '3')
    .option('--bank <folder>', 'the question bank')
    .option(...LANGUAGE)
    .option('--json', 'print the interview as JSON')
    .addHelpText(
      'after',
      `
Examples:
  viva practice quantization
  viva practice chain-of-thought --lang zh-CN --probes 1
  viva practice quantization < answers.txt     answers between empty lines`,
    )
    .action((id: string, options: PracticeCommandOptions) => practice(id, options));

  withModelOptions(program.command('prompts').description('the assistant’s own prompts').command('check'))
    .description(
      'the prompt files, and with a model set up their worst case over paraphrases, perturbed inputs and languages',
    )
    .option('--files', 'only the files: both languages, variables, a new version for a changed text')
    .option('--write', 'record the versions that are new; nothing is measured')
    .option('--prompts <ids>', 'measure only these, with commas')
    .option('--items <count>', 'labelled items a language, at most', '8')
    .option('--perturbations <names>', 'none,synonyms,order,typos,whitespace,politeness (default: all)')
    .option('--languages <names>', 'zh-CN,en (default: both)')
    .option(
      '--plan <name>',
      'all: each paraphrase with each kind of input; one-at-a-time: under half the answers, without their combinations',
      'all',
    )
    .option('--concurrency <count>', 'items at once (default: 4 to a server, 1 in this process)')
    .option('--baseline <file>', 'what worst cases are compared with (default: the committed file)')
    .option('--update', 'record what was measured as the new baseline')
    .option('--tolerance <share>', 'a drop of the worst case that is no drop', '0.02')
    .option('--strict', 'fail on any drop beyond the tolerance, though it may be chance')
    .option('--cache <folder>', 'where answers are kept, so that a run that was cut off goes on')
    .option('--bank <folder>', 'the question bank')
    .option(...LANGUAGE)
    .option('--json', 'print prompts, findings and measures as JSON')
    .addHelpText(
      'after',
      `
Ends with 1 where a file is at fault or a worst case has become worse, with 130 when cancelled.

Examples:
  viva prompts check --files
  viva prompts check --prompts direct,answer --items 4
  viva prompts check --update`,
    )
    .action(promptsCheck);

  const bank = program.commands.find((command) => command.name() === 'bank') ?? program.command('bank');
  withModelOptions(bank.command('eval'))
    .description('how well questions are found: recall@5, MRR, nDCG@10 on the labelled queries')
    .option('--bank <folder>', 'the question bank')
    .option('--split <name>', 'dev (parameters were set on it), test or all', 'test')
    .option('--vectors', 'beside words alone, words with the embedding model that is set up')
    .option('--peers', 'beside ours, MiniSearch, Orama and LangChain’s BM25 retriever, where installed')
    .option(...LANGUAGE)
    .option('--json', 'print everything as JSON')
    .action(bankEval);
}
