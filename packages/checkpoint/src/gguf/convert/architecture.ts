/**
 * The architectures that can be converted: what their tensors and hyperparameters are called in a Hugging Face folder
 * and in GGUF. Names and keys are those of llama.cpp's convert_hf_to_gguf.py.
 */
import { GgufError } from '../format/errors.ts';
import { booleanAt, type JsonObject, needNumber, numberAt, objectAt, stringAt } from './json.ts';
import type { MetadataBuilder } from './metadata.ts';

export type ArchitectureName = 'llama' | 'qwen2' | 'qwen3' | 'bert';

/** GGUF's architecture for each class name in `config.json`. Mistral is llama with other figures. */
const CLASSES: Readonly<Record<string, ArchitectureName>> = {
  LlamaForCausalLM: 'llama',
  LlamaModel: 'llama',
  MistralForCausalLM: 'llama',
  Qwen2ForCausalLM: 'qwen2',
  Qwen2Model: 'qwen2',
  Qwen3ForCausalLM: 'qwen3',
  Qwen3Model: 'qwen3',
  BertModel: 'bert',
  BertForMaskedLM: 'bert',
};

/**
 * Which architecture a `config.json` describes.
 *
 * @throws GgufError `GGUF_UNSUPPORTED` for any other
 */
export function architectureOf(file: string, config: JsonObject): ArchitectureName {
  const list = config.architectures;
  const name = Array.isArray(list) && typeof list[0] === 'string' ? list[0] : undefined;
  const found = name === undefined ? undefined : CLASSES[name];
  if (!found)
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      file,
      `the architecture ${name ? `${name} ` : ''}cannot be converted; these can: ${Object.keys(CLASSES).join(', ')}`,
    );
  return found;
}

