/** The lab: what a BERT makes of a text. Where models and the bank's texts come from is the host's matter. */
import type { Lab } from '../lab.ts';
import { encoderDescription } from './description.ts';
import { type Encoder, openEncoder } from './model/open-encoder.ts';
import type { EncoderParams } from './params.ts';
import { EncoderSession } from './session.ts';
import type { EncoderWorld } from './world.ts';

/**
 * @param world opens models and gives the texts. A model is opened once and kept while it is asked for; another takes its
 *   place. `chosen` is opened anew each time, since what was chosen may have changed.
 */
export function createEncoderLab(world: EncoderWorld): Lab<EncoderParams, EncoderSession> {
  let kept: { name: string; encoder: Promise<Encoder> } | null = null;
  const encoderNamed = async (name: string): Promise<Encoder> => {
    if (kept?.name === name && name !== 'chosen') return kept.encoder;
    const before = kept?.encoder;
    const encoder = world.open(name).then((files) => openEncoder(files));
    kept = { name, encoder };
    await before?.then((one) => one.dispose()).catch(() => undefined);
    return encoder.catch((error: unknown) => {
      kept = null;
      throw error;
    });
  };
  return {
    ...encoderDescription,
    begin: async (params, seed) =>
      new EncoderSession(params, seed, await encoderNamed(params.model), await world.corpus()),
  };
}
