/** `viva model …`: model files. */
import { SCHEMES } from '@viva/checkpoint';
import type { Command } from 'commander';
import { CommandFailure } from '../../failure.ts';
import { modelInspect } from './inspect.ts';
import { modelPull } from './pull.ts';
import { modelQuantize, type QuantizeOptions } from './quantize.ts';
import { isGgufScheme, type QuantizeGgufOptions, quantizeGguf } from './quantize-gguf.ts';
import { ggufSchemes, registerGgufCommands } from './register-gguf.ts';

const FOLDER_SCHEMES = ['nf4', 'fp4', 'int8'];

export function registerModel(program: Command): void {
  const model = program.command('model').description('model files: look, quantise, run, measure');
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
    .description('a smaller copy: a folder that Python transformers loads with bitsandbytes, or a GGUF file')
    .requiredOption('--scheme <scheme>', 'one of those below')
    .option('--threads <count>', 'threads (default: the cores of this machine, at most 8 for nf4 and fp4)')
    .option('--json', 'print the report as JSON')
    .optionsGroup('Folders (nf4, fp4, int8):')
    .option(
      '--double-quant',
      'quantise the scales of nf4 and fp4 too: 0.37 bits a weight less at block size 64',
    )
    .option('--block-size <n>', 'weights that share a scale: 64, 128, … 4096', '64')
    .option('--compute-dtype <name>', 'float16, bfloat16 or float32; that of the weights unless told')
    .option('--lm-head', 'quantise the output head too (transformers leaves it)')
    .option('--skip <piece...>', 'leave modules with this in their name')
    .option('--max-shard <gb>', 'largest file in GB', '5')
    .optionsGroup('GGUF files:')
    .option('--requantize', 'allow quantising what is quantised already, at a further loss')
    .option('--pure', 'every matrix in the scheme’s own type, instead of its mixture')
    .option('--overwrite', 'replace the output if it exists')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .addHelpText(
      'after',
      `
Schemes of folders, bit for bit as bitsandbytes quantises:
  nf4      4-bit NormalFloat
  fp4      4-bit float
  int8     LLM.int8(): rows of 8-bit integers, outliers apart
Embeddings, norms and the output head stay as they are.

Schemes of GGUF files, byte for byte as llama-quantize writes them:
${ggufSchemes}

Ctrl-C stops and leaves nothing behind.

Examples:
  viva model quantize ./mistral-7b ./mistral-7b-nf4 --scheme nf4 --double-quant
  viva model quantize ./llama ./llama-int8 --scheme int8 --skip mlp.gate
  viva model quantize ./mistral-7b mistral-7b-q4_k_m.gguf --scheme q4_k_m
  viva model quantize model-f16.gguf model-q4_0.gguf --scheme q4_0`,
    )
    .action(async (input: string, output: string, options: QuantizeOptions & QuantizeGgufOptions) => {
      if (FOLDER_SCHEMES.includes(options.scheme)) await modelQuantize(input, output, options);
      else if (isGgufScheme(options.scheme)) await quantizeGguf(input, output, options);
      else
        throw new CommandFailure(
          `--scheme ${options.scheme}: there are ${[...FOLDER_SCHEMES, ...Object.keys(SCHEMES)].join(', ')}.`,
          2,
        );
    });

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

  registerGgufCommands(model);
}
