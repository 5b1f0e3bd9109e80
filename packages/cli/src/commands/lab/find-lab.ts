/** Labs by name. */
import { ganVsDiffusion, type Lab } from '@viva/labs';
import { CommandFailure } from '../../failure.ts';

export const LABS: readonly Lab<Record<string, unknown>>[] = [
  ganVsDiffusion as unknown as Lab<Record<string, unknown>>,
];

/** @throws CommandFailure naming the labs that there are */
export function findLab(id: string): Lab<Record<string, unknown>> {
  const lab = LABS.find((one) => one.id === id);
  if (lab) return lab;
  throw new CommandFailure(
    `There is no lab ${id}. There ${LABS.length === 1 ? 'is' : 'are'}: ${LABS.map((one) => one.id).join(', ')}.`,
    2,
  );
}
