/** `viva model …`, as far as it is about GGUF files. */
import { SCHEMES } from '@viva/checkpoint';
import type { Command } from 'commander';
import { modelCompare } from './compare.ts';
import { modelGenerate } from './generate.ts';
import { modelPerplexity } from './perplexity.ts';

/** The schemes, one a line. */
export const ggufSchemes = Object.entries(SCHEMES)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n');

const running = (command: Command): Command =>
  command
    .option('--install', 'install node-llama-cpp without asking, if it is missing')
    .option('--gpu', 'use a graphics card where there is one')
    .option('--threads <count>', 'threads of the processor (default: its cores)')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .option('--json', 'print the result as JSON');

export function registerGgufCommands(model: Command): void {
  running(model.command('generate <model>'))
    .description('text from a GGUF model, as it comes')
    .requiredOption('--prompt <text>', 'what to continue, or with --chat what to answer')
    .option('--chat', 'put the prompt into the model’s chat template')
    .option('--system <text>', 'the system prompt of the chat')
    .option('--temperature <number>', '0 always takes the likeliest token', '0.8')
    .option('--top-k <count>', 'only the likeliest tokens; 0 for all', '40')
    .option('--top-p <share>', 'the fewest tokens that make up this probability', '0.95')
    .option('--min-p <share>', 'no token less likely than this share of the likeliest', '0.05')
    .option('--repeat-penalty <factor>', 'against repetition; 1 for none', '1.1')
    .option('--max-tokens <count>', '', '256')
    .option('--seed <number>', 'the same seed gives the same text (default: drawn, and told with --json)')
    .option('--stop <text...>', 'stop before any of these')
    .option('--context <tokens>', 'room for prompt and answer', '4096')
    .addHelpText(
      'after',
      `
Examples:
  viva model generate model.gguf --prompt "The capital of France is" --temperature 0 --max-tokens 20
  viva model generate model.gguf --chat --prompt "What is quantisation?" --seed 7`,
    )
    .action(modelGenerate);

  running(model.command('perplexity <model> <text>'))
    .description(
      'perplexity of a GGUF model, or of a folder, on a text file (- for standard input), in sliding windows',
    )
    .option('--context <tokens>', 'tokens in a window', '512')
    .option('--stride <tokens>', 'from one window to the next (default: half a window)')
    .option('--max-tokens <count>', 'of the text, from its beginning (default: all)')
    .addHelpText(
      'after',
      `
Examples:
  viva model perplexity model-q4_k_m.gguf wiki.txt
  viva model perplexity ./llama-gptq wiki.txt --max-tokens 2048
  viva model perplexity model.gguf - --context 1024 --json < text.txt
A folder is run by our own forward pass, quantised weights included; it needs no further install, and is slower.`,
    )
    .action(modelPerplexity);

  running(model.command('compare <a> <b>'))
    .description(
      'two GGUF models on one text: size, perplexity, speed, memory, divergence of their predictions',
    )
    .requiredOption('--text <file>', 'the text, or - for standard input')
    .option('--context <tokens>', 'tokens in a window', '512')
    .option('--max-tokens <count>', 'of the text, for perplexity', '4096')
    .option('--kl-tokens <count>', 'of the text, for the divergence', '512')
    .addHelpText(
      'after',
      `
Examples:
  viva model compare model-q8_0.gguf model-q4_k_m.gguf --text wiki.txt
  viva model compare a.gguf b.gguf --text wiki.txt --kl-tokens 2048 --json`,
    )
    .action(modelCompare);
}
