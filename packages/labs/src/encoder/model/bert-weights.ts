/** The weights of a BERT, found among the tensors of a file under the names that its kind gives them. */
import { isDtype, isFloating, type TensorReader, toFloat32 } from '@viva/checkpoint/browser';
import { EncoderError } from '../errors.ts';
import type { BertConfig } from './bert-config.ts';

/** y = x·weight + bias; `weight` is in × out, row by row, as the product wants it. */
export interface Linear {
  weight: Float32Array<ArrayBuffer>;
  bias: Float32Array<ArrayBuffer>;
  from: number;
  to: number;
}

export interface Norm {
  scale: Float32Array<ArrayBuffer>;
  shift: Float32Array<ArrayBuffer>;
}

export interface BertLayerWeights {
  query: Linear;
  key: Linear;
  value: Linear;
  attentionOutput: Linear;
  attentionNorm: Norm;
  intermediate: Linear;
  output: Linear;
  outputNorm: Norm;
}

export interface BertWeights {
  /** vocabulary × hidden. */
  words: Float32Array<ArrayBuffer>;
  /** positions × hidden. */
  places: Float32Array<ArrayBuffer>;
  /** types × hidden; null for a model without them. */
  types: Float32Array<ArrayBuffer> | null;
  embeddingNorm: Norm;
  layers: BertLayerWeights[];
  /** Null where the file has none. */
  pooler: Linear | null;
  /** A head over the pooled output, one output a label; null where the file has none. */
  classifier: Linear | null;
  /** The head of masked language modelling; null where the file has none. */
  masked: {
    transform: Linear;
    norm: Norm;
    /** vocabulary × hidden: the word embeddings again unless the file has its own. */
    decoder: Float32Array<ArrayBuffer>;
    bias: Float32Array<ArrayBuffer>;
  } | null;
}

interface Names {
  prefix: string;
  words: string;
  places: string;
  types: string | null;
  embeddingNorm: string;
  layer: (at: number) => Record<keyof BertLayerWeights, string>;
  pooler: string | null;
  masked: { transform: string; norm: string; decoder: string; bias: readonly string[] };
}

const BERT: Names = {
  prefix: 'bert.',
  words: 'embeddings.word_embeddings.weight',
  places: 'embeddings.position_embeddings.weight',
  types: 'embeddings.token_type_embeddings.weight',
  embeddingNorm: 'embeddings.LayerNorm',
  layer: (at) => {
    const own = `encoder.layer.${at}`;
    return {
      query: `${own}.attention.self.query`,
      key: `${own}.attention.self.key`,
      value: `${own}.attention.self.value`,
      attentionOutput: `${own}.attention.output.dense`,
      attentionNorm: `${own}.attention.output.LayerNorm`,
      intermediate: `${own}.intermediate.dense`,
      output: `${own}.output.dense`,
      outputNorm: `${own}.output.LayerNorm`,
    };
  },
  pooler: 'pooler.dense',
  masked: {
    transform: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    decoder: 'cls.predictions.decoder.weight',
    bias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
  },
};

const DISTILBERT: Names = {
  ...BERT,
  prefix: 'distilbert.',
  types: null,
  layer: (at) => {
    const own = `transformer.layer.${at}`;
    return {
      query: `${own}.attention.q_lin`,
      key: `${own}.attention.k_lin`,
      value: `${own}.attention.v_lin`,
      attentionOutput: `${own}.attention.out_lin`,
      attentionNorm: `${own}.sa_layer_norm`,
      intermediate: `${own}.ffn.lin1`,
      output: `${own}.ffn.lin2`,
      outputNorm: `${own}.output_layer_norm`,
    };
  },
  pooler: null,
  masked: {
    transform: 'vocab_transform',
    norm: 'vocab_layer_norm',
    decoder: 'vocab_projector.weight',
    bias: ['vocab_projector.bias'],
  },
};

/** out × in, as PyTorch stores it, to in × out. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] as number;
  return out;
}

/**
 * Reads every weight into memory, in single precision.
 * @param onProgress share of the tensors read
 * @throws EncoderError `missing-tensor`, `wrong-shape`, `unsupported-model` (weights that are no floating-point numbers)
 */
