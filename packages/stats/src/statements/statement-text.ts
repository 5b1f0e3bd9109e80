/** What each statement and advice says, in English and Chinese. Pages may use these or translate by code. */
import type { StatementParams } from './statement.ts';

export type Locale = 'en' | 'zh-CN';

type Texts = Record<string, Record<Locale, string>>;

/** Where a parameter's name stands in braces, its value goes. */
export const STATEMENTS: Texts = {
  'no-ratings': {
    en: 'There are no ratings, so nothing can be estimated.',
    'zh-CN': '没有任何评分，无法估计。',
  },
  'no-variation': {
    en: 'Every rating is {score}: nobody can be told from anybody else.',
    'zh-CN': '所有评分都是 {score}，无法区分任何人。',
  },
  'nothing-left': {
    en: 'After setting aside those with only top or only bottom ratings, no ratings are left to estimate from. What remains: raw averages.',
    'zh-CN': '去掉只有最高分或只有最低分的对象后，没有评分可供估计。可用的只有原始平均分。',
  },
  'too-many-scores': {
    en: 'There are {count} different scores; a rating scale model needs at most {most}. Use intraclass correlations or a G study instead.',
    'zh-CN': '共有 {count} 个不同分值，评定量表模型最多 {most} 个。请改用组内相关或概化研究。',
  },
  'too-small': {
    en: 'With {persons} {persons:person|persons} and {ratings} {ratings:rating|ratings} for {parameters} parameters there are too few data for a Rasch model. What remains: raw averages and agreement between raters.',
    'zh-CN':
      '只有 {persons} 位候选人、{ratings} 个评分，却有 {parameters} 个参数，数据不足以拟合 Rasch 模型。可用的是原始平均分和评分者一致性。',
  },
  small: {
    en: 'With {persons} {persons:person|persons} the measures are rough: rely on their intervals, not on their order.',
    'zh-CN': '只有 {persons} 位候选人，估计较粗：请看区间，不要只看排序。',
  },
  disconnected: {
    en: 'The ratings fall into {subsets} sets of persons that share no link: persons of different sets cannot be compared, whatever their measures say. Within a set, measures hold.',
    'zh-CN': '评分分成 {subsets} 组互不相连的候选人：不同组之间无法比较，无论估计值如何。组内的比较有效。',
  },
  'raters-items-confounded': {
    en: 'Persons can be compared, but severity of raters and difficulty of items cannot be told apart: raters and items were not mixed.',
    'zh-CN': '候选人可以比较，但评分者的严厉程度与题目难度无法分开：评分者与题目没有交叉。',
  },
  'one-rater': {
    en: 'There is one rater: severity and agreement cannot be known, and a person’s measure carries this rater’s view.',
    'zh-CN': '只有一位评分者：无法得知严厉程度和一致性，估计值带有这位评分者的看法。',
  },
  'one-item': {
    en: 'There is one item: what is special about it cannot be told from ability.',
    'zh-CN': '只有一道题：无法把这道题的特殊性与能力分开。',
  },
  separated: {
    en: 'Some measures tend to infinity: these data order some elements completely but do not say by how much. The measures shown were held back by a penalty and are not estimates.',
    'zh-CN':
      '部分估计值趋于无穷：数据能完全排出某些对象的先后，却不能说明差多少。所示数值受到惩罚项约束，不是估计。',
  },
  'not-converged': {
    en: 'The estimation stopped after {iterations} {iterations:iteration|iterations} without settling.',
    'zh-CN': '估计在 {iterations} 次迭代后仍未收敛。',
  },
  'extreme-persons': {
    en: '{count} {count:person has|persons have} only top or only bottom ratings ({names}); the measure shown is an adjusted, finite one with a wide error.',
    'zh-CN': '{count} 位候选人只有最高分或最低分（{names}）；其估计为调整后的有限值，误差较大。',
  },
  'extreme-raters': {
    en: '{count} {count:rater|raters} gave only top or only bottom ratings ({names}), which do not help to compare persons.',
    'zh-CN': '{count} 位评分者只给了最高分或最低分（{names}）；他们无助于比较候选人。',
  },
  'extreme-items': {
    en: '{count} {count:item has|items have} only top or only bottom ratings ({names}), which do not help to compare persons.',
    'zh-CN': '{count} 道题只有最高分或最低分（{names}）；它们无助于比较候选人。',
  },
  'no-information': {
    en: 'Nothing can be known about {names}: no rating of theirs tells anything apart.',
    'zh-CN': '无法得知 {names} 的任何情况：其评分不含可区分的信息。',
  },
  'category-unused': {
    en: 'Nobody in the fit used the score {scores}: its step cannot be known, and its neighbours were numbered on.',
    'zh-CN': '没有人使用分值 {scores}：其阶难度无法得知，相邻分值已顺次编号。',
  },
  'category-rare': {
    en: 'These scores were used fewer than 10 times, so that their steps are rough: {scores}.',
    'zh-CN': '分值 {scores} 使用不到 10 次：其阶难度较粗。',
  },
  'steps-disordered': {
    en: 'The steps are out of order ({where}): some score is never the likeliest. Raters may not tell neighbouring anchors apart.',
    'zh-CN': '阶难度次序颠倒（{where}）：有的分值在任何能力下都不是最可能的，评分者可能分不清相邻锚点。',
  },
  'item-few-ratings': {
    en: 'The item has {ratings} {ratings:rating|ratings}; its difficulty is stable to about a logit only from {least} on. Read its interval.',
    'zh-CN': '这道题只有 {ratings} 个评分；到 {least} 个左右，难度估计才稳定在约 1 个 logit 以内，请看区间。',
  },
  'drift-few-ratings': {
    en: 'No rater has {least} ratings of the item both early and late: whether anybody’s severity changed cannot be known.',
    'zh-CN': '没有评分者在前后两段时间里各有至少 {least} 个评分，无法判断谁的严厉程度有变化。',
  },
  repeated: {
    en: '{count} {count:rating repeats|ratings repeat} a person, rater and item; the first of each was used.',
    'zh-CN': '{count} 个评分重复了同一候选人、评分者和题目；只用了第一个。',
  },
  missing: {
    en: '{count} {count:rating is|ratings are} missing; the model needs no complete table.',
    'zh-CN': '缺失 {count} 个评分；模型不要求完整表格。',
  },
  'conditional-se': {
    en: 'The system was too large to invert: standard errors hold all other parameters fixed and are somewhat small.',
    'zh-CN': '系统过大无法求逆：标准误按其他参数固定计算，略微偏小。',
  },
  'no-person-variance': {
    en: 'The persons do not differ beyond chance: the population’s spread is estimated as zero.',
    'zh-CN': '候选人之间的差异不超出偶然：总体离散程度估计为零。',
  },
  'joint-bias': {
    en: 'With {ratings} {ratings:rating|ratings} a person, joint estimates are stretched by a few per cent; the marginal method is not.',
    'zh-CN': '每人只有 {ratings} 个评分，联合极大似然估计会放大几个百分点；边际法不会。',
  },
  'one-person': {
    en: 'With one person, differences between persons cannot be known.',
    'zh-CN': '只有一位候选人，无法得知候选人之间的差异。',
  },
  confounded: {
    en: 'The ratings do not tell these sources apart: {sources}. They were left out; their variance went to the others.',
    'zh-CN': '评分无法区分这些来源：{sources}。它们被略去，其方差并入其他来源。',
  },
  'negative-variance': {
    en: 'The estimates of {sources} came out below zero and are shown as zero: they are small, or the data few.',
    'zh-CN': '{sources} 的方差估计小于零，按零显示：它们很小，或数据太少。',
  },
  'interaction-dominates': {
    en: 'Raters disagree about persons more ({interaction} % of the variance) than persons differ ({person} %): taking severity out will not help, more raters will.',
    'zh-CN':
      '评分者对候选人的分歧（方差的 {interaction} %）大于候选人之间的差异（{person} %）：校正严厉程度没有用，增加评分者才有用。',
  },
  'no-overlap': {
    en: 'No two raters rated the same person on the same item: agreement cannot be known.',
    'zh-CN': '没有两位评分者评过同一候选人的同一道题：无法得知一致性。',
  },
  'few-units': {
    en: 'Only {count} {count:rating was|ratings were} given by two raters or more: agreement is rough, look at the intervals.',
    'zh-CN': '只有 {count} 处有两位以上评分者：一致性较粗，请看区间。',
  },
  prevalence: {
    en: 'Raters agree exactly in {exact} % of pairs, yet kappa and alpha are low ({alpha}): most ratings are alike, which those punish. Read AC2 ({ac2}) beside them.',
    'zh-CN':
      '{exact} % 的配对完全一致，但 kappa 和 alpha 偏低（{alpha}）：多数评分相同，这两个指标会因此变低。请同时看 AC2（{ac2}）。',
  },
  'incomplete-rows': {
    en: 'Intraclass correlations need persons whom all raters rated; there are {complete} of {persons}. A G study takes missing ratings.',
    'zh-CN': '组内相关需要所有评分者都评过的候选人，{persons} 位中有 {complete} 位。概化研究允许缺失评分。',
  },
};

