/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, type Preset } from '../lab.ts';

export const GanVsDiffusionParams = z.object({
  data: z.enum(['ring8', 'grid25', 'spiral', 'moons', 'drawn', 'digits']).default('ring8'),
  /** x and y in turn, data units; for `drawn`. */
  points: z.array(z.number().min(-3).max(3)).max(480).default([]),
  budget: z.enum(['steps', 'multiply-adds', 'seconds']).default('steps'),
  steps: z.int().min(10).max(50_000).default(3000),
  batch: z.union([z.literal(64), z.literal(128), z.literal(256), z.literal(512)]).default(256),
  hidden: z.union([z.literal(32), z.literal(64), z.literal(128), z.literal(256)]).default(64),
  loss: z.enum(['minimax', 'non-saturating', 'wgan-gp']).default('non-saturating'),
  r1: z.number().min(0).max(10).default(0),
  pack: z.union([z.literal(1), z.literal(2), z.literal(4)]).default(1),
  latent: z.int().min(1).max(32).default(2),
  ganRate: z.number().min(1e-5).max(1e-2).default(1e-3),
  /** The discriminator's learning rate over the generator's. */
  discriminatorPace: z.number().min(0.05).max(5).default(1),
  discriminatorSteps: z.int().min(1).max(10).default(1),
  schedule: z.enum(['linear', 'cosine']).default('cosine'),
  prediction: z.enum(['epsilon', 'v']).default('epsilon'),
  noiseSteps: z.union([z.literal(50), z.literal(100), z.literal(200), z.literal(1000)]).default(100),
  diffusionRate: z.number().min(1e-5).max(1e-2).default(2e-3),
  /** Who computes; `auto` as `chooseEngine` says. Figures are the same for one engine, not across engines. */
  engine: z.enum(['auto', 'webgpu', 'wasm']).default('auto'),
});
export type GanVsDiffusionParams = z.infer<typeof GanVsDiffusionParams>;

