/** config.json of a decoder, from the metadata of a GGUF file. */

import { llama3RopeFactors } from '../convert/architecture.ts';
import type { JsonObject } from '../convert/json.ts';
import { GgufError } from '../format/errors.ts';
import type { GgufMetadata } from '../format/types.ts';

const CLASSES: Readonly<Record<string, string>> = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};

export const metadataText = (metadata: GgufMetadata, key: string): string | undefined => {
  const entry = metadata.get(key);
  return entry?.type === 'string' ? entry.value : undefined;
};

export const metadataFigure = (metadata: GgufMetadata, key: string): number | undefined => {
  const entry = metadata.get(key);
  return typeof entry?.value === 'number' || typeof entry?.value === 'bigint'
    ? Number(entry.value)
    : undefined;
};

export interface FolderConfigInput {
  readonly metadata: GgufMetadata;
  /** What messages call the file. */
  readonly file: string;
  readonly dtype: 'float16' | 'bfloat16' | 'float32';
  /** Whether the file has an output head of its own. */
  readonly head: boolean;
  readonly vocabulary: number;
  /** `rope_freqs.weight`, where there is one. */
  readonly ropeFactors: Float32Array | undefined;
  /** Whether attention's projections have biases. */
  readonly attentionBias: boolean;
}

/**
 * A Mistral is a Llama to GGUF, and becomes one here, which computes the same.
 * @throws GgufError for another architecture, scaling that config.json cannot say, or a figure that is missing
 */
export function folderConfig(input: FolderConfigInput): JsonObject {
  const { metadata, file, dtype, head, vocabulary, attentionBias } = input;
  const architecture = metadataText(metadata, 'general.architecture') ?? '(none)';
  const name = CLASSES[architecture];
  if (!name)
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      file,
      `a model of architecture ${architecture} cannot be made a folder; these can: ${Object.keys(CLASSES).join(', ')}`,
    );
  const figure = (key: string) => metadataFigure(metadata, `${architecture}.${key}`);
  const need = (key: string): number => {
    const value = figure(key);
    if (value === undefined)
      throw new GgufError('GGUF_MISSING', file, `the metadata lack ${architecture}.${key}`);
    return value;
  };
  const [hidden, heads] = [need('embedding_length'), need('attention.head_count')];
  const headSize = figure('attention.key_length') ?? figure('rope.dimension_count') ?? hidden / heads;
  const token = (kind: string) => metadataFigure(metadata, `tokenizer.ggml.${kind}_token_id`) ?? null;
  return {
    architectures: [name],
    model_type: architecture,
    hidden_act: 'silu',
    hidden_size: hidden,
    intermediate_size: need('feed_forward_length'),
    num_hidden_layers: need('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: figure('attention.head_count_kv') ?? heads,
    head_dim: headSize,
    max_position_embeddings: need('context_length'),
    // Written as the decimal number that was meant, not as the single-precision one nearest to it.
    rms_norm_eps: Number(need('attention.layer_norm_rms_epsilon').toPrecision(6)),
    ...rope(input, architecture, headSize),
    vocab_size: vocabulary,
    tie_word_embeddings: !head,
    ...(architecture === 'llama' ? { attention_bias: attentionBias, mlp_bias: false } : {}),
    ...(architecture === 'qwen3' ? { attention_bias: attentionBias } : {}),
    bos_token_id: token('bos'),
    eos_token_id: token('eos'),
    pad_token_id: token('padding'),
    torch_dtype: dtype,
  };
}

function rope(
  { metadata, file, ropeFactors }: FolderConfigInput,
  architecture: string,
  headSize: number,
): JsonObject {
  const theta = metadataFigure(metadata, `${architecture}.rope.freq_base`) ?? 10_000;
  const type = metadataText(metadata, `${architecture}.rope.scaling.type`);
  const factor = metadataFigure(metadata, `${architecture}.rope.scaling.factor`);
  if (ropeFactors) return { rope_theta: theta, rope_scaling: llama3(ropeFactors, theta, headSize, file) };
  if (type === undefined || type === 'none' || factor === undefined || factor === 1)
    return { rope_theta: theta };
  if (type !== 'linear')
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      file,
      `rotary scaling of type ${type} cannot be written to config.json`,
    );
  return { rope_theta: theta, rope_scaling: { rope_type: 'linear', factor } };
}

/** Llama 3's scaling is stored as factors; its figures are found by trying what models use. */
function llama3(factors: Float32Array, theta: number, headSize: number, file: string): JsonObject {
  const factor = Math.max(...factors);
  for (let original = 32; original <= 2 ** 20; original *= 2) {
    const scaling = {
      ...{ rope_type: 'llama3', factor, low_freq_factor: 1, high_freq_factor: 4 },
      original_max_position_embeddings: original,
    };
    const config = { rope_theta: theta, head_dim: headSize, rope_scaling: scaling };
    const tried = llama3RopeFactors(file, config);
    if (tried?.every((value, i) => Math.abs(value - (factors[i] as number)) < 1e-3)) return scaling;
  }
  throw new GgufError('GGUF_UNSUPPORTED', file, 'rope_freqs.weight is not of the kind that Llama 3 has');
}
