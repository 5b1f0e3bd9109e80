/** The lab: a GAN and a diffusion model on the same data, under the same budget. */
import type { Lab } from '../lab.ts';
import { ganVsDiffusionDescription } from './description.ts';
import type { GanVsDiffusionParams } from './params.ts';
import { GanVsDiffusionSession } from './session.ts';
import { openTask } from './task.ts';

export const ganVsDiffusion: Lab<GanVsDiffusionParams, GanVsDiffusionSession> = {
  ...ganVsDiffusionDescription,
  begin: async (params, seed) => new GanVsDiffusionSession(params, seed, await openTask(params)),
};
