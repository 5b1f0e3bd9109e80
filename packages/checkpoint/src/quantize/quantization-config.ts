/** The part of config.json by which transformers recognises a quantised model. */

import { integerConfig } from './integer-format.ts';
import type { TorchFloat } from './quant-state.ts';
import type { WeightScheme } from './quantize-tensor.ts';
import { moduleOf } from './select.ts';

/**
 * The fields of transformers' `BitsAndBytesConfig`, or of compressed-tensors for plain integers.
 * @param kept Names of two-dimensional weights that stay as they are: their modules must not be replaced.
 * @param lmHead Whether the output head is quantised.
 */
export function quantizationConfig(
  scheme: WeightScheme,
  computeDtype: TorchFloat,
  kept: readonly string[],
  lmHead: boolean,
): Record<string, unknown> {
  if (scheme.kind === 'int') {
    const ignored = new Set(kept.map(moduleOf));
    if (!lmHead) ignored.add('lm_head');
    return integerConfig(scheme, [...ignored].sort());
  }
  const four = scheme.kind !== 'int8';
  // A head that shares the embedding's weights has no tensor of its own, and still must be named.
  const skip = new Set(kept.map(moduleOf));
  if (!lmHead) skip.add('lm_head');
  return {
    quant_method: 'bitsandbytes',
    _load_in_4bit: four,
    _load_in_8bit: !four,
    load_in_4bit: four,
    load_in_8bit: !four,
    bnb_4bit_compute_dtype: four ? computeDtype : 'float32',
    bnb_4bit_quant_storage: 'uint8',
    bnb_4bit_quant_type: four ? scheme.kind : 'fp4',
    bnb_4bit_use_double_quant: four && scheme.doubleQuant,
    llm_int8_enable_fp32_cpu_offload: false,
    llm_int8_has_fp16_weight: false,
    llm_int8_skip_modules: [...skip].sort(),
    llm_int8_threshold: 6.0,
  };
}

/**
 * Adds the configuration to the text of a config.json and leaves every other character as it was.
 * @param text A JSON object, already checked, without `quantization_config`.
 */
export function withQuantizationConfig(text: string, config: Readonly<Record<string, unknown>>): string {
  const body = text.trimEnd().replace(/\s*}$/, '');
  // transformers refuses a threshold that is no float, and JavaScript writes 6.0 as 6.
  const json = JSON.stringify(config, null, 2).replace(/("llm_int8_threshold": \d+)(?=[,\n])/, '$1.0');
  const comma = body.trim() === '{' ? '' : ',';
  return `${body}${comma}\n  "quantization_config": ${json.replaceAll('\n', '\n  ')}\n}\n`;
}

/**
 * Takes the configuration out of the text of a config.json and leaves every other character as it was.
 * @param text A JSON object, already checked.
 */
export function withoutQuantizationConfig(text: string): string {
  const span = memberSpan(text, 'quantization_config');
  if (!span) return text;
  const before = text.slice(0, span.from).trimEnd();
  const after = text.slice(span.to).trimStart();
  // The comma that stood before it goes, or, where it came first, the one after it.
  if (before.endsWith(',')) return `${before.slice(0, -1)}${after.startsWith(',') ? '' : '\n'}${after}`;
  return `${before}\n  ${after.replace(/^,\s*/, '')}`;
}

/** Where a member of the outermost object stands, from its name to the end of its value. */
function memberSpan(text: string, name: string): { from: number; to: number } | undefined {
  let depth = 0;
  let found: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    if (letter === '"') {
      const end = stringEnd(text, at);
      const named = depth === 1 && text.slice(at + 1, end) === name && /^\s*:/.test(text.slice(end + 1));
      if (named && found === undefined) found = at;
      at = end;
    } else if (letter === '{' || letter === '[') depth++;
    else if (letter === '}' || letter === ']') {
      depth--;
      if (found !== undefined && depth === 0) return { from: found, to: text.slice(0, at).trimEnd().length };
    } else if (letter === ',' && depth === 1 && found !== undefined) return { from: found, to: at };
  }
  return undefined;
}

function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
