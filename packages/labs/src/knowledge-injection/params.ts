/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, numbers, type Preset } from '../lab.ts';

export const KnowledgeInjectionParams = z.object({
  arms: z.enum(['two', 'four']).default('two'),
  people: z.union([z.literal(30), z.literal(60), z.literal(90)]).default(60),
  wordings: z.int().min(2).max(5).default(5),
  permute: z.enum(['yes', 'no']).default('yes'),
  width: z.union([z.literal(32), z.literal(64), z.literal(96)]).default(64),
  layers: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(2),
  pretrainSteps: z.int().min(4).max(3000).default(400),
  askSteps: z.int().min(2).max(600).default(80),
  newSteps: z.int().min(0).max(1000).default(60),
  rank: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8), z.literal(16)]).default(8),
});
export type KnowledgeInjectionParams = z.infer<typeof KnowledgeInjectionParams>;

export const GROUPS = {
  data: both('语料', 'The texts'),
  model: both('模型', 'The model'),
  stages: both('阶段', 'The stages'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'arms',
    group: 'data',
    label: both('比较哪些预训练', 'Kinds of pre-training'),
    help: both(
      '两种：每人只有一种写法，或多种写法。四种另加：一种写法但混入一半人的问答；多种写法但同一个人的改写挨在同一窗口里。',
      'Two: one wording for each person, or several. Four adds: one wording with questions on half of the people mixed in; several wordings with one person’s rewrites side by side in a window.',
    ),
    options: [choice('two', '两种', 'Two'), choice('four', '四种', 'Four')],
  },
  {
    id: 'people',
    group: 'data',
    label: both('人数', 'People'),
    help: both(
      '虚构的人，每人三件事：出生地、专业、雇主。一半人用来教会问答格式，另一半只用来提问。另有三组各八人，整个预训练中只出现 1、10、100 次。',
      'Invented people with three facts each: birthplace, subject, employer. Half of them teach how to answer, the others are only asked about. Three more groups of eight are seen 1, 10 and 100 times in all.',
    ),
    options: numbers(30, 60, 90),
  },
  {
    id: 'wordings',
    group: 'data',
    label: both('写法数', 'Wordings'),
    help: both('“多种写法”中每件事有几种说法。', 'How many ways each fact is told where there are several.'),
    range: [2, 5, 1],
  },
  {
    id: 'permute',
    group: 'data',
    label: both('打乱顺序、写全名', 'Any order, full names'),
    help: both(
      '多种写法时，句子顺序是否打乱，并在每句重复全名；否则顺序固定，后面的句子用代词。',
      'With several wordings: sentences in any order, the full name in each; else a fixed order, with a pronoun after the first.',
    ),
    options: [choice('yes', '是', 'Yes'), choice('no', '否', 'No')],
  },
  {
    id: 'width',
    group: 'model',
    label: both('宽度', 'Width'),
    help: both('残差流的宽度；每头宽度是它的四分之一。', 'Width of the residual stream, over four heads.'),
    options: numbers(32, 64, 96),
  },
  {
    id: 'layers',
    group: 'model',
    label: both('层数', 'Layers'),
    help: both('每层一次注意力和一次 SwiGLU。', 'Each with attention and a SwiGLU layer.'),
    options: numbers(1, 2, 3),
  },
  {
    id: 'pretrainSteps',
    group: 'stages',
    label: both('预训练步数', 'Steps of pre-training'),
    help: both('每步 24 篇小传。', 'Of 24 biographies each.'),
    range: [100, 3000, 100],
  },
  {
    id: 'askSteps',
    group: 'stages',
    label: both('问答微调步数', 'Steps of question tuning'),
    help: both(
      '每步 48 个问答，只问受教的那一半人。过多会过拟合。',
      'Of 48 questions on the taught half. Too many overfit.',
    ),
    range: [10, 600, 10],
  },
  {
    id: 'newSteps',
    group: 'stages',
    label: both('新知识微调步数', 'Steps of tuning on new facts'),
    help: both(
      '从“多种写法”的模型出发，用预训练从未出现的人的问答微调：全量、LoRA，以及只用已知事实作对照。',
      'From the model of several wordings, on questions about people that pre-training never had: all weights, LoRA, and known facts only for comparison.',
    ),
    range: [0, 600, 10],
  },
  {
    id: 'rank',
    group: 'stages',
    label: both('LoRA 的秩', 'Rank of LoRA'),
    help: both('所有投影都加适配器；底座冻结。', 'Adapters on all projections; the base stays frozen.'),
    options: numbers(1, 2, 4, 8, 16),
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'wordings',
    title: both('一种写法与五种写法', 'One wording against five'),
    about: both('默认设置。', 'The default.'),
    params: {},
  },
  {
    id: 'four',
    title: both('四种预训练', 'All four kinds'),
    about: both(
      '加上混入问答，以及改写挤在同一窗口的陷阱。',
      'With questions mixed in, and the trap of rewrites side by side.',
    ),
    params: { arms: 'four' },
  },
  {
    id: 'order',
    title: both('只改写，不打乱顺序', 'Rewrites without reordering'),
    about: both('顺序固定，后面的句子用代词。', 'A fixed order, with pronouns.'),
    params: { permute: 'no' },
  },
  {
    id: 'long',
    title: both('把新知识教到底', 'New facts to the end'),
    about: both('看旧知识丢掉多少。', 'Watch how much of the old is lost.'),
    params: { newSteps: 400 },
  },
];
