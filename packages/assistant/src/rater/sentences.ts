/** A text cut after each sentence and at each line, in both languages; pieces without a letter or digit are left out. */
export const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?]["')\]]?)\s+|(?<=[。！？；])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