export async function readBertWeights(
  tensors: TensorReader,
  config: BertConfig,
  onProgress?: (share: number) => void,
): Promise<BertWeights> {
  const names = config.family === 'bert' ? BERT : DISTILBERT;
  const { hidden, intermediate } = config;
  const total = config.layers * 16 + 8;
  let done = 0;
  // Saved alone, the encoder has no prefix; saved under a head, it has; old files say gamma and beta in norms.
  const spellings = (name: string): string[] =>
    [`${names.prefix}${name}`, name].flatMap((one) => [
      one,
      ...(one.endsWith('.weight') ? [one.replace(/weight$/, 'gamma')] : []),
      ...(one.endsWith('.bias') ? [one.replace(/bias$/, 'beta')] : []),
    ]);
  const has = (name: string): boolean => spellings(name).some((one) => tensors.find(one));
  const read = async (name: string, shape: readonly number[]): Promise<Float32Array<ArrayBuffer>> => {
    const info = spellings(name)
      .map((one) => tensors.find(one))
      .find((one) => one !== undefined);
    if (!info)
      throw new EncoderError(
        'missing-tensor',
        `The weights lack ${name}. Are config.json and the safetensors file of one model?`,
      );
    if (info.shape.join() !== shape.join())
      throw new EncoderError(
        'wrong-shape',
        `${info.name} has the shape [${info.shape.join(', ')}], but config.json asks for [${shape.join(', ')}].`,
      );
    if (!isDtype(info.dtype) || !isFloating(info.dtype))
      throw new EncoderError(
        'unsupported-model',
        `${info.name} is stored as ${info.dtype}. This lab reads weights in float32, float16 or bfloat16.`,
      );
    const values = toFloat32(await tensors.read(info), info.dtype, { tensor: info.name });
    onProgress?.(Math.min(1, ++done / total));
    return values;
  };
  const linear = async (name: string, from: number, to: number): Promise<Linear> => ({
    weight: transposed(await read(`${name}.weight`, [to, from]), to, from),
    bias: await read(`${name}.bias`, [to]),
    from,
    to,
  });
  const norm = async (name: string): Promise<Norm> => ({
    scale: await read(`${name}.weight`, [hidden]),
    shift: await read(`${name}.bias`, [hidden]),
  });
  const words = await read(names.words, [config.vocabulary, hidden]);
  const places = await read(names.places, [config.positions, hidden]);
  const types = names.types === null ? null : await read(names.types, [config.types, hidden]);
  const embeddingNorm = await norm(names.embeddingNorm);
  const layers: BertLayerWeights[] = [];
  for (let at = 0; at < config.layers; at++) {
    const own = names.layer(at);
    layers.push({
      query: await linear(own.query, hidden, hidden),
      key: await linear(own.key, hidden, hidden),
      value: await linear(own.value, hidden, hidden),
      attentionOutput: await linear(own.attentionOutput, hidden, hidden),
      attentionNorm: await norm(own.attentionNorm),
      intermediate: await linear(own.intermediate, hidden, intermediate),
      output: await linear(own.output, intermediate, hidden),
      outputNorm: await norm(own.outputNorm),
    });
  }
  const pooler =
    names.pooler !== null && has(`${names.pooler}.weight`)
      ? await linear(names.pooler, hidden, hidden)
      : null;
  const labels = pooler ? tensors.find('classifier.weight')?.shape[0] : undefined;
  const classifier = labels === undefined ? null : await linear('classifier', hidden, labels);
  const bias = names.masked.bias.find(has);
  const masked =
    bias === undefined || !has(`${names.masked.transform}.weight`)
      ? null
      : {
          transform: await linear(names.masked.transform, hidden, hidden),
          norm: await norm(names.masked.norm),
          decoder: has(names.masked.decoder)
            ? await read(names.masked.decoder, [config.vocabulary, hidden])
            : words,
          bias: await read(bias, [config.vocabulary]),
        };
  return { words, places, types, embeddingNorm, layers, pooler, classifier, masked };
}
