/** Language models behind one interface, and what Viva does with them. */
export {
  AssistantError,
  BudgetError,
  ConfigurationError,
  DataFileError,
  ModelError,
  StructuredOutputError,
} from './errors.ts';
export {
  answerPractice,
  beginPractice,
  chooseProbe,
  type Practice,
  type PracticeOptions,
  type PracticeTurn,
  practiceTranscript,
} from './interview/practice.ts';
export { type AnchorFeedback, type AnswerReview, reviewAnswer } from './interview/review-answer.ts';
export { type CacheCounts, cachedModel } from './model/cached-model.ts';
export { checkModel, type ModelCheck } from './model/check-model.ts';
export {
  configurationFile,
  configuredModel,
  HOW_TO_SET_UP,
  type ModelConfiguration,
  type OpenOptions,
  openModel,
  readConfiguration,
  removeConfiguration,
  writeConfiguration,
} from './model/configuration.ts';
export { type GuardOptions, guardModel } from './model/guard-model.ts';
export type {
  Embeddings,
  FinishReason,
  RelevanceScores,
  Role,
  StreamPart,
  TokenLogProbability,
} from './model/language-model.ts';
export { type LlamaCppOptions, llamaCppModel } from './model/llama-cpp.ts';
export { type OpenAiCompatibleOptions, openAiCompatibleModel } from './model/openai-compatible.ts';
export {
  type ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedReply,
  scriptedModel,
} from './model/scripted-model.ts';
export { extractJson, generateStructured, type Structured } from './model/structured.ts';
export { type Reservation, TokenBudget } from './model/token-budget.ts';
export {
  BASELINES_FILE,
  compareWorstCase,
  type PromptBaseline,
  type PromptBaselines,
  readBaselines,
  toBaseline,
  type WorstCaseChange,
} from './prompt-check/baseline.ts';
export {
  type Cell,
  CHECK_PLANS,
  type CheckItem,
  type CheckPlan,
  type CheckTask,
  countAnswers,
  measurePrompt,
  type PromptMeasure,
} from './prompt-check/measure.ts';
export { PERTURBATIONS, type Perturbation, perturb } from './prompt-check/perturb.ts';
export { checkTasks } from './prompt-check/tasks.ts';
export { OWN, type Template, templatesOf } from './prompt-check/variants.ts';
export { type Prompt, renderPrompt } from './prompts/prompt.ts';
export {
  checkPrompts,
  PROMPTS_FOLDER,
  type PromptFinding,
  type PromptVersions,
  prompt,
} from './prompts/prompt-file.ts';
export {
  type Attack,
  type AttackSet,
  loadAttacks,
  loadPassages,
  type PassageSet,
} from './rater/attack-set.ts';
export {
  type InjectionCase,
  type InjectionReport,
  type InjectionTrial,
  type MeasureOptions,
  measureInjections,
} from './rater/injections.ts';
export { clusterInterval, type MovementSummary, signTest } from './rater/movement.ts';
export { rateByAnchors } from './rater/rate-by-anchors.ts';
export {
  RATING_STRATEGIES,
  type RatingStrategy,
  rateByStrategy,
  ratingPrompt,
  type StrategyOptions,
  type StrategyRating,
  type Vote,
} from './rater/rate-by-strategy.ts';
export {
  type AdvisoryRating,
  type Evidence,
  type RateOptions,
  rateTranscript,
} from './rater/rate-transcript.ts';
export { type ScreenCase, type ScreenedAttack, screenAttacks } from './rater/screen/measure-screen.ts';
export {
  SCREEN_VERSION,
  type ScreenedTranscript,
  type SetAside,
  screenTranscript,
} from './rater/screen/screen-transcript.ts';
export { SCREEN_REASONS, type ScreenReason } from './rater/screen/signals.ts';
export { candidateSpeech, isQuoted } from './rater/transcript.ts';
export * from './reasoning.ts';
export { type AnswerOptions, answerQuestion, type BankAnswer } from './retrieval/answer-question.ts';
export { type Bm25Hit, Bm25Index, type Bm25Options, type Field } from './retrieval/bm25.ts';
export { evaluateRetrieval, type RankingQuality, type RetrievalReport } from './retrieval/evaluate.ts';
export { type FindOptions, type FoundQuestion, findQuestions } from './retrieval/find-questions.ts';
export { type FusedScore, fuseScores } from './retrieval/fuse-scores.ts';
export { bankPassages, type Passage, type PassageSection } from './retrieval/passages.ts';
export { type LabelledQuery, loadQuerySet, type QueryKind, type QuerySplit } from './retrieval/query-set.ts';
export {
  type NearestPassages,
  type RetrievedPassage,
  Retriever,
  type RetrieverOptions,
} from './retrieval/retriever.ts';
export { type VectorHit, VectorIndex } from './retrieval/vector-index.ts';