export const ADVICE: Texts = {
  'use-raw-averages': {
    en: 'Show raw averages per person and item, and discuss them; do not rank by a model.',
    'zh-CN': '展示每位候选人、每道题的原始平均分并讨论；不要用模型排名。',
  },
  'link-panels': {
    en: 'Let at least one rater of each set also rate a few persons of another: that joins the scales.',
    'zh-CN': '让每组至少一位评分者也评几位另一组的候选人，尺度即可连通。',
  },
  'mix-raters-items': {
    en: 'Let raters share items, so that severity and difficulty can be told apart.',
    'zh-CN': '让不同评分者评相同的题目，才能分开严厉程度与难度。',
  },
  'add-ratings': {
    en: 'Reliability of persons is {reliability}; for {target} one needs about {factor} times as many ratings a person.',
    'zh-CN': '候选人的信度为 {reliability}；要达到 {target}，每人约需 {factor} 倍的评分。',
  },
  'review-rater': {
    en: '{rater} is less consistent than the model expects (infit {infit}): look at the ratings listed as unexpected.',
    'zh-CN': '{rater} 的评分不如模型预期一致（infit {infit}）：请查看列为意外的评分。',
  },
  'muted-rater': {
    en: '{rater} varies less than expected (infit {infit}): perhaps one impression coloured all items.',
    'zh-CN': '{rater} 的评分变化小于预期（infit {infit}）：可能一个总体印象影响了所有题目。',
  },
  'severity-matters': {
    en: 'Raters differ by up to {points} points on the scale: compare fair averages, not raw ones.',
    'zh-CN': '评分者之间最多相差 {points} 分：请比较公平平均分，而不是原始平均分。',
  },
  'merge-categories': {
    en: 'Look at the anchors around the scores {scores}; consider fewer categories.',
    'zh-CN': '请检查分值 {scores} 附近的锚点；可考虑减少等级。',
  },
  'use-g-study': {
    en: 'Run a G study: it says how many raters and questions a dependable decision needs.',
    'zh-CN': '做一次概化研究：它会说明可靠的决定需要多少评分者和题目。',
  },
  'calibrate-pair': {
    en: '{first} and {second} agree least (weighted kappa {kappa}): let them rate the same exercise and compare reasons.',
    'zh-CN': '{first} 与 {second} 的一致性最低（加权 kappa {kappa}）：请让两人评同一练习并比较理由。',
  },
  'more-raters': {
    en: 'For a generalizability of {target} with {items} {items:item|items}, about {raters} {raters:rater|raters} a person are needed; now it is {now}.',
    'zh-CN': '在 {items} 道题下要达到概化系数 {target}，每人约需 {raters} 位评分者；目前为 {now}。',
  },
  'use-mml': {
    en: 'Fit by the marginal method (mml) for unstretched measures.',
    'zh-CN': '用边际法（mml）拟合，可避免估计被放大。',
  },
};

