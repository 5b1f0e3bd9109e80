/** What tests of the advisory rater share: a model that scores by a word of the transcript, and transcripts with it. */
import { type GenerateOptions, type Message, type ScriptedReply, scriptedModel } from '@viva/assistant';
import type { Actor } from '../context.ts';
import type { World } from './world.ts';

export const QUOTE = 'the zero point maps the whole range';

/** In letters: digits could be taken for a score that is asked for, and be set aside. */
const CASES = 'ABCDE';

/** A transcript that the scripted model scores so. */
export const transcriptOf = (score: number, mark = 'm'): string =>
  `Interviewer: How?\nCandidate: In case ${CASES[score - 1]}, ${QUOTE}, and ${mark} was measured afterwards.`;

/** What of it a model reads. */
export const readOf = (score: number): string =>
  transcriptOf(score)
    .replace('Interviewer: ', '[1] Interviewer\n> ')
    .replace('Candidate: ', '[2] Candidate\n> ');

export const ratingReply = (score: number, ...quotes: string[]): string =>
  JSON.stringify({
    steps: [{ anchor: score, finding: 'It says so.', met: 'yes' }],
    evidence: quotes.map((quote) => ({ anchor: score, stance: 'for', quote })),
    lacking: 'Says nothing of speed.',
    score,
  });

/** @param shift added to every score, within 1 to 5 */
export const scoringModel = (shift = (_: GenerateOptions): number => 0, before?: ScriptedReply) =>
  scriptedModel(async (messages: readonly Message[], options, call) => {
    if (before instanceof Error) throw before;
    if (typeof before === 'function') {
      const own = await before(messages, options, call);
      if (own !== '') return own;
    }
    const [, found = 'C'] = /In case ([A-E]),/.exec(messages.map(({ content }) => content).join('\n')) ?? [];
    const worth = CASES.indexOf(found) + 1;
    const score = Math.max(1, Math.min(5, worth + shift(options)));
    return ratingReply(score, QUOTE, `never said at ${score}`);
  });

export async function handIn(world: World, writer: Actor, candidate: string, question: string, body: string) {
  const api = world.as(writer);
  const params = { id: candidate, question };
  const { revision } = await api.saveTranscript({ params, body: { body, locale: 'en', baseRevision: 0 } });
  return api.handInTranscript({ params, body: { revision } });
}
