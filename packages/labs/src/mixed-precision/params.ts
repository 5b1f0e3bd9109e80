/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, type Preset } from '../lab.ts';

export const MixedPrecisionParams = z.object({
  task: z.enum(['digits', 'spirals']).default('digits'),
  hidden: z.union([z.literal(32), z.literal(64), z.literal(128)]).default(32),
  layers: z.int().min(1).max(6).default(3),
  steps: z.int().min(10).max(20_000).default(600),
  batch: z.union([z.literal(32), z.literal(64), z.literal(128)]).default(64),
  optimiser: z.enum(['sgd', 'adam']).default('sgd'),
  rate: z.number().min(1e-5).max(0.5).default(0.02),
  /** The loss is multiplied with 2^-this. */
  lossShift: z.int().min(0).max(20).default(16),
  /** Exponents of two. */
  staticScale: z.int().min(0).max(40).default(16),
  dynamicScale: z.int().min(0).max(40).default(36),
  growthInterval: z.int().min(10).max(2000).default(100),
});
export type MixedPrecisionParams = z.infer<typeof MixedPrecisionParams>;

const number = (value: number) => choice(String(value), String(value), String(value));

export const GROUPS = {
  task: both('任务', 'The task'),
  training: both('训练', 'Training'),
  scaling: both('损失缩放', 'Loss scaling'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'task',
    group: 'task',
    label: both('数据', 'Data'),
    help: both(
      '8×8 像素的带噪数字（10 类），或三条旋臂上的点（3 类）。所有精度看到的批次完全相同。',
      'Noisy digits on 8×8 pixels (10 classes), or points on three arms of a spiral (3 classes). Every precision sees the same batches.',
    ),
    options: [choice('digits', '数字', 'Digits'), choice('spirals', '螺旋', 'Spirals')],
  },
  {
    id: 'lossShift',
    group: 'task',
    label: both('损失权重 2⁻ᵏ：k', 'Weight of the loss 2⁻ᵏ: k'),
    help: both(
      '损失乘以 2⁻ᵏ，相当于对 2ᵏ 个 token 或像素求平均，或一个权重很小的辅助损失。学习率同时乘以 2ᵏ，所以在精确算术里什么都不变；变的只是梯度离 fp16 的下限有多远。',
      'The loss is multiplied with 2⁻ᵏ, as where a mean runs over 2ᵏ tokens or pixels, or an auxiliary loss counts little. The learning rate is multiplied with 2ᵏ, so in exact arithmetic nothing changes; only how near the gradients come to the bottom of fp16.',
    ),
    range: [0, 20, 1],
  },
  {
    id: 'hidden',
    group: 'task',
    label: both('隐藏层宽度', 'Hidden units'),
    help: both('每个隐藏层的单元数，激活为 ReLU。', 'Units of each hidden layer, with ReLU.'),
    options: [number(32), number(64), number(128)],
  },
  {
    id: 'layers',
    group: 'task',
    label: both('隐藏层数', 'Hidden layers'),
    help: both(
      '层越多，靠近输入的梯度越小。',
      'The more layers, the smaller the gradients next to the input.',
    ),
    range: [1, 6, 1],
  },
  {
    id: 'steps',
    group: 'training',
    label: both('步数', 'Steps'),
    help: both('七种训练方式各走这么多步。', 'Each of the seven ways to train takes so many.'),
    range: [100, 4000, 100],
  },
  {
    id: 'batch',
    group: 'training',
    label: both('批大小', 'Batch'),
    help: both('每一步使用的样本数。', 'Samples in each step.'),
    options: [number(32), number(64), number(128)],
  },
  {
    id: 'optimiser',
    group: 'training',
    label: both('优化器', 'Optimiser'),
    help: both(
      '带动量的梯度下降，或 Adam。纯 fp16 里 Adam 的 ε = 10⁻⁸ 舍入为零，平方梯度也下溢，于是 0 ÷ 0 得 NaN。',
      'Descent with momentum, or Adam. In pure fp16 Adam’s ε = 10⁻⁸ rounds to zero and squared gradients underflow, so that 0 ÷ 0 gives NaN.',
    ),
    options: [choice('sgd', '梯度下降，动量 0.9', 'Descent, momentum 0.9'), choice('adam', 'Adam', 'Adam')],
  },
  {
    id: 'rate',
    group: 'training',
    label: both('学习率', 'Learning rate'),
    help: both(
      '越小，更新与权重之比越小，没有主权重时丢掉的更新就越多。',
      'The smaller, the smaller are updates beside weights, and the more of them are lost without master weights.',
    ),
    range: [0.001, 0.1, 0.001],
  },
  {
    id: 'staticScale',
    group: 'scaling',
    label: both('静态缩放因子 2ˢ：s', 'Static scale 2ˢ: s'),
    help: both(
      '损失始终乘以 2ˢ，梯度在 fp32 里除回去；出现 inf 或 NaN 的步跳过。',
      'The loss is always multiplied with 2ˢ, and the gradients divided by it in fp32; a step with inf or NaN is skipped.',
    ),
    range: [0, 40, 1],
  },
  {
    id: 'dynamicScale',
    group: 'scaling',
    label: both('动态缩放的初值 2ˢ：s', 'First dynamic scale 2ˢ: s'),
    help: both(
      '从这个因子开始，溢出就减半。PyTorch 从 2¹⁶ 开始；这里故意从太大开始，好看它怎样退下来。',
      'The factor to begin with; it halves when slopes overflow. PyTorch begins with 2¹⁶; here it begins too high on purpose, so that one sees it climb down.',
    ),
    range: [0, 40, 1],
  },
  {
    id: 'growthInterval',
    group: 'scaling',
    label: both('加倍间隔', 'Growth interval'),
    help: both(
      '连续这么多步没有溢出，因子加倍；PyTorch 取 2000。',
      'After so many steps without overflow the factor doubles; 2,000 in PyTorch.',
    ),
    range: [50, 2000, 50],
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'underflow',
    title: both('下溢：纯 fp16 学不动', 'Underflow: pure fp16 learns nothing'),
    about: both(
      '默认设置。大多数梯度低于 2⁻²⁴；缩放之后与 fp32 无异。',
      'The default. Most gradients lie below 2⁻²⁴; scaled, all is as in fp32.',
    ),
    params: {},
  },
  {
    id: 'lost-updates',
    title: both('丢失的更新：不缩放也不下溢', 'Lost updates: nothing to scale'),
    about: both(
      '梯度够大，学习率很小：没有主权重，更新被舍掉。',
      'Gradients are large enough and the rate is small: without master weights updates are rounded away.',
    ),
    params: { lossShift: 0, rate: 0.002, steps: 1500 },
  },
  {
    id: 'adam',
    title: both('Adam 的 ε 变成零', 'Adam’s ε becomes zero'),
    about: both('纯 fp16 的 Adam 几步之内得到 NaN。', 'Pure fp16 Adam gives NaN within a few steps.'),
    params: { optimiser: 'adam', lossShift: 0, rate: 0.002, steps: 400 },
  },
  {
    id: 'overflow',
    title: both('缩放过头', 'Scaled too far'),
    about: both(
      '静态因子 2³⁰ 溢出，每一步都跳过；动态缩放自己退下来。',
      'A static factor of 2³⁰ overflows and every step is skipped; the dynamic scaler climbs down.',
    ),
    params: { lossShift: 0, staticScale: 30, dynamicScale: 30 },
  },
  {
    id: 'easy',
    title: both('fp16 够用的时候', 'Where fp16 is enough'),
    about: both(
      '损失不加权、学习率不小：各种精度几乎一样。',
      'A loss without weight and no small rate: all precisions are nearly alike.',
    ),
    params: { lossShift: 0, rate: 0.05 },
  },
];
