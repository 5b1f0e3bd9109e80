/** Who said what in a transcript, and whether a quote is really in it. */

/** Speakers as transcripts mark them at the start of a line. */
const CANDIDATE = /^(candidate|候选人|应聘者|面试者)\s*[:：]\s*/iu;
const OTHER =
  /^(interviewer|assistant|system|panel|rater|面试官|考官|主持人|系统|评分者)[^:：\n]{0,12}[:：]\s*/iu;

export interface Turn {
  speaker: 'candidate' | 'other';
  text: string;
}

/** Who said what, in order. A transcript without marked speakers is the candidate's whole. Empty turns are left out. */
export function turnsOf(transcript: string): Turn[] {
  const lines = transcript.split(/\r?\n/).map((line) => line.trim());
  if (!lines.some((line) => CANDIDATE.test(line)))
    return transcript.trim() === '' ? [] : [{ speaker: 'candidate', text: transcript }];
  const turns: Turn[] = [];
  for (const line of lines) {
    if (CANDIDATE.test(line)) turns.push({ speaker: 'candidate', text: line.replace(CANDIDATE, '') });
    else if (OTHER.test(line)) turns.push({ speaker: 'other', text: line.replace(OTHER, '') });
    else if (turns.length > 0) (turns.at(-1) as Turn).text += `\n${line}`;
  }
  return turns.map(({ speaker, text }) => ({ speaker, text: text.trim() })).filter(({ text }) => text !== '');
}

/** What the candidate said, without the interviewer's words. */
export const candidateSpeech = (transcript: string): string =>
  turnsOf(transcript)
    .filter(({ speaker }) => speaker === 'candidate')
    .map(({ text }) => text)
    .join('\n');

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
