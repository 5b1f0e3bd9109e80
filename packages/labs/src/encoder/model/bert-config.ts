/** config.json of a BERT: what the forward pass needs, and a refusal by name for what it cannot do. */
import { EncoderError, isRecord } from '../errors.ts';

export type Activation = 'gelu' | 'gelu-tanh' | 'relu' | 'silu';

export interface BertConfig {
  /** How the tensors are named. */
  family: 'bert' | 'distilbert';
  vocabulary: number;
  hidden: number;
  layers: number;
  heads: number;
  intermediate: number;
  activation: Activation;
  /** Added to the variance in layer norms. */
  epsilon: number;
  positions: number;
  /** 0: the model has no token types (DistilBERT). */
  types: number;
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
};

/** Why kin of BERT are not opened, by their `model_type`. */
const KIN: Readonly<Record<string, string>> = {
  roberta: 'its positions begin after the padding number and its tokenizer is byte-level BPE',
  'xlm-roberta': 'its positions begin after the padding number and its tokenizer is SentencePiece',
  camembert: 'it is a RoBERTa with a SentencePiece tokenizer',
  albert: 'its layers share weights and its embeddings are factorised',
  electra: 'its embeddings may be narrower than its layers',
  deberta: 'its attention separates content from position',
  'deberta-v2': 'its attention separates content from position',
  mpnet: 'its attention has relative position biases',
  modernbert: 'it has rotary positions and alternating local attention',
  nomic_bert: 'it has rotary positions',
  roformer: 'it has rotary positions',
  megatron_bert: 'its layer norms stand before the layers',
  xlnet: 'it is autoregressive over permutations',
};

/**
 * @throws EncoderError `bad-config` where a setting is missing or impossible, `unsupported-model` where it is one that this
 *   lab does not compute, naming it
 */
export function readBertConfig(text: string): BertConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EncoderError('bad-config', `config.json is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isRecord(value)) throw new EncoderError('bad-config', 'config.json holds no JSON object.');
  const config = value;
  const type = typeof config.model_type === 'string' ? config.model_type : 'bert';
  if (type !== 'bert' && type !== 'distilbert')
    throw new EncoderError(
      'unsupported-model',
      `model_type is ${JSON.stringify(type)}: ${KIN[type] ?? 'this lab computes bert and distilbert'}. Open a BERT or DistilBERT.`,
    );
  const refuse = (setting: string, why: string): never => {
    throw new EncoderError(
      'unsupported-model',
      `${setting} is ${JSON.stringify(config[setting])}: ${why}. This lab cannot compute it.`,
    );
  };
  const positions = config.position_embedding_type;
  if (positions !== undefined && positions !== null && positions !== 'absolute')
    refuse('position_embedding_type', 'positions other than absolute ones change the attention');
  if (config.is_decoder === true) refuse('is_decoder', 'a decoder sees only what came before');
  if (config.add_cross_attention === true) refuse('add_cross_attention', 'it needs a second input');
  if (isRecord(config.quantization_config))
    throw new EncoderError(
      'unsupported-model',
      'quantization_config is set: the weights are quantised. Open the model in float16, bfloat16 or float32.',
    );
  const names: Record<string, string> =
    type === 'bert'
      ? {
          hidden: 'hidden_size',
          layers: 'num_hidden_layers',
          heads: 'num_attention_heads',
          intermediate: 'intermediate_size',
          activation: 'hidden_act',
        }
      : {
          hidden: 'dim',
          layers: 'n_layers',
          heads: 'n_heads',
          intermediate: 'hidden_dim',
          activation: 'activation',
        };
  const whole = (name: string, usual?: number): number => {
    const found = config[name] ?? usual;
    if (typeof found === 'number' && Number.isSafeInteger(found) && found > 0 && found < 2 ** 31)
      return found;
    throw new EncoderError(
      'bad-config',
      `${name} in config.json is ${JSON.stringify(found) ?? 'missing'}; a whole number above zero is needed.`,
    );
  };
  const hidden = whole(names.hidden as string);
  const heads = whole(names.heads as string);
  if (hidden % heads !== 0)
    throw new EncoderError(
      'bad-config',
      `${names.hidden} is ${hidden}, no multiple of ${names.heads} ${heads}: the heads would have no whole width.`,
    );
  const embedding = config.embedding_size;
  if (typeof embedding === 'number' && embedding !== hidden)
    refuse('embedding_size', `embeddings narrower or wider than ${names.hidden}`);
  const act = config[names.activation as string] ?? 'gelu';
  const activation = typeof act === 'string' ? ACTIVATIONS[act] : undefined;
  if (!activation)
    throw new EncoderError(
      'unsupported-model',
      `${names.activation} is ${JSON.stringify(act)}; known are ${Object.keys(ACTIVATIONS).join(', ')}.`,
    );
  const epsilon = config.layer_norm_eps ?? 1e-12;
  if (typeof epsilon !== 'number' || !(epsilon > 0 && epsilon < 1))
    throw new EncoderError(
      'bad-config',
      `layer_norm_eps is ${JSON.stringify(epsilon)}, not a small positive number.`,
    );
  return {
    family: type,
    vocabulary: whole('vocab_size'),
    hidden,
    layers: whole(names.layers as string),
    heads,
    intermediate: whole(names.intermediate as string),
    activation,
    epsilon,
    positions: whole('max_position_embeddings', 512),
    types: type === 'bert' ? whole('type_vocab_size', 2) : 0,
  };
}
