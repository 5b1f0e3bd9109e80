/**
 * Which type each tensor of a model gets under a scheme such as Q4_K_M: the mixtures of llama-quantize (without an
 * importance matrix), so that the same scheme means the same file here and there.
 */
import type { GgmlType } from '../format/types.ts';
import { BLOCKS, type TargetType } from './kernels.ts';

interface SchemeInfo {
  /** The type that most matrices get. */
  readonly type: TargetType;
  /** The number that `general.file_type` has for it (llama.cpp's `llama_ftype`). */
  readonly fileType: number;
  readonly about: string;
}

export const SCHEMES = {
  f32: { type: 'F32', fileType: 0, about: 'single precision' },
  f16: { type: 'F16', fileType: 1, about: 'half precision' },
  bf16: { type: 'BF16', fileType: 32, about: 'bfloat16' },
  q8_0: { type: 'Q8_0', fileType: 7, about: '8.5 bits a weight, hardly a loss' },
  q6_k: { type: 'Q6_K', fileType: 18, about: '6.6 bits a weight' },
  q5_k_m: { type: 'Q5_K', fileType: 17, about: 'about 5.7 bits; Q6_K for half of attn_v and ffn_down' },
  q5_k_s: { type: 'Q5_K', fileType: 16, about: 'about 5.5 bits' },
  q4_k_m: { type: 'Q4_K', fileType: 15, about: 'about 4.8 bits; Q6_K for half of attn_v and ffn_down' },
  q4_k_s: { type: 'Q4_K', fileType: 14, about: 'about 4.6 bits' },
  iq4_nl: { type: 'IQ4_NL', fileType: 25, about: '4.5 bits, unevenly spaced levels' },
  q4_0: { type: 'Q4_0', fileType: 2, about: '4.5 bits, one scale a block of 32' },
} as const satisfies Record<string, SchemeInfo>;

export type SchemeName = keyof typeof SCHEMES;

/** Whether a word names a scheme. */
export function isScheme(name: string): name is SchemeName {
  return Object.hasOwn(SCHEMES, name);
}

/** What the choice of types depends on besides the tensors' names. */
export interface ModelShape {
  /** `general.architecture` */
  readonly architecture: string;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values. */
  readonly kvHeads: number;
  /** Experts of a mixture, 0 for a dense model. */
  readonly experts: number;
}

export interface TensorShape {
  readonly name: string;
  readonly type: GgmlType;
  readonly dimensions: readonly number[];
}

/** Sorts as llama.cpp keeps tensors: those outside the layers first, then layer by layer, by name within. */
export function compareNames(a: string, b: string): number {
  const layer = (name: string) => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);
  const difference = layer(a) - layer(b);
  if (difference !== 0) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

const KEPT = ['_norm.weight', 'ffn_gate_inp.weight', 'ssm_conv1d', 'attn_rel_b.weight'];

/** Whether a tensor is one that is quantised at all: a matrix of weights, not a norm, router or position table. */
function isQuantised({ name, dimensions }: TensorShape): boolean {
  const rank = dimensions.reduce((most, size, axis) => (size > 1 ? axis + 1 : most), 1);
  if (rank < 2 || !name.endsWith('weight')) return false;
  if (name === 'position_embd.weight' || name === 'token_types.weight') return false;
  return !KEPT.some((part) => name.includes(part));
}

/** The first and last eighth of the layers, and every third between. */
const moreBits = (layer: number, layers: number): boolean => {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
};

interface Counters {
  attentionV: number;
  attentionVs: number;
  ffnDown: number;
}

const isAttentionV = (name: string) =>
  ['attn_v.weight', 'attn_qkv.weight', 'attn_kv_b.weight'].some((part) => name.includes(part));

