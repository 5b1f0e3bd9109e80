/** All labs as people see them: for lists and forms, without the engine. To add a lab: its description, here and in the list. */

import { encoderDescription } from './encoder/description.ts';
import { ganVsDiffusionDescription } from './gan-vs-diffusion/description.ts';
import { knowledgeInjectionDescription } from './knowledge-injection/description.ts';
import type { LabDescription } from './lab.ts';
import { mixedPrecisionDescription } from './mixed-precision/description.ts';
import { promptGeneralizationDescription } from './prompt-generalization/description.ts';
import { quantizationDescription } from './quantization/description.ts';
import { reasoningDescription } from './reasoning/description.ts';
import { samplersDescription } from './samplers/description.ts';

export { encoderDescription } from './encoder/description.ts';
export type { EncoderParams } from './encoder/params.ts';
export { ganVsDiffusionDescription } from './gan-vs-diffusion/description.ts';
export type { GanVsDiffusionParams } from './gan-vs-diffusion/params.ts';
export {
  ARM_LABELS,
  knowledgeInjectionDescription,
  RENEWAL_LABELS,
  SLICK_LABELS,
} from './knowledge-injection/description.ts';
export type { KnowledgeInjectionParams } from './knowledge-injection/params.ts';
export {
  type Field,
  type LabDescription,
  type Localised,
  type Measures,
  type Metric,
  type Preset,
  type Summary,
  summarise,
} from './lab.ts';
export { mixedPrecisionDescription } from './mixed-precision/description.ts';
export type { MixedPrecisionParams } from './mixed-precision/params.ts';
export {
  PHRASING_LABELS,
  promptGeneralizationDescription,
  STRATEGY_LABELS,
} from './prompt-generalization/description.ts';
export type { PromptGeneralizationParams } from './prompt-generalization/params.ts';
export { quantizationDescription } from './quantization/description.ts';
export {
  LIVE as QUANTIZATION_LIVE,
  type LiveParams,
  type QuantizationParams,
} from './quantization/params.ts';
export { type Coded, type Convention, type Example, workedExample } from './quantization/worked-example.ts';
export { reasoningDescription } from './reasoning/description.ts';
export type { ReasoningParams } from './reasoning/params.ts';
export { SAMPLER_LABELS, samplersDescription } from './samplers/description.ts';
export { type SamplersParams, STEP_COUNTS } from './samplers/params.ts';

/** A lab whose parameters one does not know by type; its schema does. */
export type AnyLabDescription = LabDescription<Record<string, unknown>>;

/** In the order in which they are listed: that of the document that the product was asked for by. */
export const LAB_DESCRIPTIONS: readonly AnyLabDescription[] = [
  ganVsDiffusionDescription as unknown as AnyLabDescription,
  samplersDescription as unknown as AnyLabDescription,
  promptGeneralizationDescription as unknown as AnyLabDescription,
  knowledgeInjectionDescription as unknown as AnyLabDescription,
  reasoningDescription as unknown as AnyLabDescription,
  quantizationDescription as unknown as AnyLabDescription,
  mixedPrecisionDescription as unknown as AnyLabDescription,
  encoderDescription as unknown as AnyLabDescription,
];
