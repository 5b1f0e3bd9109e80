/**
 * Agreement, reliability, many-facet Rasch models and decisions, without dependencies; runs in Node and in a browser.
 * @module
 */
export { OptionError, RatingsFormatError, StatsError, TableShapeError, TooLargeError } from './errors.ts';
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
  Advice,
  Element,
  FitMethod,
  RatingsFit,
  Statement,
  StatementLevel,
  StatementParams,
  Step,
  Trust,
} from './mfrm/fit-types.ts';
export type { PopulationOptions } from './mfrm/mml.ts';
export type { Separation } from './mfrm/separation.ts';
export { type Locale, statementText } from './mfrm/statement-text.ts';
export { createRandom, type Random } from './numeric/random.ts';
export { type RatingRow, RatingsBuilder, type RatingsTable, ratingsTable } from './table/ratings-table.ts';
export { type Simulation, type SimulationOptions, simulateRatings } from './table/simulate.ts';
