/** The lab: one diffusion model, six samplers, and what fewer steps cost each of them. */
import type { Lab } from '../lab.ts';
import { samplersDescription } from './description.ts';
import type { SamplersParams } from './params.ts';
import { SamplersSession } from './session.ts';

export const samplers: Lab<SamplersParams, SamplersSession> = {
  ...samplersDescription,
  begin: async (params, seed) => new SamplersSession(params, seed),
};
