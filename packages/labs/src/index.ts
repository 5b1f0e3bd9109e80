/**
 * Labs: experiments that run what people claim, live in a browser's worker and headless alike.
 * @module
 */

export { type Distribution, type DistributionName, distribution } from './data/distributions.ts';
export { type PairScore, requireCrossEncoder, scorePair } from './encoder/cross-encoder.ts';
export { type Embedded, type EmbedderOptions, embedText } from './encoder/embedder.ts';
export { EncoderError } from './encoder/errors.ts';
export { createEncoderLab } from './encoder/lab.ts';
export { type Encoder, type EncoderFiles, encoderFiles, openEncoder } from './encoder/model/open-encoder.ts';
export type { EncoderFrame, EncoderSession, EncoderView } from './encoder/session.ts';
export { BertTokenizer } from './encoder/tokenizer/bert-tokenizer.ts';
export { loadTokenizer } from './encoder/tokenizer/load-tokenizer.ts';
export {
  type EncoderCorpus,
  type EncoderWorld,
  type SearchableText,
  SHIPPED_ENCODERS,
} from './encoder/world.ts';
export { chooseEngine, EngineError, type EngineName, startEngine } from './engine/engine.ts';
export { createRandom, type Random, streamOf } from './engine/random.ts';
export type { Frame as GanVsDiffusionFrame, View as GanVsDiffusionView } from './gan-vs-diffusion/frame.ts';
export { ganVsDiffusion } from './gan-vs-diffusion/lab.ts';
export type { GanVsDiffusionParams } from './gan-vs-diffusion/params.ts';
export type { GanVsDiffusionSession, Part as GanVsDiffusionPart } from './gan-vs-diffusion/session.ts';
export { knowledgeInjection } from './knowledge-injection/lab.ts';
export type { KnowledgeInjectionParams } from './knowledge-injection/params.ts';
export type { Frame as KnowledgeInjectionFrame } from './knowledge-injection/session.ts';
export {
  type DrawnSession,
  type Field,
  type Lab,
  type LabDescription,
  type Localised,
  type Measures,
  type Metric,
  type Preset,
  type RunProgress,
  runLab,
  type Session,
  type Summary,
  summarise,
} from './lab.ts';
export { mmd, slicedWasserstein } from './measures/distances.ts';
export { countModes, type ModeCount } from './measures/modes.ts';
export type { ArmId } from './mixed-precision/arm.ts';
export { mixedPrecision } from './mixed-precision/lab.ts';
export type {
  Frame as MixedPrecisionFrame,
  MixedPrecisionSession,
  View as MixedPrecisionView,
} from './mixed-precision/session.ts';
export { promptGeneralization } from './prompt-generalization/lab.ts';
export type { PromptGeneralizationParams } from './prompt-generalization/params.ts';
export type { Frame as PromptGeneralizationFrame } from './prompt-generalization/session.ts';
export type { Drawing, Histogram } from './quantization/drawing.ts';
export { quantization } from './quantization/lab.ts';
export { DEFAULT_SCHEME, type Scheme } from './quantization/schemes.ts';
export type {
  Frame as QuantizationFrame,
  QuantizationSession,
  View as QuantizationView,
} from './quantization/session.ts';
export type { Point, ShiftPoint } from './quantization/sweep.ts';
export {
  type ListedTensor,
  type OpenedFile,
  openDropped,
  reportOf,
  type SchemeRow,
  type TensorReport,
} from './quantization/tensor-report.ts';
export type { ReasoningFrame, ReasoningView, SearchTree, TreeNode } from './reasoning/frame.ts';
export { reasoning } from './reasoning/lab.ts';
export { samplers } from './samplers/lab.ts';
export type { SamplersParams } from './samplers/params.ts';
export type { SamplerName } from './samplers/samplers.ts';
export type {
  Frame as SamplersFrame,
  SamplersSession,
  View as SamplersView,
} from './samplers/session.ts';
export type { TrialResult } from './samplers/trial.ts';
