/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, type Preset } from '../lab.ts';

export const ReasoningParams = z.object({
  task: z.enum(['game24', 'running-sum', 'addition', 'recall', 'lookup', 'vote']).default('game24'),
  /** Hands, test problems, or questions. */
  problems: z.int().min(5).max(2000).default(60),
  /** Chains that vote. */
  samples: z.int().min(1).max(101).default(10),
  temperature: z.number().min(0.1).max(2).default(0.7),
  skill: z.number().min(0).max(1).default(0.3),
  valueError: z.number().min(0).max(0.5).default(0.3),
  errors: z.enum(['fresh', 'fixed']).default('fresh'),
  habit: z.number().min(0).max(1).default(0.5),
  judgements: z.int().min(1).max(9).default(3),
  proposals: z.int().min(1).max(40).default(8),
  size: z.int().min(2).max(8).default(4),
  width: z.union([z.literal(16), z.literal(32), z.literal(64), z.literal(128)]).default(32),
  layers: z.int().min(1).max(4).default(2),
  steps: z.int().min(10).max(20_000).default(1500),
  batch: z.union([z.literal(16), z.literal(32), z.literal(64)]).default(32),
  rate: z.number().min(1e-4).max(2e-2).default(3e-3),
  right: z.number().min(0).max(1).default(0.2),
  wrong: z.number().min(0).max(1).default(0.3),
});
export type ReasoningParams = z.infer<typeof ReasoningParams>;

const TINY = ['running-sum', 'addition', 'recall', 'lookup'] as const;
const only = (...is: string[]): Field['when'] => ({ field: 'task', is });

