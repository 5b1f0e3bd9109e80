/** Words of the printed report, in both languages, each with what its figures mean. */
import type { Locale } from '../statements/statement-text.ts';

export const WORDS = {
  title: { en: 'What the scores are worth', 'zh-CN': '评分的可信程度' },
  usable: { en: 'These measures may be used.', 'zh-CN': '这些估计可以使用。' },
  unusable: { en: 'These measures must not be used.', 'zh-CN': '这些估计不可使用。' },
  trust: { en: 'May it be trusted?', 'zh-CN': '是否可信？' },
  next: { en: 'What to do next', 'zh-CN': '下一步' },
  nothingNext: { en: 'Nothing stands out.', 'zh-CN': '没有突出的问题。' },
  map: { en: 'All on one scale', 'zh-CN': '同一尺度上的全部对象' },
  mapNote: {
    en: 'Persons as bars, raters and items by name. Higher: abler persons, severer raters, harder items.',
    'zh-CN': '候选人为条形，评分者与题目标出名称。越高表示候选人能力越强、评分者越严、题目越难。',
  },
  persons: { en: 'Persons', 'zh-CN': '候选人' },
  raters: { en: 'Raters', 'zh-CN': '评分者' },
  items: { en: 'Items', 'zh-CN': '题目' },
  steps: { en: 'Steps', 'zh-CN': '等级阶' },
  name: { en: 'Name', 'zh-CN': '名称' },
  logits: { en: 'logits', 'zh-CN': 'logit' },
  count: { en: 'Ratings', 'zh-CN': '评分数' },
  raw: { en: 'Raw mean', 'zh-CN': '原始平均' },
  fair: { en: 'Fair mean', 'zh-CN': '公平平均' },
  measure: { en: 'Measure', 'zh-CN': '估计值' },
  interval: { en: '95 % interval', 'zh-CN': '95 % 区间' },
  infit: { en: 'Infit', 'zh-CN': 'Infit' },
  outfit: { en: 'Outfit', 'zh-CN': 'Outfit' },
  reading: { en: 'Reading', 'zh-CN': '解读' },
  score: { en: 'Score', 'zh-CN': '分值' },
  reliability: { en: 'Reliability', 'zh-CN': '信度' },
  separation: { en: 'Separation', 'zh-CN': '分离度' },
  spread: { en: 'Standard deviation', 'zh-CN': '标准差' },
  facet: { en: 'Facet', 'zh-CN': '侧面' },
  agreement: { en: 'Agreement of raters', 'zh-CN': '评分者一致性' },
  agreementNote: {
    en: 'Pairs of raters gave exactly the same score in {observed} of {pairs} pairs; the model expects {expected}.',
    'zh-CN': '在 {pairs} 对评分中，完全相同的占 {observed}；模型预期为 {expected}。',
  },
  noPairs: {
    en: 'No two raters rated the same person and item.',
    'zh-CN': '没有两位评分者评过同一候选人的同一道题。',
  },
  extremeHigh: { en: 'all at the top', 'zh-CN': '全部最高' },
  extremeLow: { en: 'all at the bottom', 'zh-CN': '全部最低' },
  setNumber: { en: 'set', 'zh-CN': '组' },
  unknown: { en: 'unknown', 'zh-CN': '未知' },
  method: {
    en: '{model}, {method}; {used} of {ratings} ratings, {persons} {persons:person|persons}, {raters} {raters:rater|raters}, {items} {items:item|items}; log-likelihood {logLik}, {iterations} {iterations:iteration|iterations}. Measures are logits; raters, items and steps sum to zero.',
    'zh-CN':
      '{model}，{method}；使用 {ratings} 个评分中的 {used} 个，{persons} 位候选人，{raters} 位评分者，{items} 道题；对数似然 {logLik}，迭代 {iterations} 次。估计值单位为 logit；评分者、题目与等级阶之和为零。',
  },
  rsm: { en: 'Many-facet rating scale model', 'zh-CN': '多侧面评定量表模型' },
  pcm: { en: 'Many-facet partial credit model', 'zh-CN': '多侧面分部评分模型' },
  jml: { en: 'joint maximum likelihood', 'zh-CN': '联合极大似然' },
  mml: { en: 'marginal maximum likelihood, normal population', 'zh-CN': '边际极大似然（正态总体）' },
  fairHint: {
    en: 'Expected score with raters and items of mean severity and difficulty',
    'zh-CN': '在评分者与题目均为平均严厉程度和难度时的期望得分',
  },
  fitHint: {
    en: 'Mean square: 1 is as the model expects, above 1.5 surprising, below 0.5 too regular',
    'zh-CN': '均方：1 符合模型预期，高于 1.5 出人意料，低于 0.5 过于规则',
  },
  reliabilityHint: {
    en: 'Share of the measures’ variance that is not error. For raters, near 0 is good: they are alike.',
    'zh-CN': '估计值方差中非误差部分的比例。对评分者而言，接近 0 为好：说明彼此相当。',
  },
  footer: {
    en: 'Linacre (1989); Andrich (1978); Masters (1982); Wright & Masters (1982). Computed by @viva/stats.',
    'zh-CN': 'Linacre (1989)；Andrich (1978)；Masters (1982)；Wright & Masters (1982)。由 @viva/stats 计算。',
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type Word = keyof typeof WORDS;
