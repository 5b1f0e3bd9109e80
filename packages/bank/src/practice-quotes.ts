/** The quotes in a reason: what it rests on, word for word from the transcript. */

/** Block quotes of a Markdown text, in order, without their marks. */
export function quotesOf(reason: string): string[] {
  return reason
    .split(/\n{2,}/)
    .filter((part) => part.startsWith('>'))
    .map((part) =>
      part
        .replace(/^>[ \t]?/gm, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}

/** Who speaks begins a paragraph, as in `Candidate: …`; only the candidate is scored. */
const CANDIDATE = /^(?:Candidate:|候选人：)/;

/** Whether the candidate says so, word for word; white space aside. */
export function isSaid(transcript: string, quote: string): boolean {
  return transcript
    .split(/\n{2,}/)
    .some((part) => CANDIDATE.test(part) && part.replace(/\s+/g, ' ').includes(quote));
}
