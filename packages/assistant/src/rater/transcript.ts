/** Who said what in a transcript, and whether a quote is really in it. */

/** Speakers as transcripts mark them at the start of a line. */
const CANDIDATE = /^(candidate|候选人|应聘者|面试者)\s*[:：]\s*/iu;
const OTHER =
  /^(interviewer|assistant|system|panel|rater|面试官|考官|主持人|系统|评分者)[^:：\n]{0,12}[:：]\s*/iu;

/**
 * What the candidate said, without the interviewer's words. A transcript without marked speakers is the candidate's whole.
 */
export function candidateSpeech(transcript: string): string {
  let speaking: 'candidate' | 'other' | null = null;
  let marked = false;
  const said: string[] = [];
  for (const line of transcript.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (CANDIDATE.test(trimmed)) {
      speaking = 'candidate';
      marked = true;
    } else if (OTHER.test(trimmed)) {
      speaking = 'other';
    }
    if (speaking === 'candidate') said.push(trimmed.replace(CANDIDATE, ''));
  }
  return marked ? said.join('\n') : transcript;
}

/** Letters and digits only, in one form: quotes may differ in spaces, case and punctuation, and in nothing else. */
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

/** Shorter quotes prove nothing: eight letters, or four Chinese characters. */
const longEnough = (text: string): boolean =>
  text.length >= 8 || (text.match(/\p{Script=Han}/gu)?.length ?? 0) >= 4;

/** Whether a quote occurs, word for word, in what was said. Words left out in the middle make it no quote. */
export function isQuoted(quote: string, speech: string): boolean {
  const wanted = bare(quote);
  return longEnough(wanted) && bare(speech).includes(wanted);
}
