/** The question bank: reading and checking. Import and export are under `@viva/bank/exchange`. */
export {
  type Assertion,
  AssertionError,
  type AssertionVerdict,
  judge,
  parseAssertion,
} from './assertion.ts';
export { type ContentFinding, checkContent, type Surroundings, tidyContent } from './check-content.ts';
export { checkKit } from './check-kit.ts';
export { type QuestionContent, toQuestion } from './content.ts';
export { canonicalJson, contentHash } from './hash.ts';
export { checkBank, loadBank, readBank } from './load.ts';
export {
  HEADINGS,
  parseQuestionMarkdown,
  parseTranscriptMarkdown,
  renderQuestionMarkdown,
} from './markdown.ts';
export { type QuestionFileText, questionFolder } from './question-files.ts';
export { tokens } from './tokens.ts';
export {
  type Bank,
  BankError,
  type CalibrationSet,
  type CalibrationTranscript,
  type Claim,
  type ClaimCheck,
  type Competency,
  type Errata,
  type Erratum,
  type Finding,
  type Kit,
  type KitItem,
  LOCALES,
  type Locale,
  type Localised,
  type PracticeTranscript,
  QUESTION_KINDS,
  type Question,
  type QuestionKind,
  type QuestionText,
  type ScalePoint,
  type Source,
  VERDICTS,
  type Verdict,
} from './types.ts';
