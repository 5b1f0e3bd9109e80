/** The weights that a folder stands for, whatever they are stored as: plain, bitsandbytes' or compressed-tensors'. */

import { FormatError } from '../errors.ts';
import { isRecord } from '../json/strict-json.ts';
import type { ModelFolder } from '../safetensors/folder.ts';
import { type Dtype, isDtype, toFloat32 } from '../tensor/dtype.ts';
import type { TensorInfo, TensorReader } from '../tensor/tensor.ts';
import { dequantizeScales, NESTED_BLOCK } from './double-quant.ts';
import { dequantizeFourBit } from './four-bit.ts';
import { unpackIntegers } from './integer-format.ts';
import { dequantizeInt8Rows } from './llm-int8.ts';
import { decodeState } from './quant-state.ts';

/** How a weight is stored. */
export type Stored = 'plain' | 'bitsandbytes-4bit' | 'bitsandbytes-int8' | 'packed-integers' | 'integers';

export interface LogicalWeight {
  readonly name: string;
  readonly stored: Stored;
  /** The tensors of the file that it is made of. */
  readonly parts: readonly TensorInfo[];
}

export interface LogicalWeights {
  readonly list: readonly LogicalWeight[];
  has(name: string): boolean;
  /** Row-major, in single precision. @throws FormatError naming file and tensor. */
  load(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** Of what `load` gives. */
  shapeOf(name: string): Promise<readonly number[]>;
}

/** Suffixes of tensors that belong to a weight rather than being one. */
const BESIDE =
  /\.(absmax|quant_map|nested_absmax|nested_quant_map|quant_state\..*)$|(^|\.)(SCB|weight_format|weight_scale|weight_zero_point|weight_shape|weight_g_idx|input_scale|input_zero_point)$/;

export function logicalWeights(model: ModelFolder): LogicalWeights {
  const { tensors } = model;
  const bits = packedBits(model);
  const weights = new Map<string, LogicalWeight>();
  for (const tensor of tensors.tensors) {
    if (BESIDE.test(tensor.name)) continue;
    const name = tensor.name.replace(/\.weight_packed$/, '.weight');
    const module = name.replace(/weight$/, '');
    const beside = (suffix: string) => tensors.find(`${module}${suffix}`);
    const state = tensors.tensors.length > 0 ? stateOf(tensors, name) : undefined;
    const stored: Stored =
      tensor.name !== name
        ? 'packed-integers'
        : state
          ? 'bitsandbytes-4bit'
          : tensor.dtype === 'I8' && beside('SCB')
            ? 'bitsandbytes-int8'
            : tensor.dtype === 'I8' && name.endsWith('weight')
              ? 'integers'
              : 'plain';
    weights.set(name, { name, stored, parts: [tensor] });
  }
  const need = (name: string): LogicalWeight => {
    const found = weights.get(name);
    if (!found)
      throw new FormatError('NO_TENSOR', 'is not in this model.', { file: model.folder, tensor: name });
    return found;
  };
  return {
    list: [...weights.values()],
    has: (name) => weights.has(name),
    async load(name) {
      const { stored, parts } = need(name);
      const [tensor] = parts as readonly [TensorInfo];
      if (stored === 'bitsandbytes-4bit') return loadFourBit(tensors, tensor);
      if (stored === 'bitsandbytes-int8') return loadRows(tensors, tensor);
      if (stored === 'plain') return readFloats(tensors, tensor);
      return loadIntegers(tensors, name, tensor, stored === 'packed-integers' ? bits : undefined);
    },
    async shapeOf(name) {
      const { stored, parts } = need(name);
      const [tensor] = parts as readonly [TensorInfo];
      if (stored === 'bitsandbytes-4bit') return (await readState(tensors, tensor)).shape;
      if (stored === 'packed-integers') return packedShape(tensors, name, tensor.file);
      return tensor.shape;
    },
  };
}

const stateOf = (tensors: TensorReader, name: string): TensorInfo | undefined =>
  tensors.find(`${name}.quant_state.bitsandbytes__nf4`) ??
  tensors.find(`${name}.quant_state.bitsandbytes__fp4`);

function packedBits({ config }: ModelFolder): number {
  const quantization = config?.quantization_config;
  const groups = isRecord(quantization) ? quantization.config_groups : undefined;
  const [group] = isRecord(groups) ? Object.values(groups) : [];
  const weights = isRecord(group) ? group.weights : undefined;
  return isRecord(weights) && typeof weights.num_bits === 'number' ? weights.num_bits : 4;
}

async function readFloats(tensors: TensorReader, tensor: TensorInfo): Promise<Float32Array<ArrayBuffer>> {
  const where = { file: tensor.file, tensor: tensor.name };
  if (!isDtype(tensor.dtype))
    throw new FormatError('UNKNOWN_DTYPE', `is of type ${tensor.dtype}, which is not known.`, where);
  return toFloat32(await tensors.read(tensor), tensor.dtype as Dtype, where);
}

async function part(tensors: TensorReader, name: string, file: string): Promise<TensorInfo> {
  const found = tensors.find(name);
  if (!found)
    throw new FormatError('MISSING_TENSOR', 'is missing beside its weight.', { file, tensor: name });
  return found;
}

/** The bytes of a tensor that must be of a type and, so many, long. */
async function readAs(
  tensors: TensorReader,
  tensor: TensorInfo,
  dtype: 'I8' | 'I32',
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { file, name } = tensor;
  const found = tensor.shape.reduce((product, size) => product * size, 1);
  if (tensor.dtype !== dtype || found !== count)
    throw new FormatError(
      'WRONG_LENGTH',
      `has ${found} numbers of type ${tensor.dtype} where ${count} of type ${dtype} belong.`,
      { file, tensor: name },
    );
  return tensors.read(tensor);
}

async function readState(tensors: TensorReader, tensor: TensorInfo) {
  const found = stateOf(tensors, tensor.name) as TensorInfo;
  return decodeState(await tensors.read(found), found.file, found.name);
}

async function loadFourBit(tensors: TensorReader, tensor: TensorInfo): Promise<Float32Array<ArrayBuffer>> {
  const { name, file } = tensor;
  const { type, blockSize, shape, nestedOffset } = await readState(tensors, tensor);
  const count = shape.reduce((product, size) => product * size, 1);
  const stored = await part(tensors, `${name}.absmax`, file);
  let absmax: Float32Array<ArrayBuffer>;
  if (nestedOffset === undefined) absmax = await readFloats(tensors, stored);
  else {
    const codes = await tensors.read(stored);
    const nested = await readFloats(tensors, await part(tensors, `${name}.nested_absmax`, file));
    if (nested.length !== Math.ceil(codes.length / NESTED_BLOCK))
      throw new FormatError(
        'WRONG_LENGTH',
        `has ${nested.length} scales of scales for ${codes.length} scales.`,
        { file, tensor: name },
      );
    absmax = dequantizeScales({ codes, absmax: nested, offset: nestedOffset });
  }
  const packed = await tensors.read(tensor);
  if (packed.length !== Math.ceil(count / 2) || absmax.length !== Math.ceil(count / blockSize))
    throw new FormatError(
      'WRONG_LENGTH',
      `has ${packed.length} bytes and ${absmax.length} scales, which are not those of ${shape.join(' × ')} weights in blocks of ${blockSize}.`,
      { file, tensor: name },
    );
  return dequantizeFourBit({ packed, absmax }, type, blockSize, count);
}

async function loadRows(tensors: TensorReader, tensor: TensorInfo): Promise<Float32Array<ArrayBuffer>> {
  const scales = await part(tensors, tensor.name.replace(/weight$/, 'SCB'), tensor.file);
  const codes = new Int8Array((await tensors.read(tensor)).buffer);
  const absmax = await readFloats(tensors, scales);
  if (absmax.length !== (tensor.shape[0] ?? 0))
    throw new FormatError('WRONG_LENGTH', `has ${absmax.length} scales for ${tensor.shape[0]} rows.`, {
      file: tensor.file,
      tensor: tensor.name,
    });
  return dequantizeInt8Rows({ codes, absmax }, tensor.shape[1] ?? 1);
}

async function packedShape(tensors: TensorReader, name: string, file: string): Promise<readonly number[]> {
  const shape = await part(tensors, `${name}_shape`, file);
  const sizes = [...(await readFloats(tensors, shape))];
  if (sizes.length !== 2 || !sizes.every((size) => Number.isSafeInteger(size) && size > 0))
    throw new FormatError('BAD_SHAPE', `says ${sizes.join(' × ')}, which is no shape of a weight.`, {
      file: shape.file,
      tensor: shape.name,
    });
  return sizes;
}

/** (code − zero point) × scale; scales one a tensor, a row, or a group within a row. */
async function loadIntegers(
  tensors: TensorReader,
  name: string,
  tensor: TensorInfo,
  packedBits: number | undefined,
): Promise<Float32Array<ArrayBuffer>> {
  const { file } = tensor;
  const [rows = 0, columns = 0] =
    packedBits === undefined ? tensor.shape : await packedShape(tensors, name, file);
  const scaleInfo = await part(tensors, `${name}_scale`, file);
  const scales = await readFloats(tensors, scaleInfo);
  const bytes = await tensors.read(tensor);
  const zeroInfo = tensors.find(`${name}_zero_point`);
  const groups = scales.length === 1 ? 1 : scales.length / rows;
  const size = columns / groups;
  if (!Number.isInteger(groups) || !Number.isInteger(size) || groups === 0)
    throw new FormatError('WRONG_LENGTH', `has ${scales.length} scales for ${rows} × ${columns} weights.`, {
      file,
      tensor: name,
    });
  let codes: Int8Array;
  let zeros: Int8Array | undefined;
  if (packedBits === undefined) {
    codes = new Int8Array(bytes.buffer);
    zeros = zeroInfo && new Int8Array((await readAs(tensors, zeroInfo, 'I8', scales.length)).buffer);
  } else {
    codes = unpackIntegers(bytes, packedBits, rows, columns, { file, tensor: name });
    // Zero points are packed along the rows: words × groups.
    if (zeroInfo) {
      const width = Math.ceil((rows * packedBits) / 32);
      const words = new Int32Array((await readAs(tensors, zeroInfo, 'I32', width * groups)).buffer);
      const across = new Int32Array(words.length);
      const height = words.length / groups;
      for (let i = 0; i < height; i++)
        for (let g = 0; g < groups; g++) across[g * height + i] = words[i * groups + g] as number;
      const turned = unpackIntegers(new Uint8Array(across.buffer), packedBits, groups, rows, {
        file,
        tensor: zeroInfo.name,
      });
      zeros = new Int8Array(rows * groups);
      for (let g = 0; g < groups; g++)
        for (let r = 0; r < rows; r++) zeros[r * groups + g] = turned[g * rows + r] as number;
    }
  }
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < values.length; i++) {
    const at = scales.length === 1 ? 0 : Math.floor(i / columns) * groups + Math.floor((i % columns) / size);
    values[i] = ((codes[i] as number) - (zeros?.[at] ?? 0)) * (scales[at] as number);
  }
  return values;
}
