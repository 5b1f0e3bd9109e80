/** Labs by name. To add one: a line in the list. */
import {
  createEncoderLab,
  ganVsDiffusion,
  knowledgeInjection,
  type Lab,
  mixedPrecision,
  promptGeneralization,
  quantization,
  reasoning,
  samplers,
} from '@viva/labs';
import { CommandFailure } from '../../failure.ts';
import { encoderWorld } from './encoder-world.ts';

export type AnyLab = Lab<Record<string, unknown>>;

/** In the order of the catalogue. */
export const LABS: readonly AnyLab[] = [
  ganVsDiffusion as unknown as AnyLab,
  samplers as unknown as AnyLab,
  promptGeneralization as unknown as AnyLab,
  knowledgeInjection as unknown as AnyLab,
  reasoning as unknown as AnyLab,
  quantization as unknown as AnyLab,
  mixedPrecision as unknown as AnyLab,
  createEncoderLab(encoderWorld) as unknown as AnyLab,
];

/** @throws CommandFailure naming the labs that there are */
export function findLab(id: string): AnyLab {
  const lab = LABS.find((one) => one.id === id);
  if (lab) return lab;
  throw new CommandFailure(
    `There is no lab ${id}. There ${LABS.length === 1 ? 'is' : 'are'}: ${LABS.map((one) => one.id).join(', ')}.`,
    2,
  );
}
