/** Faults of a calibration set: what it names, how far it spreads, and what practice gives away or makes up. */
import { type Fault, repeated } from './fault.ts';
import { isSaid } from './practice-quotes.ts';
import { type Bank, type CalibrationSet, type CalibrationTranscript, LOCALES } from './types.ts';

/** Scale points that a list must cover, so that one score throughout does not do well. */
const LEAST_POINTS = 3;

function checkList(
  list: 'transcripts' | 'practice',
  transcripts: readonly CalibrationTranscript[],
  { questions }: Bank,
  fault: Fault,
): void {
  const ids = transcripts.map(({ id }) => id);
  for (const id of repeated(ids))
    fault('transcript-twice', `transcript "${id}" stands twice`, list, ids.lastIndexOf(id));
  for (const [index, { id, question }] of transcripts.entries())
    if (!questions.has(question))
      fault(
        'no-such-question',
        `transcript "${id}" answers "${question}", which is not in the bank`,
        list,
        index,
      );
  if (new Set(transcripts.map(({ expert }) => expert)).size < LEAST_POINTS)
    fault('narrow-set', 'the transcripts cover fewer than three scale points', list);
}

/** @param fault told of each fault with its place in set.yaml */
export function checkCalibration({ transcripts, practice }: CalibrationSet, bank: Bank, fault: Fault): void {
  checkList('transcripts', transcripts, bank, fault);
  if (practice.length === 0) return;
  checkList('practice', practice, bank, fault);
  for (const [index, { id, text, quotes }] of practice.entries()) {
    const counted = transcripts.find(
      (other) =>
        other.id === id ||
        LOCALES.some((locale) => other.text[locale].transcript === text[locale].transcript),
    );
    if (counted)
      fault(
        'practice-counted',
        `"${id}" is "${counted.id}" of the counted transcripts, whose scores practice would give away`,
        'practice',
        index,
      );
    for (const locale of LOCALES) {
      if (quotes[locale].length === 0)
        fault(
          'no-quote',
          `the reason for "${id}" (${locale}) quotes nothing; put what the candidate said on a line of its own that begins with >`,
          'practice',
          index,
        );
      for (const quote of quotes[locale])
        if (!isSaid(text[locale].transcript, quote))
          fault(
            'not-said',
            `the reason for "${id}" (${locale}) quotes "${quote}", which the candidate does not say in it`,
            'practice',
            index,
          );
    }
  }
}
