/** What an editor of questions needs, in a browser too: the checks, the content's hash, the judging of claims. */
export {
  type Assertion,
  AssertionError,
  type AssertionVerdict,
  judge,
  parseAssertion,
} from './assertion.ts';
export { type ContentFinding, checkContent, type Surroundings, tidyContent } from './check-content.ts';
export { type QuestionContent, toQuestion } from './content.ts';
export { contentHash } from './hash.ts';
export {
  type Claim,
  type ClaimCheck,
  LOCALES,
  type Locale,
  QUESTION_KINDS,
  type QuestionKind,
  type QuestionText,
  type ScalePoint,
  type Source,
} from './types.ts';
