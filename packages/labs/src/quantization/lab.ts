/** The lab: one network, quantised every way. */
import type { Lab } from '../lab.ts';
import { quantizationDescription } from './description.ts';
import type { QuantizationParams } from './params.ts';
import { QuantizationSession } from './session.ts';

export const quantization: Lab<QuantizationParams, QuantizationSession> = {
  ...quantizationDescription,
  begin: async (params, seed) => new QuantizationSession(params, seed),
};