const FACETS: Record<string, string> = { person: '候选人', rater: '评分者', item: '题目', residual: '残差' };

/** A source of variance in words: `person:rater` → person × rater, 候选人 × 评分者. */
export const sourceName = (source: string, locale: Locale): string =>
  source
    .split(':')
    .map((facet) => (locale === 'zh-CN' ? (FACETS[facet] ?? facet) : facet))
    .join(' × ');

const shown = (value: string | number | readonly string[]): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
  return value.length > 5 ? `${value.slice(0, 5).join(', ')}, …` : value.join(', ');
};

/**
 * A text with its values: `{count}` is replaced by the value of that name, `{count:person|persons}` by the first form where
 * the value is one and by the second otherwise. A name without a value stays as it stands.
 */
export const fillText = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined) return String(value);
    return (Number(value) === 1 ? one : many) ?? '';
  });

/** The text of a statement or advice in a language; an unknown code is returned as it is. */
export function statementText(code: string, params: StatementParams, locale: Locale = 'en'): string {
  const text = (STATEMENTS[code] ?? ADVICE[code])?.[locale];
  if (text === undefined) return code;
  const values = Object.entries(params).map(([name, value]) => [
    name,
    shown(
      name === 'sources' && Array.isArray(value) ? value.map((source) => sourceName(source, locale)) : value,
    ),
  ]);
  return fillText(text, Object.fromEntries(values));
}
