/** All labs as people see them: for lists and forms, without the engine. To add a lab: its description, here and in the list. */
import { encoderDescription } from './encoder/description.ts';
import { ganVsDiffusionDescription } from './gan-vs-diffusion/description.ts';
import type { LabDescription } from './lab.ts';
import { samplersDescription } from './samplers/description.ts';

export { encoderDescription } from './encoder/description.ts';
export type { EncoderParams } from './encoder/params.ts';
export { ganVsDiffusionDescription } from './gan-vs-diffusion/description.ts';
export type { GanVsDiffusionParams } from './gan-vs-diffusion/params.ts';
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

export { SAMPLER_LABELS, samplersDescription } from './samplers/description.ts';
export { type SamplersParams, STEP_COUNTS } from './samplers/params.ts';

/** A lab whose parameters one does not know by type; its schema does. */
export type AnyLabDescription = LabDescription<Record<string, unknown>>;

/** In the order in which they are listed. */
export const LAB_DESCRIPTIONS: readonly AnyLabDescription[] = [
  ganVsDiffusionDescription as unknown as AnyLabDescription,
  samplersDescription as unknown as AnyLabDescription,
  encoderDescription as unknown as AnyLabDescription,
];
