/** Language models behind one interface, and what Viva does with them. */
export {
  AssistantError,
  BudgetError,
  ConfigurationError,
  DataFileError,
  ModelError,
  StructuredOutputError,
} from './errors.ts';
export { type GuardOptions, guardModel } from './model/guard-model.ts';
export {
  addUsage,
  type Embeddings,
  estimateMessages,
  estimateTokens,
  type FinishReason,
  type GenerateOptions,
  type Generation,
  type LanguageModel,
  type Message,
  NO_USAGE,
  type Role,
  type StreamPart,
  type TokenLogProbability,
  totalTokens,
  type Usage,
} from './model/language-model.ts';
export { type OpenAiCompatibleOptions, openAiCompatibleModel } from './model/openai-compatible.ts';
export {
  type ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedReply,
  scriptedModel,
} from './model/scripted-model.ts';
export { extractJson, generateStructured, type Structured } from './model/structured.ts';
export { type Reservation, TokenBudget } from './model/token-budget.ts';
