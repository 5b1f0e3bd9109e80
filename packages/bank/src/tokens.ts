/** Text as the tokens that search counts: words, and pairs of characters for Chinese. Pure. */

const words = new Intl.Segmenter('zh-CN', { granularity: 'word' });

/** Just enough for English: plurals, and "quantisation" beside "quantization". */
const stem = (word: string): string =>
  (/^[a-z]{3,}[^s]s$/.test(word) ? word.slice(0, -1) : word).replace(/is(ation|e|ed|ing)$/, 'iz$1');

/** Words in lower case, and for runs of Chinese characters every pair, since segmenters disagree on terms of art. */
export function tokens(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text.toLowerCase().normalize('NFKC')))
    if (isWordLike) found.push(stem(segment));
  for (const [run] of text.matchAll(/\p{Script=Han}{2,}/gu))
    for (let index = 0; index + 1 < run.length; index++) found.push(run.slice(index, index + 2));
  return found;
}
