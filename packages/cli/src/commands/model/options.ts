/** Reading numbers from the command line, and Ctrl-C. */
import { availableParallelism } from 'node:os';
import { CommandFailure } from '../../failure.ts';

/** @throws CommandFailure when the text is no number, or outside the bounds */
export function readNumber(
  option: string,
  text: string,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false } = {},
): number {
  const value = Number(text);
  if (
    text.trim() === '' ||
    !Number.isFinite(value) ||
    value < min ||
    value > max ||
    (integer && !Number.isInteger(value))
  )
    throw new CommandFailure(
      `${option} ${text}: ${integer ? 'a whole number' : 'a number'}${
        Number.isFinite(min) ? ` from ${min}` : ''
      }${Number.isFinite(max) ? ` to ${max}` : ''} is wanted.`,
      2,
    );
  return value;
}

/** Runs something that Ctrl-C cancels: the first one asks it to stop, a second one ends the process. */
export async function withInterrupt<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    process.removeListener('SIGINT', interrupt);
    controller.abort(new CommandFailure('cancelled', 130));
  };
  process.on('SIGINT', interrupt);
  try {
    return await run(controller.signal);
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

/**
 * Threads for llama.cpp: as asked, else one a core. Its threads wait by spinning, so that more than the cores slow it
 * down a hundredfold.
 */
export const readThreads = (text: string | undefined): number =>
  text === undefined
    ? availableParallelism()
    : readNumber('--threads', text, { min: 1, max: 512, integer: true });
