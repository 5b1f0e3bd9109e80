/** What ratings are worth. Pure functions, no dependency, for Node and browsers. */
export { countSubsets } from './connectivity.ts';
export { fitRatingScale, type JmlOptions, type Measure, type RatingScaleFit, type Trust } from './jml.ts';
export {
  type RatingRow,
  type RatingTable,
  StatsError,
  type StatsErrorCode,
  toRatingTable,
} from './ratings.ts';
