/** `viva model …`: model files. */
import { SCHEMES } from '@viva/checkpoint';
import type { Command } from 'commander';
import { CommandFailure } from '../../failure.ts';
import { modelConvert } from './convert.ts';
import { modelInspect } from './inspect.ts';
import { modelPull } from './pull.ts';
import { modelQuantize } from './quantize.ts';
import { isGgufScheme, type QuantizeGgufOptions, quantizeGguf } from './quantize-gguf.ts';
import { FOLDER_SCHEMES, type QuantizeOptions } from './quantize-options.ts';
import { ggufSchemes, registerGgufCommands } from './register-gguf.ts';

const folderSchemes = Object.entries(FOLDER_SCHEMES)
  .map(([name, about]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n');

export function registerModel(program: Command): void {
  const model = program
    .command('model')
    .description('model files: look, quantise, run, measure')
    .addHelpText(
      'after',
      `
Examples:
  viva model pull owner/name
  viva model inspect ./name
  viva model quantize ./name ./name-nf4 --scheme nf4 --double-quant
  viva model compare a.gguf b.gguf --text t.txt
Each command has its own --help with examples.`,
    );
  model
    .command('inspect <path>')
    .description(
      'tensors, number formats and sizes of a model folder, safetensors or GGUF file, and what quantising would save',
    )
    .option('--all', 'list every tensor, not only the largest')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  viva model inspect ./mistral-7b
  viva model inspect model-q4_k_m.gguf
  viva model inspect ./mistral-7b/model-00001-of-00002.safetensors --all`,
    )
    .action(modelInspect);
  registerQuantize(model);
  model
    .command('convert <in> <out>')
    .description('a Hugging Face folder of plain weights, from a GGUF file or from a quantised folder')
    .option('--dtype <name>', 'float16, bfloat16 or float32', 'float16')
    .option('--max-shard <gb>', 'largest file in GB', '5')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
GGUF files of Llama, Mistral, Qwen2 and Qwen3 are read, with byte-level and SentencePiece tokenizers. What rounding lost stays lost.
Examples:
  viva model convert model-q8_0.gguf ./model
  viva model convert ./mistral-7b-nf4 ./mistral-7b-back --dtype bfloat16`,
    )
    .action(modelConvert);
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

function registerQuantize(model: Command): void {
  model
    .command('quantize <in> <out>')
    .description('a smaller copy: a folder that Python transformers loads, or a GGUF file')
    .requiredOption('--scheme <scheme>', 'one of those below')
    .option('--threads <count>', 'threads (default: the cores of this machine, at most 8 for folders)')
    .option('--requantize', 'allow quantising what is quantised already, at a further loss')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .option('--json', 'print the report as JSON')
    .optionsGroup('Folders:')
    .option(
      '--double-quant',
      'quantise the scales of nf4 and fp4 too: 0.37 bits a weight less at block size 64',
    )
    .option('--block-size <n>', 'weights of nf4 and fp4 that share a scale: 64, 128, … 4096', '64')
    .option('--compute-dtype <name>', 'float16, bfloat16 or float32; that of the weights unless told')
    .option('--lm-head', 'quantise the output head too (transformers leaves it)')
    .option('--skip <piece...>', 'leave modules with this in their name')
    .option('--max-shard <gb>', 'largest file in GB', '5')
    .optionsGroup('Whole numbers (w4a16, w8a16, w8a8):')
    .option('--asymmetric', 'with zero points')
    .option('--granularity <per>', 'tensor, channel or group (default: channel with 8 bits, group with 4)')
    .option('--group-size <n>', 'weights of a row that share a scale (default: 128)')
    .option('--activations <how>', 'w8a8: dynamic (a scale a token) or static (one found with --text)')
    .option('--calibration <method>', 'static: min-max, percentile, mse or entropy (default: mse)')
    .option('--percentile <percent>', 'with --calibration percentile (default: 99.99)')
    .option('--text <file>', 'text to calibrate static activations with')
    .option('--gptq <text>', 'round by GPTQ, with this text (file, or - for standard input)')
    .option('--activation-order', 'GPTQ: columns of large activations first')
    .optionsGroup('Any scheme:')
    .option('--awq <text>', 'scale weights by AWQ first, with this text')
    .option('--sequences <n>', 'sequences of a calibration text that are run (default: 16)')
    .option('--sequence-length <tokens>', 'tokens of each (default: 256)')
    .optionsGroup('GGUF files:')
    .option('--pure', 'every matrix in the scheme’s own type, instead of its mixture')
    .option('--overwrite', 'replace the output if it exists')
    .addHelpText(
      'after',
      `
Schemes of folders:
${folderSchemes}
Embeddings, norms and the output head stay as they are.

Schemes of GGUF files, byte for byte as llama-quantize writes them:
${ggufSchemes}

GPTQ, AWQ and static activations run the model (Llama, Mistral, Qwen2, Qwen3) on the text, layer by layer.
The input is a folder or a GGUF file. Ctrl-C stops and leaves nothing behind.

Examples:
  viva model quantize ./mistral-7b ./mistral-7b-nf4 --scheme nf4 --double-quant
  viva model quantize ./llama ./llama-int8 --scheme int8 --skip mlp.gate
  viva model quantize ./llama ./llama-gptq --scheme w4a16 --gptq calibration.txt
  viva model quantize ./llama ./llama-w8a8 --scheme w8a8 --activations static --text calibration.txt
  viva model quantize ./mistral-7b mistral-7b-q4_k_m.gguf --scheme q4_k_m --awq calibration.txt
  viva model quantize model-f16.gguf model-q4_0.gguf --scheme q4_0`,
    )
    .action(async (input: string, output: string, options: QuantizeOptions & QuantizeGgufOptions) => {
      if (Object.hasOwn(FOLDER_SCHEMES, options.scheme)) await modelQuantize(input, output, options);
      else if (isGgufScheme(options.scheme)) await quantizeGguf(input, output, options);
      else
        throw new CommandFailure(
          `--scheme ${options.scheme}: there are ${[...Object.keys(FOLDER_SCHEMES), ...Object.keys(SCHEMES)].join(', ')}.`,
          2,
        );
    });
}
