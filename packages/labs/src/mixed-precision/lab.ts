/** The lab: one network trained in seven precisions at once. */
import type { Lab } from '../lab.ts';
import { mixedPrecisionDescription } from './description.ts';
import type { MixedPrecisionParams } from './params.ts';
import { MixedPrecisionSession } from './session.ts';

export const mixedPrecision: Lab<MixedPrecisionParams, MixedPrecisionSession> = {
  ...mixedPrecisionDescription,
  begin: async (params, seed) => new MixedPrecisionSession(params, seed),
};