function attentionV(scheme: SchemeName, type: TargetType, model: ModelShape, counters: Counters): TargetType {
  const layer = counters.attentionV;
  counters.attentionV += 1;
  let chosen = type;
  if (scheme === 'iq4_nl' && model.heads / model.kvHeads >= 4) chosen = 'Q5_K';
  else if ((scheme === 'q4_k_m' || scheme === 'q5_k_m') && moreBits(layer, counters.attentionVs))
    chosen = 'Q6_K';
  else if (scheme === 'q4_k_s' && layer < 4) chosen = 'Q5_K';
  // Models of 70 B share one value head among eight query heads, so the matrix is small and worth more bits.
  const shared =
    model.layers === 80 &&
    (model.architecture === 'qwen2' || (model.architecture === 'llama' && model.heads !== model.kvHeads));
  if (shared && chosen === 'Q4_K') chosen = 'Q5_K';
  return model.experts === 8 ? 'Q8_0' : chosen;
}

function ffnDown(scheme: SchemeName, type: TargetType, layer: number, layers: number): TargetType {
  const early = layer < Math.floor(layers / 8);
  if ((scheme === 'q4_k_m' || scheme === 'q5_k_m') && moreBits(layer, layers)) return 'Q6_K';
  if ((scheme === 'iq4_nl' || scheme === 'q4_k_s') && early) return 'Q5_K';
  return type;
}

function mixed(
  scheme: SchemeName,
  tensor: TensorShape,
  model: ModelShape,
  tied: boolean,
  counters: Counters,
): TargetType {
  const { type } = SCHEMES[scheme];
  const { name, dimensions } = tensor;
  if (name === 'output.weight' || (tied && name === 'token_embd.weight')) {
    if ((dimensions[0] ?? 0) % BLOCKS[type].size !== 0) return 'Q8_0';
    return type === 'Q8_0' ? type : 'Q6_K';
  }
  if (name === 'token_embd.weight') return type;
  if (isAttentionV(name)) return attentionV(scheme, type, model, counters);
  if (name.includes('attn_k.weight')) return model.experts === 8 ? 'Q8_0' : type;
  if (name.includes('attn_q.weight')) return type;
  if (name.includes('attn_output.weight')) {
    const raised = scheme === 'q4_k_s' || scheme === 'q4_k_m' || scheme === 'iq4_nl';
    return model.experts === 8 && raised ? 'Q5_K' : type;
  }
  if (name.includes('ffn_up') || name.includes('ffn_gate')) return type;
  if (name.includes('ffn_down')) {
    const layer = model.experts > 1 ? Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0) : counters.ffnDown;
    counters.ffnDown += 1;
    return ffnDown(scheme, type, layer, model.layers);
  }
  return type;
}

/** A type of smaller blocks where a row is not a whole number of blocks of the chosen one. */
function fitting(type: TargetType, row: number): TargetType {
  if (row % BLOCKS[type].size === 0) return type;
  const smaller: Partial<Record<TargetType, TargetType>> = { Q4_K: 'Q5_0', Q5_K: 'Q5_1', Q6_K: 'Q8_0' };
  const fallback = smaller[type] ?? type;
  return row % BLOCKS[fallback].size === 0 ? fallback : 'F16';
}

/**
 * The type of every tensor under a scheme. Tensors are looked at in the order of {@link compareNames}, whatever the
 * order given: some choices depend on how many came before. `pure` leaves the mixture out.
 */
export function assignTypes(
  tensors: readonly TensorShape[],
  scheme: SchemeName,
  model: ModelShape,
  { pure = false }: { pure?: boolean | undefined } = {},
): Map<string, GgmlType> {
  const ordered = [...tensors].sort((a, b) => compareNames(a.name, b.name));
  const tied = !ordered.some(({ name }) => name === 'output.weight');
  const counters: Counters = {
    attentionV: 0,
    attentionVs: ordered.filter(({ name }) => isAttentionV(name)).length,
    ffnDown: 0,
  };
  const base = SCHEMES[scheme].type;
  const plain = BLOCKS[base].size === 1;
  const types = new Map<string, GgmlType>();
  for (const tensor of ordered) {
    if (!isQuantised(tensor)) types.set(tensor.name, tensor.type);
    else if (plain) types.set(tensor.name, base);
    else
      types.set(
        tensor.name,
        fitting(pure ? base : mixed(scheme, tensor, model, tied, counters), tensor.dimensions[0] ?? 1),
      );
  }
  return types;
}
