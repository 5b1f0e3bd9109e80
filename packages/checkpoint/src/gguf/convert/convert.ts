/** From a Hugging Face folder to the content of a GGUF file, in the precision that the folder has. */

import { elementCount } from '../../tensor/tensor.ts';
import { GgufError } from '../format/errors.ts';
import type { GgmlType, GgufMetadata } from '../format/types.ts';
import type { GgufContent, GgufTensorInput } from '../format/write.ts';
import { dequantise } from '../quantise/dequantise.ts';
import {
  type ArchitectureName,
  addHyperparameters,
  architectureOf,
  ggufName,
  llama3RopeFactors,
  permutedHeads,
  permuteRows,
  tiedEmbeddings,
} from './architecture.ts';
import { addByteLevelTokenizer } from './byte-level.ts';
import type { ConvertibleFolder, FolderTensor } from './folder.ts';
import { booleanAt, objectAt, stringAt } from './json.ts';
import { MetadataBuilder } from './metadata.ts';
import { addSentencePieceTokenizer } from './sentencepiece.ts';
import { addWordPieceTokenizer } from './wordpiece.ts';

/** llama.cpp's number for a file mostly in this precision. */
const FILE_TYPE: Readonly<Record<FolderTensor['type'], number>> = { F32: 0, F16: 1, BF16: 32 };

function addTokenizer(out: MetadataBuilder, folder: ConvertibleFolder): void {
  const { tokenizer } = folder;
  const model = objectAt(tokenizer, 'model');
  const type = stringAt(model, 'type');
  if (type !== 'WordPiece' && (folder.sentencePiece || (type === 'BPE' && booleanAt(model, 'byte_fallback'))))
    addSentencePieceTokenizer(out, folder);
  else if (!tokenizer)
    throw new GgufError(
      'GGUF_MISSING',
      folder.path,
      'there is neither a tokenizer.json nor a tokenizer.model',
    );
  else if (type === 'WordPiece') addWordPieceTokenizer(out, folder, tokenizer);
  else if (type === 'BPE') addByteLevelTokenizer(out, folder, tokenizer);
  else
    throw new GgufError(
      'GGUF_UNSUPPORTED',
      `${folder.path}/tokenizer.json`,
      `a tokenizer of type ${type ?? '(none)'} cannot be converted; BPE and WordPiece can`,
    );
}

async function collect(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Vectors, norms and tables of positions are kept in single precision, as llama.cpp expects them. */
const isSmall = (name: string, rank: number) =>
  rank < 2 || name === 'position_embd.weight' || name === 'token_types.weight';

function convertTensor(
  folder: ConvertibleFolder,
  architecture: ArchitectureName,
  tensor: FolderTensor,
): GgufTensorInput | undefined {
  const name = ggufName(architecture, tensor.name, folder.path);
  if (name === undefined || (name === 'output.weight' && tiedEmbeddings(folder.config))) return undefined;
  const dimensions = [...tensor.shape].reverse();
  const single = isSmall(name, dimensions.length);
  const heads = permutedHeads(architecture, tensor.name, folder.path, folder.config);
  const type: GgmlType = single ? 'F32' : tensor.type;
  if (!single && heads === undefined) return { name, type, dimensions, data: () => tensor.data() };
  return {
    name,
    type,
    dimensions,
    async *data() {
      let bytes = await collect(tensor.data());
      if (heads !== undefined) {
        const rows = tensor.shape[0] ?? 0;
        if (rows % (2 * heads) !== 0)
          throw new GgufError(
            'GGUF_TENSOR',
            folder.path,
            `tensor ${tensor.name} has ${rows} rows, which ${heads} heads cannot share in pairs`,
            tensor.name,
          );
        bytes = permuteRows(bytes, rows, heads);
      }
      yield single ? new Uint8Array(dequantise(bytes, tensor.type).buffer) : bytes;
    },
  };
}

/** A number of parameters as names of models have it: 46K, 135M, 7.2B. */
function sizeLabel(parameters: number): string {
  const [scale, suffix] =
    parameters > 1e12
      ? [1e12, 'T']
      : parameters > 1e9
        ? [1e9, 'B']
        : parameters > 1e6
          ? [1e6, 'M']
          : [1e3, 'K'];
  const scaled = parameters / scale;
  return `${scaled.toFixed(Math.round(scaled) < 10 ? 1 : 0)}${suffix}`;
}

function metadataOf(folder: ConvertibleFolder, architecture: ArchitectureName): GgufMetadata {
  const out = new MetadataBuilder();
  const file = `${folder.path}/config.json`;
  out.string('general.architecture', architecture);
  out.string('general.type', 'model');
  out.string('general.name', folder.path.split(/[\\/]/).filter(Boolean).at(-1));
  out.string(
    'general.size_label',
    sizeLabel(folder.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0)),
  );
  addHyperparameters(out, architecture, file, folder.config);
  const matrices = folder.tensors.filter(({ shape }) => shape.length > 1);
  out.uint32('general.file_type', FILE_TYPE[matrices[0]?.type ?? 'F32']);
  if (architecture === 'bert')
    out.uint32('tokenizer.ggml.token_type_count', Number(folder.config.type_vocab_size ?? 1));
  addTokenizer(out, folder);
  out.uint32('general.quantization_version', 2);
  return out.build();
}

/**
 * The model of a folder as the content of a GGUF file: matrices as they are, vectors in single precision.
 * Give it to `writeGguf`, or to `quantiseContent` first.
 *
 * @throws GgufError for an architecture, tokenizer or tensor that cannot be converted
 */
export function convertFolder(folder: ConvertibleFolder): GgufContent {
  const architecture = architectureOf(`${folder.path}/config.json`, folder.config);
  const tensors = folder.tensors.flatMap((tensor) => convertTensor(folder, architecture, tensor) ?? []);
  const factors = llama3RopeFactors(`${folder.path}/config.json`, folder.config);
  if (factors)
    tensors.unshift({
      name: 'rope_freqs.weight',
      type: 'F32',
      dimensions: [factors.length],
      data: () => [new Uint8Array(factors.buffer)],
    });
  if (!tensors.some(({ name }) => name === 'token_embd.weight'))
    throw new GgufError('GGUF_MISSING', folder.path, 'there are no token embeddings among the tensors');
  return { metadata: metadataOf(folder, architecture), tensors };
}
