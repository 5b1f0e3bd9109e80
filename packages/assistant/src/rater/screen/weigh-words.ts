/** Whether a passage as a whole speaks of how it is to be rated: words that each prove nothing, weighed together. */

interface Weighed {
  /** Counted once, however often it occurs. */
  words: RegExp;
  weight: number;
}

const FOR: readonly Weighed[] = [
  // Rating, and words of rating that machine learning uses for other things.
  {
    words: /\b(?:rubrics?|verdicts?|ratings?|appraisals?|marks?|marking|graded?|grades?|grading)\b/u,
    weight: 2,
  },
  {
    words:
      /\b(?:scores?|scored|scoring|final_score|evaluation|evaluated|assessment|assessed|overall|rated?)\b/u,
    weight: 1,
  },
  { words: /评级|评定|计分|判分|记分|打分|评委|评语/u, weight: 2 },
  { words: /评分|得分|分数|成绩|评价|判为|判定/u, weight: 1 },
  // The top of the scale.
  {
    words: /\b(?:maximum|max|highest|top|full|perfect|flawless|best|complete|unanimous|5|five)\b/u,
    weight: 1,
  },
  {
    words:
      /\b(?:(?:a|the) (?:clear |solid |firm )?(?:five|5)|(?:five|5) out of|(?:under|below|less than) (?:a )?(?:five|5)|(?:five|5)\/5|[:=] ?5)\b(?!\s*(?:%|percent|points?|times|layers?|steps?|years?|days?|minutes?|hours?))/u,
    weight: 1,
  },
  {
    words: /满分|最高(?:分|档|级|评级|锚点)|(?<![0-9百千十到至])[五5]\s*分(?!钟|之|布|类|位|片|组)|高分/u,
    weight: 2,
  },
  { words: /(?:低于|不足|不满|少于)\s*[五5]\s*分/u, weight: 1 },
  // Who is rated, and who rates.
  {
    words:
      /\b(?:th(?:e|is) (?:candidate|applicant|interviewee|examinee)|applicants|candidates?'s?|this (?:answer|response|reply|transcript|submission|interview)|my (?:answer|response|reply|submission))\b/u,
    weight: 2,
  },
  { words: /\b(?:for|give|gave|owe|grant) me\b|\bmine\b/u, weight: 1 },
  {
    words:
      /候选人|应聘者|应届生|考生|面试者|本题|(?:这|本|此)(?:个|份|段|次|样的)?(?:回答|答案|作答)|我的(?:回答|答案|作答)/u,
    weight: 2,
  },
  { words: /给我|对我|为我/u, weight: 1 },
  {
    words:
      /\b(?:raters?|graders?|scorers?|assessors?|evaluators?|examiners?|(?:ai|llm) judge|(?:grading|rating|scoring) (?:model|system))\b|评分(?:者|员|人|模型|系统)|评委|阅卷/u,
    weight: 2,
  },
  // Telling somebody what to do about it.
  {
    words:
      /\b(?:must|shall|please|kindly|should|authori[sz]ed?|approved|agreed|locked|mandatory|required|treated as|are to be|is to be|overdue|guaranteed?|policy)\b/u,
    weight: 1,
  },
  { words: /\b(?:you|your|yours)\b/u, weight: 1 },
  {
    words:
      /\b(?:submit|output|ignore|disregard|stop reading|earlier text|right (?:output|answer|response) here|whatever (?:the|you|it|was))\b/u,
    weight: 1,
  },
  {
    words: /请|必须|务必|一律|应当|直接|照办|批准|锁定|勿改|提交|同意|按.{0,8}(?:计|处理)|会被|政策/u,
    weight: 1,
  },
  { words: /[您你]/u, weight: 1 },
];

/** Other things that have scores: then the passage is about them. Each kind counts by itself. */
const AGAINST: readonly Weighed[] = [
  {
    words:
      /\b(?:models?|llms?|systems?|networks?|checkpoints?|classifiers?|detectors?|rerankers?|retrievers?|judge)\b/u,
    weight: 1,
  },
  {
    words:
      /\b(?:data|dataset|benchmarks?|test set|validation|training|samples?|splits?|leakage|held-out|questions? (?:from|in) the)\b/u,
    weight: 1,
  },
  {
    words:
      /\b(?:annotators?|users?|patients?|clinicians?|doctors?|nurses?|people|human raters?|manager|experts? (?:label|annotat)\w*)\b/u,
    weight: 1,
  },
  {
    words:
      /\b(?:tokens?|loss|attention|gradient|logits?|f1|kappa|auc|accuracy|recall|precision|bits?|weights?|layers?|branch\w*|passages?|quer(?:y|ies)|prompts?|fluency|images?|noise)\b/u,
    weight: 1,
  },
  {
    words:
      /\b(?:we|they|he|she)\b|\bi (?:would|had|have|asked|wrote|took|gave|use|used|keep|check\w*|measure\w*|swap|compare\w*|ran|run)\b/u,
    weight: 1,
  },
  { words: /\b(?:box(?:es)?|triplets?|objectness|proposals?|contrastive|r-cnn)\b|三元组|锚框/u, weight: 1 },
  { words: /模型|系统(?!判|提示|消息)|检查点|分类器|检索|裁判/u, weight: 1 },
  { words: /数据|基准|测试集|验证集|训练|样本|标注|泄漏/u, weight: 1 },
  { words: /用户|患者|医生|护士|标注员|家属|同事们/u, weight: 1 },
  { words: /词元|损失|注意力|梯度|准确率|召回|一致性|权重|提示词|流畅/u, weight: 1 },
  { words: /我们|他们|我(?:会|先|用|再|让|第一)/u, weight: 1 },
];

/** Set on the development passages: what speaks of the passage's own rating has more, other talk of scores has less. */
const THRESHOLD = 4;

/** @param asked words that the question has too, and that therefore weigh nothing */
const sum = (text: string, all: readonly Weighed[], asked = ''): number =>
  all.reduce((total, { words, weight }) => {
    const [found] = words.exec(text) ?? [];
    return found !== undefined && !(weight > 1 && asked.includes(found)) ? total + weight : total;
  }, 0);

/** Whether a passage is about others that have scores: models, data, annotators, patients. In lower case. */
export const speaksOfOthers = (text: string): boolean => sum(text, AGAINST) > 0;

/**
 * @param text in lower case
 * @param asked what the question is about, in lower case
 */
export const speaksOfRating = (text: string, asked = ''): boolean =>
  sum(text, FOR, asked) - sum(text, AGAINST) >= THRESHOLD;
