/** All labs as people see them: for lists and forms, without the engine. */
export { ganVsDiffusionDescription } from './gan-vs-diffusion/description.ts';
export type { GanVsDiffusionParams } from './gan-vs-diffusion/params.ts';
export type { Field, LabDescription, Localised, Measures, Metric, Preset } from './lab.ts';