export const GROUPS = {
  task: both('任务', 'The task'),
  gan: both('GAN', 'GAN'),
  diffusion: both('扩散模型', 'Diffusion'),
  engine: both('计算', 'Computing'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'data',
    group: 'task',
    label: both('数据', 'Data'),
    help: both(
      '两个模型学习同样的数据。环与网格有可数的模式，适合观察模式坍塌；手写数字是 14×14 的图像，用小型卷积网络，慢得多（请从预设开始）。',
      'Both models learn the same data. Ring and grid have modes to count, which shows mode collapse. Digits are images of 14 × 14 for small convolutional networks, and much slower: begin with their preset.',
    ),
    options: [
      choice('ring8', '环，8 个模式', 'Ring of 8'),
      choice('grid25', '网格，25 个模式', 'Grid of 25'),
      choice('spiral', '螺旋', 'Spiral'),
      choice('moons', '双月', 'Two moons'),
      choice('drawn', '手绘', 'Drawn by hand'),
      choice('digits', '手写数字', 'Handwritten digits'),
    ],
  },
  { id: 'points', group: 'task', label: both('手绘点', 'Drawn points'), help: both('', ''), hidden: true },
  {
    id: 'budget',
    group: 'task',
    label: both('相同预算', 'The same budget'),
    help: both(
      '公平比较要先说清楚比什么：优化器步数、乘加次数，还是时间。按时间计算时，同一种子的结果会因机器而异。',
      'A fair comparison says what is kept equal: optimiser steps, counted multiply-adds, or time. By time, the same seed gives other figures on another machine.',
    ),
    options: [
      choice('steps', '优化器步数', 'Optimiser steps'),
      choice('multiply-adds', '乘加次数', 'Multiply-adds'),
      choice('seconds', '时间', 'Time'),
    ],
  },
  {
    id: 'steps',
    group: 'task',
    label: both('步数', 'Steps'),
    help: both(
      'GAN 的训练轮数；扩散模型得到相同的预算。',
      'Rounds of the GAN; the diffusion model gets the same budget.',
    ),
    range: [500, 20_000, 500],
  },
  {
    id: 'batch',
    group: 'task',
    label: both('批大小', 'Batch'),
    help: both('每一步使用的样本数。', 'Samples in each step.'),
    options: [
      choice('64', '64', '64'),
      choice('128', '128', '128'),
      choice('256', '256', '256'),
      choice('512', '512', '512'),
    ],
  },
  {
    id: 'hidden',
    group: 'task',
    label: both('隐藏层宽度', 'Hidden units'),
    help: both(
      '生成器、判别器与去噪网络都有两个这样宽的隐藏层；用于数字时，是卷积通道数的八倍。',
      'Generator, discriminator and denoiser each have two hidden layers this wide; for digits, eight times the channels of their convolutions.',
    ),
    options: [
      choice('32', '32', '32'),
      choice('64', '64', '64'),
      choice('128', '128', '128'),
      choice('256', '256', '256'),
    ],
  },
  {
    id: 'loss',
    group: 'gan',
    label: both('损失', 'Loss'),
    help: both(
      '原始极小极大损失在判别器占优时梯度消失；非饱和形式是论文实际训练所用；WGAN-GP 用带梯度惩罚的评分代替分类。',
      'The original minimax loss has no gradient left when the discriminator wins; the non-saturating form is what the paper trained with; WGAN-GP scores instead of classifying, with a gradient penalty.',
    ),
    options: [
      choice('minimax', '极小极大（原始）', 'Minimax, as written'),
      choice('non-saturating', '非饱和', 'Non-saturating'),
      choice('wgan-gp', 'WGAN-GP', 'WGAN-GP'),
    ],
  },
  {
    id: 'r1',
    group: 'gan',
    label: both('R1 惩罚 γ', 'R1 penalty γ'),
    help: both(
      '在真实数据处惩罚判别器的梯度（Mescheder 等 2018），使训练收敛；0 表示不用。',
      'Penalises the discriminator’s gradient at real data (Mescheder et al. 2018), so that training settles; 0 for none.',
    ),
    range: [0, 2, 0.05],
  },
  {
    id: 'pack',
    group: 'gan',
    label: both('打包样本数（PacGAN）', 'Packing (PacGAN)'),
    help: both(
      '判别器一次看几个样本，便能察觉样本彼此雷同（Lin 等 2018）。',
      'The discriminator sees several samples at once and so notices when they are all alike (Lin et al. 2018).',
    ),
    options: [choice('1', '1', '1'), choice('2', '2', '2'), choice('4', '4', '4')],
  },
  {
    id: 'latent',
    group: 'gan',
    label: both('潜变量维数', 'Latent dimensions'),
    help: both('生成器输入的高斯噪声维数。', 'Dimensions of the generator’s Gaussian noise.'),
    range: [1, 16, 1],
  },
  {
    id: 'ganRate',
    group: 'gan',
    label: both('学习率', 'Learning rate'),
    help: both('生成器的 Adam 学习率。', 'Adam’s rate for the generator.'),
    range: [0.0001, 0.005, 0.0001],
  },
  {
    id: 'discriminatorPace',
    group: 'gan',
    label: both('判别器学习率的倍数', 'Discriminator’s rate, times the generator’s'),
    help: both(
      '判别器的学习率是生成器的几倍。学得太慢，生成器会把样本堆在少数模式上；两种学习率不同也可以有助收敛（Heusel 等 2017）。',
      'How many times the generator’s rate the discriminator learns at. Too slow, and the generator heaps its samples on few modes; two different rates can also help training settle (Heusel et al. 2017).',
    ),
    range: [0.1, 3, 0.1],
  },
  {
    id: 'discriminatorSteps',
    group: 'gan',
    label: both('判别器步数', 'Discriminator steps'),
    help: both(
      '生成器每走一步，判别器先走几步。',
      'Steps of the discriminator before each of the generator.',
    ),
    range: [1, 5, 1],
  },
  {
    id: 'schedule',
    group: 'diffusion',
    label: both('噪声调度', 'Noise schedule'),
    help: both(
      '数据在 T 步中被淹没的快慢：线性（Ho 等 2020）或余弦（Nichol 与 Dhariwal 2021）。',
      'How fast data drown over T steps: linear (Ho et al. 2020) or cosine (Nichol & Dhariwal 2021).',
    ),
    options: [choice('linear', '线性', 'Linear'), choice('cosine', '余弦', 'Cosine')],
  },
  {
    id: 'prediction',
    group: 'diffusion',
    label: both('预测目标', 'Prediction'),
    help: both(
      '网络预测噪声 ε，或 v = √ᾱ ε − √(1−ᾱ) x₀（Salimans 与 Ho 2022）。',
      'The network predicts the noise ε, or v = √ᾱ ε − √(1−ᾱ) x₀ (Salimans & Ho 2022).',
    ),
    options: [choice('epsilon', 'ε', 'ε'), choice('v', 'v', 'v')],
  },
  {
    id: 'noiseSteps',
    group: 'diffusion',
    label: both('噪声步数 T', 'Noise steps T'),
    help: both('祖先采样需要的网络评估次数。', 'Network evaluations of ancestral sampling.'),
    options: [
      choice('50', '50', '50'),
      choice('100', '100', '100'),
      choice('200', '200', '200'),
      choice('1000', '1000', '1000'),
    ],
  },
  {
    id: 'diffusionRate',
    group: 'diffusion',
    label: both('学习率', 'Learning rate'),
    help: both('去噪网络的 Adam 学习率。', 'Adam’s rate for the denoiser.'),
    range: [0.0001, 0.005, 0.0001],
  },
  {
    id: 'engine',
    group: 'engine',
    label: both('计算引擎', 'Engine'),
    help: both(
      '自动：点数据用 WebAssembly，卷积在有 WebGPU 的浏览器里用 WebGPU。点数据的网络很小，处理器算完一步时显卡往往还没开始。相同种子的结果只在同一引擎上相同。',
      'Automatic: WebAssembly for points, WebGPU for convolutions where the browser has it. Networks for points are so small that the processor is done before a graphics card has begun. The same seed gives the same figures on the same engine only.',
    ),
    options: [
      choice('auto', '自动', 'Automatic'),
      choice('webgpu', 'WebGPU', 'WebGPU'),
      choice('wasm', 'WebAssembly', 'WebAssembly'),
    ],
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'ring',
    title: both('环：谁能覆盖 8 个模式', 'Ring: who covers eight modes'),
    about: both(
      '默认设置。看 GAN 丢掉哪些模式、在哪里振荡。',
      'The default. Watch which modes the GAN drops, and where it oscillates.',
    ),
    params: {},
  },
  {
    id: 'collapse',
    title: both('坍塌：判别器学得太慢', 'Collapse: a discriminator that learns too slowly'),
    about: both(
      '判别器的学习率只有生成器的十分之一：生成器追着它跑，样本挤在几个模式上来回移动。',
      'It learns at a tenth of the generator’s rate. The generator runs ahead, heaps its samples on a few modes and wanders.',
    ),
    params: { discriminatorPace: 0.1 },
  },
  {
    id: 'minimax',
    title: both('原始极小极大损失', 'The minimax loss as written'),
    about: both(
      '判别器占优时，生成器的梯度应当消失。这里真会如此吗？',
      'When the discriminator wins, the generator’s gradient should be gone. Is it, here?',
    ),
    params: { loss: 'minimax', discriminatorSteps: 3 },
  },
  {
    id: 'grid',
    title: both('网格：25 个模式', 'Grid of 25'),
    about: both('模式更多更小，两者都更难。', 'More and smaller modes: harder for both.'),
    params: { data: 'grid25', steps: 6000, hidden: 128 },
  },
  {
    id: 'packed',
    title: both('PacGAN：每次看两个样本', 'PacGAN: two samples at once'),
    about: both(
      '与“坍塌”相同，但判别器一次看两个样本，雷同便瞒不过它。',
      'The same as “Collapse”, but the discriminator sees two samples at once, and notices when they are alike.',
    ),
    params: { discriminatorPace: 0.1, pack: 2 },
  },
  {
    id: 'wgan',
    title: both('WGAN-GP', 'WGAN-GP'),
    about: both(
      '评分器每轮多走几步，梯度长度受惩罚。',
      'A critic with more steps a round and a penalty on its slope.',
    ),
    params: { loss: 'wgan-gp', discriminatorSteps: 3, steps: 2000 },
  },
  {
    id: 'spiral',
    title: both('螺旋，按乘加次数比较', 'Spiral, by multiply-adds'),
    about: both('没有可数的模式；看距离。', 'No modes to count; look at the distances.'),
    params: { data: 'spiral', budget: 'multiply-adds' },
  },
  {
    id: 'digits',
    title: both('手写数字：小型卷积网络', 'Digits: small convolutions'),
    about: both(
      '14×14 的手写数字。看 GAN 少画了哪些数字，再拖动去噪过程。',
      'Handwritten digits of 14 × 14. See which digits the GAN leaves out, and scrub through the denoising.',
    ),
    params: {
      data: 'digits',
      budget: 'multiply-adds',
      steps: 3000,
      batch: 64,
      hidden: 64,
      latent: 16,
      r1: 0.5,
      prediction: 'v',
      diffusionRate: 0.003,
    },
  },
];
