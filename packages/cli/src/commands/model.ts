/** `viva model …`: model files. */

import type { Command } from 'commander';
import { modelInspect } from './model/inspect.ts';
import { modelPull } from './model/pull.ts';
import { modelQuantize } from './model/quantize.ts';

export function addModelCommands(program: Command): void {
  const model = program.command('model').description('model files: look, quantise, fetch');
  model
    .command('inspect <path>')
    .description(
      'tensors, number formats and sizes of a model folder or safetensors file, and what quantising would save',
    )
    .option('--all', 'list every tensor, not only the largest')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  viva model inspect ./mistral-7b
  viva model inspect ./mistral-7b/model-00001-of-00002.safetensors --all`,
    )
    .action(modelInspect);
  model
    .command('quantize <in> <out>')
    .description('write a quantised copy that Python transformers loads with bitsandbytes')
    .requiredOption('--scheme <name>', 'nf4, fp4 or int8 (LLM.int8())')
    .option(
      '--double-quant',
      'quantise the scales of nf4 and fp4 too: 0.37 bits a weight less at block size 64',
    )
    .option('--block-size <n>', 'weights that share a scale: 64, 128, … 4096', '64')
    .option('--compute-dtype <name>', 'float16, bfloat16 or float32; that of the weights unless told')
    .option('--lm-head', 'quantise the output head too (transformers leaves it)')
    .option('--skip <piece...>', 'leave modules with this in their name')
    .option('--max-shard <gb>', 'largest file in GB', '5')
    .option('--threads <n>', 'threads for nf4 and fp4 (default: one a core, at most 8)')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Embeddings, norms and the output head stay as they are. Ctrl-C stops and leaves nothing behind.

Examples:
  viva model quantize ./mistral-7b ./mistral-7b-nf4 --scheme nf4 --double-quant
  viva model quantize ./llama ./llama-int8 --scheme int8 --skip mlp.gate`,
    )
    .action(modelQuantize);
  model
    .command('pull <owner/name>')
    .description('fetch a model from the Hugging Face hub; resumes, and checks every file')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('-o, --output <folder>', 'where to (default: ./name)')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
HF_ENDPOINT names another server, HF_TOKEN a token for gated models. Run it again to continue after a break.

Examples:
  viva model pull mistralai/Mistral-7B-Instruct-v0.1
  HF_ENDPOINT=https://hub.example viva model pull owner/name --revision v2`,
    )
    .action(modelPull);
}
