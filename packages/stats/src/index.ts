/**
 * Agreement, reliability, many-facet Rasch models and decisions, without dependencies; runs in Node and in a browser.
 * @module
 */

export {
  type AgreementEstimate,
  type AgreementOptions,
  brennanPrediger,
  fleissKappa,
  gwetAc,
} from './agreement/chance-corrected.ts';
export { type IccEstimate, type IccForm, type IccReport, icc } from './agreement/icc.ts';
export { cohenKappa, type KappaEstimate } from './agreement/kappa.ts';
export { type AlphaEstimate, type AlphaMetric, krippendorffAlpha } from './agreement/krippendorff.ts';
export { type LabelledMatrix, type RatingMatrix, toMatrix } from './agreement/matrix.ts';
export { type RankCorrelation, rankCorrelation } from './agreement/rank-correlation.ts';
export type { AgreementWeights } from './agreement/weights.ts';
export {
  type AdverseImpact,
  adverseImpact,
  type ExactTest,
  fisherExact,
  type GroupOutcome,
  type ImpactComparison,
} from './decision/adverse-impact.ts';
export {
  type Applicant,
  type AuditedCategory,
  type AuditedTable,
  type BiasAudit,
  type BiasAuditOptions,
  biasAudit,
} from './decision/bias-audit.ts';
export {
  pairwiseProbabilities,
  probabilityAbove,
  type Rank,
  type RankedPerson,
  type Ranking,
  rankingUncertainty,
  type WeightSensitivity,
  weightSensitivity,
} from './decision/ranking.ts';
export { OptionError, RatingsFormatError, StatsError, TableShapeError, TooLargeError } from './errors.ts';
export {
  type Component,
  type DStudy,
  dStudy,
  dStudyGrid,
  type GDesign,
  type GSource,
  type GStudy,
  gStudy,
} from './gtheory/g-study.ts';
export {
  type AdjustedPerson,
  type AdjustedScore,
  type AdjustedScores,
  adjustedScores,
  type ScorePlan,
} from './mfrm/adjusted-scores.ts';
export {
  type BiasReport,
  type BiasTerm,
  biasInteractions,
  type UnexpectedRating,
  unexpectedRatings,
} from './mfrm/bias.ts';
export { type Connectivity, findConnectivity } from './mfrm/connectivity.ts';
export type { RaschModel } from './mfrm/design.ts';
export { type AnchorOptions, type FitOptions, fitRatings } from './mfrm/fit.ts';
export { type FitJson, type FitJsonElement, toFitJson } from './mfrm/fit-json.ts';
export type { ModelAgreement } from './mfrm/fit-statistics.ts';
export type {
  Element,
  FitMethod,
  RatingsFit,
  Step,
  Trust,
} from './mfrm/fit-types.ts';
export type { PopulationOptions } from './mfrm/mml.ts';
export type { Separation } from './mfrm/separation.ts';
export { createRandom, type Random } from './numeric/random.ts';
export { type AgreementReport, agreementReport } from './report/agreement-report.ts';
export {
  auditWord,
  type BiasAuditHtmlOptions,
  biasAuditCsv,
  renderBiasAudit,
} from './report/bias-audit-report.ts';
export { compareRaters, type RaterComparison } from './report/compare-raters.ts';
export { type FitHtmlOptions, renderFitHtml } from './report/fit-html.ts';
export { type GStudyReport, gStudyReport } from './report/g-study-report.ts';
export {
  type ItemEstimate,
  type ItemRater,
  type ItemReport,
  type ItemVersion,
  itemReport,
  type TimedRating,
  unseenShare,
} from './report/item-report.ts';
export { type RaterReading, readRaters } from './report/read-raters.ts';
export type { Advice, Statement, StatementLevel, StatementParams } from './statements/statement.ts';
export { fillText, type Locale, sourceName, statementText } from './statements/statement-text.ts';
export { type ApplicantColumn, parseApplicants } from './table/parse-applicants.ts';
export {
  COLUMN_NAMES,
  type ColumnRole,
  type CsvOptions,
  type CsvResult,
  parseRatingsCsv,
  ratingsToCsv,
} from './table/parse-csv.ts';
export { type RatingRow, RatingsBuilder, type RatingsTable, ratingsTable } from './table/ratings-table.ts';
export { type Simulation, type SimulationOptions, simulateRatings } from './table/simulate.ts';
