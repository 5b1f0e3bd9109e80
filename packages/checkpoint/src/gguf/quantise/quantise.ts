/** Quantises a whole model: decides every tensor's type, and converts the tensors as they are written. */
import {
  type ErrorSums,
  mergeErrors,
  noError,
  type QuantError,
  summarizeError,
} from '../../quantize/error-measure.ts';
import { GgufError } from '../format/errors.ts';
import type { GgufFile } from '../format/read.ts';
import {
  GGML_TYPES,
  type GgmlType,
  type GgufMetadata,
  type GgufValue,
  tensorBytes,
} from '../format/types.ts';
import type { GgufContent, GgufTensorInput } from '../format/write.ts';
import { convertStream } from './convert-stream.ts';
import { DEQUANTISABLE } from './dequantise.ts';
import { TARGET_TYPES, type TargetType } from './kernels.ts';
import type { QuantisePool } from './pool.ts';
import { assignTypes, compareNames, type ModelShape, SCHEMES, type SchemeName } from './scheme.ts';

/** Version of the quantised formats that this package writes (ggml's GGML_QNT_VERSION). */
const QUANTISATION_VERSION = 2;

export interface QuantiseOptions {
  readonly scheme: SchemeName;
  readonly pool: QuantisePool;
  /** What messages call the model. */
  readonly name: string;
  /** Whether tensors that are quantised already may be quantised once more, at a further loss. */
  readonly requantise?: boolean;
  /** Every matrix in the scheme's own type, instead of its mixture. */
  readonly pure?: boolean;
  /** Called when a tensor has been converted; what is lost is measured only with it. */
  readonly onTensor?: ((report: TensorConversion) => void) | undefined;
}

/** What became of a tensor. */
export interface TensorConversion {
  readonly name: string;
  readonly from: GgmlType;
  readonly to: GgmlType;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Against the values that came in; where those were quantised already, their own loss is not in it. */
  readonly error: QuantError;
}

/** The tensors and metadata of an open GGUF file, as content to be written. */
export function contentOf(file: GgufFile): GgufContent {
  return {
    metadata: file.metadata,
    tensors: file.tensors.map((tensor) => ({
      name: tensor.name,
      type: tensor.type,
      dimensions: tensor.dimensions,
      data: () => file.stream(tensor),
    })),
  };
}

function metadataNumber(metadata: GgufMetadata, key: string): number | undefined {
  const entry = metadata.get(key);
  if (typeof entry?.value === 'number') return entry.value;
  if (typeof entry?.value === 'bigint') return Number(entry.value);
  if (entry?.type === 'array' && entry.of !== 'string' && entry.value.length > 0)
    return Number(entry.value[0]);
  return undefined;
}

/**
 * The figures in a model's metadata that its mixture of types depends on.
 *
 * @throws GgufError `GGUF_MISSING` without architecture or number of layers
 */
export function modelShape(metadata: GgufMetadata, name: string): ModelShape {
  const architecture = metadata.get('general.architecture');
  if (architecture?.type !== 'string')
    throw new GgufError(
      'GGUF_MISSING',
      name,
      'the metadata lack general.architecture; is this a language model?',
    );
  const prefix = architecture.value;
  const layers = metadataNumber(metadata, `${prefix}.block_count`);
  if (layers === undefined)
    throw new GgufError('GGUF_MISSING', name, `the metadata lack ${prefix}.block_count`);
  const heads = metadataNumber(metadata, `${prefix}.attention.head_count`) ?? 1;
  return {
    architecture: prefix,
    layers,
    heads,
    kvHeads: metadataNumber(metadata, `${prefix}.attention.head_count_kv`) ?? heads,
    experts: metadataNumber(metadata, `${prefix}.expert_count`) ?? 0,
  };
}

function quantisedMetadata(metadata: GgufMetadata, fileType: number): GgufMetadata {
  const out = new Map<string, GgufValue>(metadata);
  for (const key of ['split.no', 'split.count', 'split.tensors.count']) out.delete(key);
  for (const [key, value] of [
    ['general.quantization_version', QUANTISATION_VERSION],
    ['general.file_type', fileType],
  ] as const) {
    out.delete(key);
    out.set(key, { type: 'uint32', value });
  }
  return out;
}

const isTarget = (type: GgmlType): type is TargetType => (TARGET_TYPES as readonly GgmlType[]).includes(type);
const isPlain = (type: GgmlType) => type === 'F32' || type === 'F16' || type === 'BF16';

function converted(tensor: GgufTensorInput, to: GgmlType, options: QuantiseOptions): GgufTensorInput {
  const { name, pool, requantise, onTensor } = options;
  const refuse = (message: string) =>
    new GgufError('GGUF_UNSUPPORTED', name, `tensor ${tensor.name} ${message}`, tensor.name);
  if (to === tensor.type) return tensor;
  if (!isTarget(to)) throw refuse(`cannot be converted to ${to}`);
  if (!DEQUANTISABLE.has(tensor.type))
    throw refuse(`is of type ${tensor.type}, which cannot be converted to ${to}`);
  if (!isPlain(tensor.type) && !requantise)
    throw refuse(
      `is quantised already (${tensor.type}); quantising it again loses more. Start from F16 or F32, or allow it (requantise; on the command line --requantize)`,
    );
  const row = tensor.dimensions[0] ?? 1;
  return {
    ...tensor,
    type: to,
    async *data() {
      const sums = noError();
      yield* convertStream(tensor.data(), tensor.type, to, {
        pool,
        onError: onTensor && ((piece: ErrorSums) => mergeErrors(sums, piece)),
        sourceBlockBytes: GGML_TYPES[tensor.type].blockBytes,
        fault: ({ element, reason }) =>
          new GgufError(
            'GGUF_NOT_FINITE',
            name,
            reason === 'not_finite'
              ? `tensor ${tensor.name} holds an infinite value or NaN at element ${element} (row ${Math.floor(element / row)}, column ${element % row}); the weights are damaged`
              : `tensor ${tensor.name} is too large for ${to} near element ${element} (row ${Math.floor(element / row)}): its scale overflows half precision`,
            tensor.name,
          ),
      });
      const bytes = (type: GgmlType) => tensorBytes(type, tensor.dimensions) ?? 0;
      onTensor?.({
        ...{ name: tensor.name, from: tensor.type, to },
        ...{ bytesBefore: bytes(tensor.type), bytesAfter: bytes(to), error: summarizeError(sums) },
      });
    },
  };
}

/**
 * The same model under a scheme. Nothing is computed until the tensors' data are asked for, one after another.
 * Tensors come in llama-quantize's order and with its choice of types, so that the file is the one that it writes.
 *
 * @throws GgufError when a tensor cannot be converted; while data are read also where a weight is not finite
 */
export function quantiseContent(content: GgufContent, options: QuantiseOptions): GgufContent {
  const { scheme, name, pure } = options;
  const shape = modelShape(content.metadata, name);
  const types = assignTypes(content.tensors, scheme, shape, { pure });
  return {
    metadata: quantisedMetadata(content.metadata, SCHEMES[scheme].fileType),
    tensors: [...content.tensors]
      .sort((a, b) => compareNames(a.name, b.name))
      .map((tensor) => converted(tensor, types.get(tensor.name) ?? tensor.type, options)),
  };
}