const DECODER_OUTSIDE: Readonly<Record<string, string>> = {
  'embed_tokens.weight': 'token_embd.weight',
  'norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

const DECODER_LAYER: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

const BERT_OUTSIDE: Readonly<Record<string, string>> = {
  'embeddings.word_embeddings.weight': 'token_embd.weight',
  'embeddings.position_embeddings.weight': 'position_embd.weight',
  'embeddings.token_type_embeddings.weight': 'token_types.weight',
  'embeddings.LayerNorm.weight': 'token_embd_norm.weight',
  'embeddings.LayerNorm.bias': 'token_embd_norm.bias',
};

const BERT_LAYER: Readonly<Record<string, string>> = {
  'attention.self.query': 'attn_q',
  'attention.self.key': 'attn_k',
  'attention.self.value': 'attn_v',
  'attention.output.dense': 'attn_output',
  'attention.output.LayerNorm': 'attn_output_norm',
  'intermediate.dense': 'ffn_up',
  'output.dense': 'ffn_down',
  'output.LayerNorm': 'layer_output_norm',
};

/** Parts of BERT that pool or predict, which llama.cpp has no use for. */
const BERT_DROPPED = /^(pooler\.|cls\.|embeddings\.position_ids$)/;

/**
 * The name in GGUF of a tensor of a Hugging Face folder; undefined for one that GGUF does not hold.
 *
 * @throws GgufError `GGUF_UNSUPPORTED` for a tensor that this architecture should not have
 */
export function ggufName(architecture: ArchitectureName, name: string, file: string): string | undefined {
  const bert = architecture === 'bert';
  const bare = name
    .replace(bert ? /^bert\./ : /^model\./, '')
    .replace(/\.gamma$/, '.weight')
    .replace(/\.beta$/, '.bias');
  if (bert ? BERT_DROPPED.test(bare) : bare.endsWith('rotary_emb.inv_freq')) return undefined;
  const outside = (bert ? BERT_OUTSIDE : DECODER_OUTSIDE)[bare];
  if (outside) return outside;
  const match = (
    bert ? /^encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$/ : /^layers\.(\d+)\.(.+)\.(weight|bias)$/
  ).exec(bare);
  const part = match && (bert ? BERT_LAYER : DECODER_LAYER)[match[2] ?? ''];
  if (match && part) return `blk.${match[1]}.${part}.${match[3]}`;
  throw new GgufError(
    'GGUF_UNSUPPORTED',
    file,
    `tensor ${name} is not known in the architecture ${architecture}`,
    name,
  );
}

/** The other way, for a decoder: the name in a Hugging Face folder; undefined for a tensor that folders do not hold. */
export function folderName(name: string): string | undefined {
  for (const [ours, theirs] of Object.entries(DECODER_OUTSIDE))
    if (theirs === name) return ours === 'lm_head.weight' ? ours : `model.${ours}`;
  const match = /^blk\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  const part = Object.entries(DECODER_LAYER).find(([, theirs]) => theirs === match?.[2])?.[0];
  return match && part ? `model.layers.${match[1]}.${part}.${match[3]}` : undefined;
}

/** Hyperparameters, in the order of the convert script. */
export function addHyperparameters(
  out: MetadataBuilder,
  architecture: ArchitectureName,
  file: string,
  config: JsonObject,
): void {
  const key = (name: string) => `${architecture}.${name}`;
  const heads = needNumber(file, config, 'num_attention_heads');
  const hidden = needNumber(file, config, 'hidden_size');
  out.uint32(key('block_count'), needNumber(file, config, 'num_hidden_layers'));
  out.uint32(key('context_length'), needNumber(file, config, 'max_position_embeddings'));
  out.uint32(key('embedding_length'), hidden);
  out.uint32(key('feed_forward_length'), needNumber(file, config, 'intermediate_size'));
  out.uint32(key('attention.head_count'), heads);
  out.uint32(key('attention.head_count_kv'), numberAt(config, 'num_key_value_heads'));
  addRope(out, key, file, config);
  out.float32(key('attention.layer_norm_rms_epsilon'), numberAt(config, 'rms_norm_eps'));
  out.float32(key('attention.layer_norm_epsilon'), numberAt(config, 'layer_norm_eps'));
  const headSize = numberAt(config, 'head_dim');
  out.uint32(key('attention.key_length'), headSize);
  out.uint32(key('attention.value_length'), headSize);
  if (architecture === 'llama') {
    out.uint32(key('vocab_size'), needNumber(file, config, 'vocab_size'));
    out.uint32(key('rope.dimension_count'), headSize ?? Math.floor(hidden / heads));
  }
  if (architecture === 'bert') out.bool(key('attention.causal'), false);
}

/** What `config.json` says of rotary positions, in its older or newer form. */
export function ropeParameters(config: JsonObject): JsonObject {
  const parameters = { ...objectAt(config, 'rope_scaling'), ...objectAt(config, 'rope_parameters') };
  const type = stringAt(parameters, 'rope_type') ?? stringAt(parameters, 'type');
  const theta = numberAt(parameters, 'rope_theta') ?? numberAt(config, 'rope_theta');
  return {
    ...parameters,
    ...(type === undefined ? {} : { rope_type: type }),
    ...(theta === undefined ? {} : { rope_theta: theta }),
  };
}

function addRope(
  out: MetadataBuilder,
  key: (name: string) => string,
  file: string,
  config: JsonObject,
): void {
  const rope = ropeParameters(config);
  const type = stringAt(rope, 'rope_type') ?? 'default';
  const factor = numberAt(rope, 'factor');
  if (type === 'linear' || type === 'yarn') {
    out.string(key('rope.scaling.type'), type);
    out.float32(key('rope.scaling.factor'), factor);
    if (type === 'yarn')
      out.uint32(
        key('rope.scaling.original_context_length'),
        needNumber(file, rope, 'original_max_position_embeddings'),
      );
  } else if (type !== 'default' && type !== 'llama3')
    throw new GgufError('GGUF_UNSUPPORTED', file, `rotary scaling of type "${type}" cannot be converted`);
  out.float32(key('rope.freq_base'), numberAt(rope, 'rope_theta'));
}

/**
 * Llama 3's scaling of rotary frequencies, one factor a pair of dimensions; undefined where there is none.
 * Source: Llama 3.1's reference code (`apply_scaling`).
 */
export function llama3RopeFactors(file: string, config: JsonObject): Float32Array<ArrayBuffer> | undefined {
  const rope = ropeParameters(config);
  if (stringAt(rope, 'rope_type') !== 'llama3') return undefined;
  const size =
    numberAt(config, 'head_dim') ??
    Math.floor(needNumber(file, config, 'hidden_size') / needNumber(file, config, 'num_attention_heads'));
  const base = numberAt(rope, 'rope_theta') ?? 10000;
  const factor = numberAt(rope, 'factor') ?? 8;
  const low = numberAt(rope, 'low_freq_factor') ?? 1;
  const high = numberAt(rope, 'high_freq_factor') ?? 4;
  const context = numberAt(rope, 'original_max_position_embeddings') ?? 8192;
  return Float32Array.from({ length: size / 2 }, (_, pair) => {
    const frequency = Math.fround(1 / Math.fround(base ** Math.fround((2 * pair) / size)));
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < context / high) return 1;
    if (wavelength > context / low) return factor;
    const smooth = (context / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** Whether output and input embeddings are one matrix, so that a copy in the file is not written. */
export const tiedEmbeddings = (config: JsonObject): boolean =>
  booleanAt(config, 'tie_word_embeddings') ?? false;

/**
 * Heads whose rows have to be reordered, for a tensor of llama's rotary projections; undefined for all others.
 * llama.cpp rotates neighbouring pairs of rows, transformers the first half with the second.
 */
export function permutedHeads(
  architecture: ArchitectureName,
  name: string,
  file: string,
  config: JsonObject,
): number | undefined {
  if (architecture !== 'llama') return undefined;
  const heads = needNumber(file, config, 'num_attention_heads');
  if (/self_attn\.q_proj\.(weight|bias)$/.test(name)) return heads;
  if (/self_attn\.k_proj\.(weight|bias)$/.test(name)) return numberAt(config, 'num_key_value_heads') ?? heads;
  return undefined;
}

/**
 * Rows in llama.cpp's order: within each head, row i of the first half, then row i of the second. With `back` from that
 * order to transformers'.
 */
export function permuteRows(
  bytes: Uint8Array,
  rows: number,
  heads: number,
  back = false,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const rowBytes = bytes.length / rows;
  const half = rows / heads / 2;
  for (let to = 0; to < rows; to += 1) {
    const head = Math.floor(to / (2 * half));
    const within = to % (2 * half);
    const from = head * 2 * half + (within % 2) * half + (within >> 1);
    const [source, target] = back ? [to, from] : [from, to];
    out.set(bytes.subarray(source * rowBytes, (source + 1) * rowBytes), target * rowBytes);
  }
  return out;
}
