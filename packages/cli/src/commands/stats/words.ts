/** Words that `viva stats` prints, in both languages. */
import { fillText, type Locale } from '@viva/stats';

const WORDS = {
  usable: { en: 'These measures may be used.', 'zh-CN': '这些估计可以使用。' },
  unusable: { en: 'These measures must not be used.', 'zh-CN': '这些估计不可使用。' },
  usableAgreement: { en: 'Agreement can be computed.', 'zh-CN': '可以计算一致性。' },
  unusableAgreement: { en: 'Agreement cannot be computed.', 'zh-CN': '无法计算一致性。' },
  usableStudy: { en: 'Variance components can be estimated.', 'zh-CN': '可以估计方差分量。' },
  unusableStudy: { en: 'Variance components cannot be estimated.', 'zh-CN': '无法估计方差分量。' },
  method: {
    en: '{model} by {method}: {used} {used:rating|ratings}, {persons} {persons:person|persons}, {raters} {raters:rater|raters}, {items} {items:item|items}; {iterations} {iterations:iteration|iterations}. Logits; raters, items and steps sum to zero.',
    'zh-CN':
      '{model}，{method}：{used} 个评分，{persons} 位候选人，{raters} 位评分者，{items} 道题；迭代 {iterations} 次。单位为 logit；评分者、题目、等级阶之和为零。',
  },
  persons: { en: 'Persons', 'zh-CN': '候选人' },
  raters: { en: 'Raters (measure = severity)', 'zh-CN': '评分者（估计值即严厉程度）' },
  items: { en: 'Items (measure = difficulty)', 'zh-CN': '题目（估计值即难度）' },
  groups: { en: 'Group', 'zh-CN': '群体' },
  steps: { en: 'Steps', 'zh-CN': '等级阶' },
  reliability: {
    en: 'reliability {reliability}, separation {separation}',
    'zh-CN': '信度 {reliability}，分离度 {separation}',
  },
  name: { en: 'name', 'zh-CN': '名称' },
  measure: { en: 'logits', 'zh-CN': 'logit' },
  se: { en: 'SE', 'zh-CN': '标准误' },
  fair: { en: 'fair', 'zh-CN': '公平分' },
  raw: { en: 'raw', 'zh-CN': '原始分' },
  infit: { en: 'infit', 'zh-CN': 'infit' },
  outfit: { en: 'outfit', 'zh-CN': 'outfit' },
  count: { en: 'n', 'zh-CN': '评分数' },
  reading: { en: 'reading', 'zh-CN': '解读' },
  score: { en: 'score', 'zh-CN': '分值' },
  extremeHigh: { en: 'all at the top', 'zh-CN': '全部最高' },
  extremeLow: { en: 'all at the bottom', 'zh-CN': '全部最低' },
  more: {
    en: '… {count} more; --top 0 shows all, --html FILE makes a report, --json prints everything',
    'zh-CN': '… 另有 {count} 位；--top 0 显示全部，--html 文件 生成报告，--json 输出全部数据',
  },
  bias: {
    en: 'Bias, raters × {by}: {count} of {terms} terms are clear (p < 0.05 after Benjamini & Hochberg)',
    'zh-CN': '偏差，评分者 × {by}：{terms} 项中有 {count} 项显著（Benjamini–Hochberg 校正后 p < 0.05）',
  },
  next: { en: 'What to do next', 'zh-CN': '下一步' },
  written: { en: 'Written: {file}', 'zh-CN': '已写入：{file}' },
  exact: {
    en: 'Exactly equal: {exact} of {pairs} pairs; at most one step apart: {adjacent}.',
    'zh-CN': '{pairs} 对评分中完全相同 {exact}，相差不超过一级 {adjacent}。',
  },
  coefficient: { en: 'coefficient', 'zh-CN': '系数' },
  value: { en: 'value', 'zh-CN': '值' },
  interval: { en: '95 % interval', 'zh-CN': '95 % 区间' },
  alpha: { en: 'Krippendorff’s alpha', 'zh-CN': 'Krippendorff α' },
  ac2: { en: 'Gwet’s AC2, quadratic weights', 'zh-CN': 'Gwet AC2（二次权重）' },
  fleiss: { en: 'Fleiss’ kappa, quadratic weights', 'zh-CN': 'Fleiss κ（二次权重）' },
  icc: { en: '{form} of means over items', 'zh-CN': '{form}（各题均分）' },
  pair: { en: 'pair of raters', 'zh-CN': '评分者对' },
  kappa: { en: 'weighted kappa', 'zh-CN': '加权 κ' },
  difference: { en: 'mean difference', 'zh-CN': '均分差' },
  item: { en: 'item', 'zh-CN': '题目' },
  same: { en: 'equal', 'zh-CN': '完全相同' },
  source: { en: 'source of variance', 'zh-CN': '方差来源' },
  variance: { en: 'variance', 'zh-CN': '方差' },
  share: { en: 'share', 'zh-CN': '占比' },
  now: {
    en: 'As it is ({raters} {raters:rater|raters}, {items} {items:item|items} a person): Eρ² {g} for comparing persons, Φ {phi} for a fixed bar.',
    'zh-CN': '当前（每人 {raters} 位评分者、{items} 道题）：用于比较 Eρ² {g}，用于固定标准 Φ {phi}。',
  },
  grid: {
    en: 'Eρ² of a mean over so many raters (columns) and items (rows)',
    'zh-CN': '不同评分者数（列）与题目数（行）下均分的 Eρ²',
  },
  simulated: {
    en: '{count} {count:rating|ratings} of {persons} {persons:person|persons} by {raters} {raters:rater|raters} on {items} {items:item|items}.',
    'zh-CN': '{persons} 位候选人、{raters} 位评分者、{items} 道题，共 {count} 个评分。',
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type Word = keyof typeof WORDS;

export const say = (locale: Locale, word: Word, values: Record<string, string | number> = {}): string =>
  fillText(WORDS[word][locale], values);
