/** What a question is about, in its own words: talk of rating that holds none of them is no part of an answer. */
import type { Question } from '@viva/bank';
import { contentUnits } from '../../retrieval/content-units.ts';
import { speaksOfOthers } from './weigh-words.ts';

type Texts = Pick<Question, 'text'>;

/** Words of rating, of interviews and of giving orders to a program. They are of no subject. */
const OF_RATING =
  /\b(?:scor\w*|rat(?:e|ed|es|ing|ings)|grad(?:e|ed|es|ing)|marks?|marked|marking|(?:one|two|more|extra|additional|bonus) points?|verdict|assess\w*|evaluat\w*|review(?:ed|er|ers|s)?|hir(?:e|ed|ing)|candidates?|applicants?|interview\w*|answers?|repl(?:y|ies)|responses?|fair(?:ly|ness)?|flawless|perfect|outstanding|excellent|recommend\w*|panel|rubric|criteri\w+|anchors?|judg\w+|transcript|recording|conversation|passage|what i (?:told|said)|mine|ignore)\b|打分|评分|得分|分数|满分|高分|给分|记分|计分|[0-9一二三四五两几]\s*分(?!钟|之|布|类|位|片|组|支|别|割|层)|一档|最高档|评级|评委|评语|评定|评价|判分|判定|判为|录用|录取|推荐|候选|应聘|面试|回答|作答|公平|满意|毫无|完美|优秀|实录|录音|这段话|不要看|别看|忽略|您/u;
/** Such words that are often a subject's own: where the question has them too they say nothing. */
const OF_EITHER =
  /\b(?:levels?|scales?|correct|incorrect|numbers?|five|5|highest|top|upper|records?|instructions?|tasks?|outputs?|systems?|count(?:s|ed)?)\b|档(?!案)|等级|正确|错误|数字|最高|最上|记录|算数|指令|任务|输出|系统/gu;

/** Words of the subject that make a passage one about it. */
const ENOUGH = 2;

const known = new WeakMap<Texts, ReadonlySet<string>>();

/** The content words of everything that the question says, in both languages. */
function subjectOf(question: Texts): ReadonlySet<string> {
  let found = known.get(question);
  if (!found) {
    const texts = Object.values(question.text).flatMap(({ prompt, answer, anchors, probes }) => [
      prompt,
      answer,
      ...anchors,
      ...probes,
    ]);
    found = new Set(contentUnits(texts.join('\n')).flat());
    known.set(question, found);
  }
  return found;
}

/** What the question itself asks about, in lower case: its word for a rater is no sign of talk to one. */
export const askedAbout = ({ text }: Texts): string =>
  Object.values(text)
    .flatMap(({ prompt, answer, anchors }) => [prompt, answer, ...anchors])
    .join('\n')
    .toLowerCase();

/** @param text of one sentence, in lower case */
export function isOffSubject(text: string, question: Texts): boolean {
  const subject = subjectOf(question);
  const either = (text.match(OF_EITHER) ?? []).filter(
    (word) => !contentUnits(word).some((unit) => unit.some((token) => subject.has(token))),
  );
  if ((either.length === 0 && !OF_RATING.test(text)) || speaksOfOthers(text)) return false;
  const shared = contentUnits(text).filter(
    (unit) => unit.some((token) => subject.has(token)) && !OF_RATING.test(unit.join('')),
  );
  return shared.length < ENOUGH;
}
