/** A decoder read from a folder layer by layer: hidden states, logits, and how surprised it is by a text. */

import { OptionError } from '../errors.ts';
import type { JsonObject } from '../gguf/convert/json.ts';
import type { Matmul } from '../kernels/matmul.ts';
import { type LogicalWeights, logicalWeights } from '../quantize/logical-weights.ts';
import type { ModelFolder } from '../safetensors/folder.ts';
import { type DecoderConfig, decoderConfig } from './config.ts';
import { type LinearHook, rmsNorm, runLayer } from './layer.ts';

export interface Decoder {
  readonly config: DecoderConfig;
  readonly weights: LogicalWeights;
  /** The name in the file of a tensor of a layer (`mlp.up_proj.weight`). */
  layerTensor(layer: number, part: string): string;
  /** Begins to run sequences, to be driven layer by layer. At any time one layer is in memory, in single precision. */
  start(sequences: readonly (readonly number[])[]): Promise<DecoderRun>;
  /** Hidden states after the last layer and norm, tokens × hidden, of sequences one after another. */
  states(sequences: readonly (readonly number[])[], options?: RunOptions): Promise<Float32Array>;
  /** Logits of rows of states, rows × vocabulary. */
  logits(states: Float32Array): Promise<Float32Array>;
}

export interface DecoderRun {
  /** Layers that have been run. */
  readonly done: number;
  /** Runs the next layer. */
  next(hook?: LinearHook): Promise<void>;
  /** After all layers: the states, normed. */
  finish(): Promise<Float32Array>;
}

export interface RunOptions {
  onLayer?: ((done: number, layers: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @throws OptionError (`NO_DECODER`) where the folder holds another kind of model. */
export function openDecoder(model: ModelFolder, matmul: Matmul): Decoder {
  const file = `${model.folder}/config.json`;
  if (!model.config)
    throw new OptionError('NO_DECODER', 'There is no config.json, which says how to run the model.', {
      file: model.folder,
    });
  const config = decoderConfig(model.config as JsonObject, file);
  const weights = logicalWeights(model);
  const prefix = weights.has('model.embed_tokens.weight') ? 'model.' : '';
  const layerTensor = (layer: number, part: string): string => `${prefix}layers.${layer}.${part}`;
  let head: Promise<Float32Array> | undefined;
  const start: Decoder['start'] = async (sequences) => {
    checkSequences(sequences, config);
    const states: Float32Array = await embed(weights, `${prefix}embed_tokens.weight`, sequences, config);
    const lengths = sequences.map(({ length }) => length);
    let done = 0;
    return {
      get done() {
        return done;
      },
      async next(hook) {
        const layer = done;
        const nameOf = (part: string) => layerTensor(layer, part);
        const load = async (part: string) => {
          const name = nameOf(part);
          return weights.has(name) ? weights.load(name) : undefined;
        };
        await runLayer({ config, matmul, layer, load, nameOf, states, lengths, hook });
        done++;
      },
      finish: async () => rmsNorm(states, await weights.load(`${prefix}norm.weight`), config.epsilon),
    };
  };
  return {
    config,
    weights,
    layerTensor,
    start,
    async states(sequences, { onLayer, signal } = {}) {
      const run = await start(sequences);
      for (let layer = 0; layer < config.layers; layer++) {
        signal?.throwIfAborted();
        onLayer?.(layer, config.layers);
        await run.next();
      }
      onLayer?.(config.layers, config.layers);
      return run.finish();
    },
    async logits(states) {
      head ??= weights.load(
        config.tied || !weights.has('lm_head.weight') ? `${prefix}embed_tokens.weight` : 'lm_head.weight',
      );
      const b = await head;
      const { hidden } = config;
      return matmul.product({ a: states, b, m: states.length / hidden, n: b.length / hidden, k: hidden });
    },
  };
}

function checkSequences(sequences: readonly (readonly number[])[], { positions, vocabulary }: DecoderConfig) {
  for (const sequence of sequences) {
    if (sequence.length === 0 || sequence.length > positions)
      throw new OptionError(
        'SEQUENCE',
        `A sequence of ${sequence.length} tokens cannot be run; 1 to ${positions} can.`,
      );
    const wrong = sequence.find((token) => !(token >= 0 && token < vocabulary));
    if (wrong !== undefined)
      throw new OptionError('SEQUENCE', `The token ${wrong} is none of the model's ${vocabulary}.`);
  }
}

async function embed(
  weights: LogicalWeights,
  name: string,
  sequences: readonly (readonly number[])[],
  { hidden }: DecoderConfig,
): Promise<Float32Array> {
  const table = await weights.load(name);
  const out = new Float32Array(sequences.reduce((sum, { length }) => sum + length, 0) * hidden);
  let at = 0;
  for (const sequence of sequences)
    for (const token of sequence) {
      out.set(table.subarray(token * hidden, (token + 1) * hidden), at);
      at += hidden;
    }
  return out;
}

/** Rows of logits that are held at once. */
const ROWS = 256;

/** Natural logarithms of the probabilities of each sequence's tokens but the first, given those before it. */
export async function sequenceLogProbabilities(
  decoder: Decoder,
  sequences: readonly (readonly number[])[],
  options: RunOptions = {},
): Promise<Float64Array[]> {
  const states = await decoder.states(sequences, options);
  const { hidden } = decoder.config;
  const results: Float64Array[] = [];
  let first = 0;
  for (const sequence of sequences) {
    const logs = new Float64Array(sequence.length - 1);
    for (let from = 0; from < logs.length; from += ROWS) {
      const count = Math.min(ROWS, logs.length - from);
      const logits = await decoder.logits(
        states.subarray((first + from) * hidden, (first + from + count) * hidden),
      );
      const width = logits.length / count;
      for (let row = 0; row < count; row++)
        logs[from + row] = logProbability(
          logits.subarray(row * width, (row + 1) * width),
          sequence[from + row + 1] as number,
        );
    }
    results.push(logs);
    first += sequence.length;
  }
  return results;
}

function logProbability(logits: Float32Array, token: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > greatest) greatest = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - greatest);
  return (logits[token] as number) - greatest - Math.log(total);
}
