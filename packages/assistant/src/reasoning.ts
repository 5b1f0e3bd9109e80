/**
 * Reasoning strategies without anything of Node: they run in a browser's worker too.
 * @module
 */
export {
  addUsage,
  estimateMessages,
  estimateTokens,
  type GenerateOptions,
  type Generation,
  type LanguageModel,
  type Message,
  NO_USAGE,
  totalTokens,
  type Usage,
} from './model/language-model.ts';
export { solve24, type Verdict, verify24 } from './reasoning/game-of-24.ts';
export {
  apply,
  equals,
  OPERATORS,
  type Operator,
  type Rational,
  rational,
  readRational,
  show,
} from './reasoning/rational.ts';
export {
  type BestOf,
  type BestOfOptions,
  bestOf,
  chainOfThought,
  direct,
  type Example,
  type Reasoned,
  type ReasonOptions,
  readAnswer,
  type SelfConsistencyOptions,
  type SelfConsistent,
  selfConsistency,
} from './reasoning/strategies.ts';
export { type Tree24Options, tree24 } from './reasoning/tree-of-24.ts';
export {
  type TreeLevel,
  type TreeOptions,
  type TreeProblem,
  type TreeResult,
  treeOfThoughts,
} from './reasoning/tree-of-thoughts.ts';
