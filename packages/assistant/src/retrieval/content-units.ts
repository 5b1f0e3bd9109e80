/** What a query is about: its words without those that every question has. */
import { tokens } from '@viva/bank';

const words = new Intl.Segmenter('zh-CN', { granularity: 'word' });

const ENGLISH =
  'a about after again all also am an and any are as at be because been before being best between both but by can could did do does doing done during each every explain far few for from further get give given go good had has have having he her here him his how i if in into is it its just know like make many may me mean might more most much must my need no nor not of off on once one only or other our out over own please really same say see she should show so some such tell than that the their them then there these they thing this those through to too under until up us use used using very want was way we well were what when where which while who whom why will with without would you your';
const CHINESE =
  '什么 怎么 怎样 如何 为什么 为何 哪些 哪个 哪里 多少 几个 是否 能否 可以 可否 请问 请 讲讲 说说 谈谈 解释 一下 介绍 区别 我们 你们 他们 自己 这个 那个 这些 那些 时候 以及 或者 还是 但是 因为 所以 如果 应该 需要 没有 不是 就是 一个 一些 有些 有没有 怎么办 到底 其实 现在 关于 问题 东西 进行 使用 情况 比较 做法 办法 哪一 怎样';
const PARTICLES = new Set(
  '的了是在和与或有要会能把被对从到就都也还不吗呢吧啊着过请我你他她它这那个各种于为用让给及中里上下',
);
const STOP = new Set([...ENGLISH.split(' '), ...CHINESE.split(' ')]);

/** The words of a text that are not in the stop list, runs of single Chinese characters joined, since names fall apart. */
function contentWords(text: string): string[] {
  const found: string[] = [];
  let run = '';
  const endRun = () => {
    if (run.length >= 2) found.push(run);
    run = '';
  };
  for (const { segment, isWordLike } of words.segment(text.toLowerCase().normalize('NFKC'))) {
    const single = segment.length === 1 && /\p{Script=Han}/u.test(segment);
    if (isWordLike && single && !PARTICLES.has(segment)) run += segment;
    else {
      endRun();
      if (isWordLike && !single && !STOP.has(segment)) found.push(segment);
    }
  }
  endRun();
  return found;
}

/** A query without the words that every question has; whole where it has no others. What stood side by side still does. */
export function withoutStopWords(text: string): string {
  if (contentWords(text).length === 0) return text;
  let kept = '';
  for (const { segment, isWordLike } of words.segment(text.toLowerCase().normalize('NFKC')))
    kept += isWordLike && !STOP.has(segment) && !PARTICLES.has(segment) ? segment : ' ';
  return kept;
}

/**
 * The content words of a text as the index knows them, one list of tokens a word: the word itself in Latin letters, the
 * pairs of a Chinese one, since documents may be cut elsewhere. Single Chinese characters say too little.
 */
export function contentUnits(text: string): string[][] {
  return [...new Set(contentWords(text))]
    .map((word) =>
      /\p{Script=Han}/u.test(word)
        ? Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2))
        : tokens(word).slice(0, 1),
    )
    .filter((unit) => unit.length > 0);
}
