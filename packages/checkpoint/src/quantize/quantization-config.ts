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
