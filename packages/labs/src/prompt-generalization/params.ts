/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, numbers, type Preset } from '../lab.ts';

const onOff = z.enum(['on', 'off']).default('on');

export const PromptGeneralizationParams = z.object({
  diverse: onOff,
  simple: onOff,
  augmented: onOff,
  multitask: onOff,
  tuning: onOff,
  steps: z.int().min(2).max(3000).default(600),
  tuneSteps: z.int().min(2).max(3000).default(200),
  promptLength: z.int().min(1).max(50).default(10),
  width: z.union([z.literal(32), z.literal(64), z.literal(96), z.literal(128)]).default(64),
  layers: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(2),
});
export type PromptGeneralizationParams = z.infer<typeof PromptGeneralizationParams>;

const ON_OFF = [choice('on', '开', 'On'), choice('off', '关', 'Off')];

export const GROUPS = {
  strategies: both('策略', 'Strategies'),
  tuning: both('提示调优', 'Prompt tuning'),
  model: both('模型', 'The model'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'diverse',
    group: 'strategies',
    label: both('多样的训练数据', 'Diverse training data'),
    help: both(
      '字母更多、长短不一，但每个任务仍只有一种问法。',
      'More letters and other lengths, yet one phrasing for each task.',
    ),
    options: ON_OFF,
  },
  {
    id: 'simple',
    group: 'strategies',
    label: both('简单通用的模板', 'Simpler, general templates'),
    help: both(
      '每个任务一种问法，但只有一个关键词，没有冗长的句子。',
      'One phrasing for each task, a keyword instead of a long sentence.',
    ),
    options: ON_OFF,
  },
  {
    id: 'augmented',
    group: 'strategies',
    label: both('提示增强', 'Prompt augmentation'),
    help: both(
      '每个任务六种问法，一半再加上同义词、错字、空白或客套话；换语序不在其中。',
      'Six phrasings for each task, half of them changed by synonyms, typos, blanks or courtesies; never by order.',
    ),
    options: ON_OFF,
  },
  {
    id: 'multitask',
    group: 'strategies',
    label: both('多任务训练', 'Multi-task training'),
    help: both(
      '原任务一种问法，另一半数据来自三个别的任务、各五种问法。',
      'One phrasing for each task; half of the data are three other tasks in five phrasings each.',
    ),
    options: ON_OFF,
  },
  {
    id: 'tuning',
    group: 'tuning',
    label: both('提示调优与对照', 'Prompt tuning and its rivals'),
    help: both(
      '从“一种问法”的模型出发，用增强后的数据调优：软提示、前缀（模型冻结），以及全量微调。',
      'From the model of one phrasing, on augmented data: a soft prompt and a prefix with the model frozen, and all weights.',
    ),
    options: ON_OFF,
  },
  {
    id: 'promptLength',
    group: 'tuning',
    label: both('软提示长度', 'Length of the prompt'),
    help: both(
      '软提示的向量数；前缀每层也这么长。',
      'Vectors of the soft prompt; the prefix is as long in every layer.',
    ),
    range: [1, 50, 1],
  },
  {
    id: 'tuneSteps',
    group: 'tuning',
    label: both('调优步数', 'Steps of tuning'),
    help: both('每步 32 个提示。', 'Of 32 prompts each.'),
    range: [50, 1000, 50],
  },
  {
    id: 'steps',
    group: 'model',
    label: both('训练步数', 'Steps of training'),
    help: both(
      '每种策略从同一初始权重训练，每步 32 个提示。',
      'Each strategy from the same first weights, 32 prompts a step.',
    ),
    range: [50, 2000, 50],
  },
  {
    id: 'width',
    group: 'model',
    label: both('宽度', 'Width'),
    help: both('残差流的宽度，四个头。', 'Width of the residual stream, over four heads.'),
    options: numbers(32, 64, 96, 128),
  },
  {
    id: 'layers',
    group: 'model',
    label: both('层数', 'Layers'),
    help: both('每层一次注意力和一次 SwiGLU。', 'Each with attention and a SwiGLU layer.'),
    options: numbers(1, 2, 3),
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'all',
    title: both('五种策略', 'All five strategies'),
    about: both('默认设置。', 'The default.'),
    params: {},
  },
  {
    id: 'tuning',
    title: both('只比较调优方法', 'Ways of tuning only'),
    about: both('软提示、前缀与全量微调。', 'Soft prompt, prefix and all weights.'),
    params: { diverse: 'off', simple: 'off', augmented: 'off', multitask: 'off', tuneSteps: 300 },
  },
  {
    id: 'narrow',
    title: both('更小的模型上的调优', 'Tuning a smaller model'),
    about: both(
      '宽度 32；与 64、128 相比，看差距随规模的变化。',
      'Width 32: hold it against 64 and 128 for the gap over sizes.',
    ),
    params: { diverse: 'off', simple: 'off', augmented: 'off', multitask: 'off', width: 32 },
  },
  {
    id: 'wide',
    title: both('更大的模型上的调优', 'Tuning a larger model'),
    about: both('宽度 128。', 'Width 128.'),
    params: { diverse: 'off', simple: 'off', augmented: 'off', multitask: 'off', width: 128 },
  },
];
