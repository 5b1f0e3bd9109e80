/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GROUPS, PRESETS, ReasoningParams } from './params.ts';

const metric = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
): Metric => ({ id, label, help, better, digits });

const NAMES: readonly (readonly [id: string, name: Localised, help: Localised])[] = [
  ['direct', both('直接作答', 'At once'), both('一次给出答案。', 'The answer in one go.')],
  [
    'cot',
    both('思维链', 'Chain of thought'),
    both('先写步骤再给答案，一条链。', 'Steps, then the answer; one chain.'),
  ],
  ['sc', both('自洽', 'Self-consistency'), both('k 条链投票。', 'k chains vote.')],
  [
    'best',
    both('采样加检验器', 'Samples and a verifier'),
    both(
      '花与宽树一样多的 token 直接作答，检验器挑对的。',
      'Answers at once for as many tokens as the wide tree spends, chosen by the verifier.',
    ),
  ],
  [
    'tot1',
    both('思维树 b = 1', 'Tree of thoughts, b = 1'),
    both('每层只留一个状态。', 'One state kept at each level.'),
  ],
  [
    'tot5',
    both('思维树 b = 5', 'Tree of thoughts, b = 5'),
    both('每层留五个状态。', 'Five states kept at each level.'),
  ],
];

export const reasoningDescription: LabDescription<ReasoningParams> = {
  id: 'reasoning',
  title: both('推理：步骤、投票与搜索', 'Reasoning: steps, votes and search'),
  summary: both(
    '直接作答、思维链、自洽、思维树：成功率与花掉的 token 放在一起比。什么时候写步骤有用，什么时候没用。',
    'At once, chain of thought, self-consistency, tree of thoughts: success beside tokens spent. When steps help, and when they do not.',
  ),
  params: ReasoningParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  metrics: [
    ...NAMES.flatMap(([id, name, help]) => [
      metric(
        `${id}.success`,
        both(`${name['zh-CN']}：成功率`, `${name.en}: success`),
        both(
          `${help['zh-CN']}题目中答对的比例，答案经过验证。`,
          `${help.en} Share of problems solved, verified.`,
        ),
        'higher',
        3,
      ),
      metric(
        `${id}.tokens`,
        both(`${name['zh-CN']}：token`, `${name.en}: tokens`),
        both(
          '每题平均 token，提示也算；24 点按字数估计，小模型按实际计数。',
          'Mean tokens a problem, prompts counted; estimated by length for the Game of 24, counted for the tiny model.',
        ),
        'lower',
        0,
      ),
    ]),
    metric(
      'chance',
      both('瞎猜', 'Chance'),
      both('随机给一个答案能对多少。', 'What a random answer would get.'),
      null,
      3,
    ),
    metric(
      'direct.exact',
      both('直接作答的精确期望', 'At once, exactly'),
      both(
        '由枚举算出的成功概率；测得的值应在它附近。',
        'The success probability by enumeration, near which the measured one should lie.',
      ),
      null,
      3,
    ),
    metric(
      'sc.exact',
      both('投票的精确期望', 'The vote, exactly'),
      both(
        '多数投票成功的概率，按多项分布求和。',
        'Probability that the vote is right, summed over the multinomial.',
      ),
      null,
      3,
    ),
    metric(
      'cot.lostAtFirst',
      both('第一步就输掉', 'Lost at the first step'),
      both(
        '第一步之后就再也到不了 24 的链的比例。',
        'Share of chains from whose first step 24 can no longer be reached.',
      ),
      'lower',
      3,
    ),
    metric(
      'tot5.blind',
      both('思维树 b = 5，评估全凭猜', 'Tree, b = 5, judging blindly'),
      both(
        '同样的搜索，但每次评估对错各半（前 30 手）：剩下的只是宽度。',
        'The same search with judgements that are right half of the time (first 30 hands): what is left is breadth.',
      ),
      null,
      3,
    ),
    metric(
      'pass.true',
      both('pass@k：真值', 'pass@k, the truth'),
      both(
        'k 次独立采样至少一次对的概率；24 点 k = 5，由前 20 手各 200 次采样得出；投票按给定概率。',
        'Probability that one of k independent samples is right; k = 5 for the Game of 24, from 200 samples of each of the first 20 hands; by the given probability for the vote.',
      ),
      null,
      3,
    ),
    metric(
      'pass.unbiased',
      both('pass@5：无偏估计', 'pass@5, unbiased'),
      both(
        '每手 10 次采样，用 1 − C(n − c, k)/C(n, k)。',
        'From ten samples a hand by 1 − C(n − c, k)/C(n, k).',
      ),
      null,
      3,
    ),
    metric(
      'pass.inserted',
      both('pass@5：代入正确率', 'pass@5, rate inserted'),
      both('同样的采样，用 1 − (1 − c/n)^k。', 'From the same samples by 1 − (1 − c/n)^k.'),
      null,
      3,
    ),
    metric(
      'direct.trainTokens',
      both('训练 token：直接', 'Trained on: at once'),
      both('训练时经过模型的 token，含填充。', 'Tokens that went through in training, padding counted.'),
      null,
      0,
    ),
    metric(
      'cot.trainTokens',
      both('训练 token：步骤', 'Trained on: steps'),
      both('同上；步数相同，写步骤的行更长。', 'The same; as many steps, but rows with steps are longer.'),
      null,
      0,
    ),
  ],
};