export const GROUPS = {
  task: both('任务', 'The task'),
  noisy: both('会犯错的模型', 'The model that errs'),
  search: both('搜索', 'Search'),
  tiny: both('小 Transformer', 'The tiny transformer'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'task',
    group: 'task',
    label: both('任务', 'Task'),
    help: both(
      '24 点用一个误差已知的“模型”，答案能靠枚举验证。其余四项现场训练两个同样大小的小 Transformer：一个直接写答案，一个先写步骤。投票一项只给定对错概率。',
      'The Game of 24 is played by a “model” whose errors are known, and checked by enumeration. The next four train two tiny transformers of the same size on the spot: one answers at once, one writes steps first. The vote is given probabilities only.',
    ),
    options: [
      choice('game24', '24 点', 'Game of 24'),
      choice('running-sum', '连加连减（取末位）', 'Running sum, last digit'),
      choice('addition', '多位数加法', 'Addition of long numbers'),
      choice('recall', '背下来的事实', 'Facts learnt by heart'),
      choice('lookup', '在给出的列表里查', 'Looking up in a list'),
      choice('vote', '多数投票', 'A majority vote'),
    ],
  },
  {
    id: 'problems',
    group: 'task',
    label: both('题数', 'Problems'),
    help: both('用来测成功率的题目数。', 'How many problems success is measured on.'),
    range: [20, 500, 20],
  },
  {
    id: 'samples',
    group: 'task',
    label: both('投票的链数 k', 'Chains that vote, k'),
    help: both('自洽对每题采样多少条链。', 'Chains that self-consistency samples for each problem.'),
    range: [1, 51, 2],
  },
  {
    id: 'skill',
    group: 'noisy',
    label: both('每步的把握', 'Skill at a step'),
    help: both(
      '以这个概率从“还能到 24”的步里选一步，否则在所有步里乱选。0.3 时直接作答约对 8%，接近论文里 GPT-4 的 7.3%。',
      'With this probability a step is drawn among those that can still reach 24, otherwise among all. At 0.3 answering at once succeeds about 8% of the time, near GPT-4’s 7.3% in the paper.',
    ),
    range: [0, 1, 0.05],
    when: only('game24'),
  },
  {
    id: 'habit',
    group: 'noisy',
    label: both('固定开局的比例', 'Hands begun by habit'),
    help: both(
      '在这么多比例的牌上，整条解答总以同一步开头：真实模型的多次采样彼此相似。设为 0 则每次独立。',
      'On this share of hands every whole solution begins with the same step, as samples of a real model resemble one another. 0 makes all independent.',
    ),
    range: [0, 1, 0.1],
    when: only('game24'),
  },
  {
    id: 'valueError',
    group: 'search',
    label: both('评估出错率', 'Judgements that are wrong'),
    help: both(
      '判断“还能不能到 24”时说反的概率；0.5 等于不会判断。',
      'Probability that “can this reach 24?” is answered the wrong way round; 0.5 knows nothing.',
    ),
    range: [0, 0.5, 0.05],
    when: only('game24'),
  },
  {
    id: 'errors',
    group: 'search',
    label: both('评估怎样出错', 'How judgements err'),
    help: both(
      '独立：每次判断各自出错，多判几次可以抵消。固定：同一状态每次都错得一样，多判无用。',
      'By itself: each judgement errs anew, and more of them cancel. Fixed: a state is misjudged alike each time, and more do not help.',
    ),
    options: [
      choice('fresh', '每次独立', 'Each by itself'),
      choice('fixed', '同一状态总是一样', 'Fixed for a state'),
    ],
    when: only('game24'),
  },
  {
    id: 'judgements',
    group: 'search',
    label: both('每个状态判几次', 'Judgements of a state'),
    help: both('把几次判断的分数相加；论文用 3 次。', 'Their values are added; the paper takes 3.'),
    range: [1, 9, 1],
    when: only('game24'),
  },
  {
    id: 'proposals',
    group: 'search',
    label: both('每个状态提几步', 'Steps proposed from a state'),
    help: both(
      '每个保留的状态向模型要多少个不同的下一步。',
      'How many different next steps are asked for from each kept state.',
    ),
    range: [1, 30, 1],
    when: only('game24'),
  },
  {
    id: 'size',
    group: 'tiny',
    label: both('题的大小', 'Size of a problem'),
    help: both(
      '连加的项数、加法的位数、列表的条目数。',
      'Terms of a sum, digits of an addition, entries of a list.',
    ),
    range: [2, 8, 1],
    when: only('running-sum', 'addition', 'lookup'),
  },
  {
    id: 'width',
    group: 'tiny',
    label: both('宽度', 'Width'),
    help: both('残差流的宽度；两个模型相同。', 'Of the residual stream; both models alike.'),
    options: [
      choice('16', '16', '16'),
      choice('32', '32', '32'),
      choice('64', '64', '64'),
      choice('128', '128', '128'),
    ],
    when: only(...TINY),
  },
  {
    id: 'layers',
    group: 'tiny',
    label: both('层数', 'Layers'),
    help: both('每生成一个 token 能串行计算的深度。', 'The serial depth of the computation of one token.'),
    range: [1, 4, 1],
    when: only(...TINY),
  },
  {
    id: 'steps',
    group: 'tiny',
    label: both('训练步数', 'Training steps'),
    help: both('两个模型各训练这么多步。', 'Each of the two models trains this long.'),
    range: [200, 5000, 100],
    when: only(...TINY),
  },
  {
    id: 'batch',
    group: 'tiny',
    label: both('批大小', 'Batch'),
    help: both('每一步的题数。', 'Problems in each step.'),
    options: [choice('16', '16', '16'), choice('32', '32', '32'), choice('64', '64', '64')],
    when: only(...TINY),
  },
  {
    id: 'rate',
    group: 'tiny',
    label: both('学习率', 'Learning rate'),
    help: both('AdamW 的最高学习率，先升后降。', 'AdamW’s highest rate, warmed up and then lowered.'),
    range: [0.0005, 0.01, 0.0005],
    when: only(...TINY),
  },
  {
    id: 'temperature',
    group: 'tiny',
    label: both('采样温度', 'Temperature'),
    help: both(
      '自洽采样时的温度；直接作答和单条思维链都取最可能的。',
      'Of self-consistency’s samples; the single answers are greedy.',
    ),
    range: [0.1, 1.5, 0.1],
    when: only(...TINY),
  },
  {
    id: 'right',
    group: 'noisy',
    label: both('答对的概率', 'Right'),
    help: both('一次采样答对的概率。', 'Probability that one sample is right.'),
    range: [0, 1, 0.05],
    when: only('vote'),
  },
  {
    id: 'wrong',
    group: 'noisy',
    label: both('同一个错误答案的概率', 'One wrong answer'),
    help: both(
      '一次采样给出某个特定错误答案的概率；其余的错误互不相同。',
      'Probability of one particular wrong answer; other wrong ones never agree.',
    ),
    range: [0, 1, 0.05],
    when: only('vote'),
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'tree',
    title: both('24 点：搜索与一条链', 'Game of 24: search against a chain'),
    about: both(
      '链不如搜索；搜索花的 token 多得多。',
      'A chain loses to search, which spends far more tokens.',
    ),
    params: {},
  },
  {
    id: 'blind',
    title: both('不会评估的搜索', 'Search that cannot judge'),
    about: both('评估全凭猜，树就没有方向。', 'Judgements are guesses, and the tree has no direction.'),
    params: { valueError: 0.5 },
  },
  {
    id: 'fixed',
    title: both('改不掉的误判', 'Misjudgements that stay'),
    about: both(
      '同一状态每次都误判，多判几次也没用。',
      'A state is misjudged alike each time; asking again does not help.',
    ),
    params: { errors: 'fixed', judgements: 9 },
  },
  {
    id: 'independent',
    title: both('独立采样加检验器', 'Independent samples and a verifier'),
    about: both(
      '采样彼此独立时，同样的 token 用来多采几次再检验，反而胜过搜索。',
      'Where samples are independent, the same tokens spent on sampling with a verifier beat the search.',
    ),
    params: { habit: 0 },
  },
  {
    id: 'steps-help',
    title: both('写步骤有用：四项连加', 'Steps help: a sum of four'),
    about: both(
      '直接作答停在瞎猜，写出中间结果就学得会。',
      'Answering at once stays at chance; writing the results on the way is learnt.',
    ),
    params: { task: 'running-sum', problems: 200, samples: 5 },
  },
  {
    id: 'two-terms',
    title: both('两项连加：谁学得早', 'A sum of two: who learns sooner'),
    about: both(
      '只有两百道题要记，直接作答也学得会，只是晚得多，有的种子还学不会。',
      'Only some two hundred answers: answering at once learns them too, much later, and with some seeds not at all.',
    ),
    params: { task: 'running-sum', size: 2, problems: 100, samples: 5, steps: 2000, rate: 0.002, width: 64 },
  },
  {
    id: 'recall',
    title: both('写步骤没用：背事实', 'Steps do not: facts by heart'),
    about: both(
      '答案只靠记忆，复述题目没有帮助。',
      'The answer is memory; saying the question again does nothing.',
    ),
    params: { task: 'recall', problems: 100, samples: 5, steps: 1500 },
  },
  {
    id: 'vote',
    title: both('多数会选错', 'When the majority is wrong'),
    about: both(
      '答对 20%，某个错误占 30%：投的票越多越错。',
      'Right 20%, one wrong answer 30%: the more votes, the worse.',
    ),
    params: { task: 'vote', problems: 400, samples: 41 },
  },
];
