/** Streams for thousands of separate questions, of which only the first few numbers are used. */
import { type Random, streamOf } from '../engine/random.ts';

/** Seeds that resemble each other give first numbers that do: those are thrown away (a test counts votes against theory). */
const WARM_UP = 20;

export function freshStream(seed: number, use: string): Random {
  const random = streamOf(seed, use);
  for (let at = 0; at < WARM_UP; at++) random.next();
  return random;
}
