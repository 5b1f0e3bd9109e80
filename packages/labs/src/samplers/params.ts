/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, type Preset } from '../lab.ts';

/** Step counts that the issue of the published tables share (Song et al. 2021, table 1), and five. */
export const STEP_COUNTS = [5, 10, 20, 50, 100, 1000] as const;

export const SamplersParams = z.object({
  data: z.enum(['ring8', 'grid25', 'spiral', 'moons', 'drawn']).default('ring8'),
  /** x and y in turn, data units; for `drawn`. */
  points: z.array(z.number().min(-3).max(3)).max(480).default([]),
  model: z.enum(['trained', 'exact']).default('trained'),
  guidance: z.number().min(0).max(10).default(0),
  steps: z.int().min(10).max(50_000).default(6000),
  batch: z.union([z.literal(64), z.literal(128), z.literal(256), z.literal(512)]).default(256),
  hidden: z.union([z.literal(32), z.literal(64), z.literal(128), z.literal(256)]).default(128),
  schedule: z.enum(['linear', 'cosine']).default('linear'),
  prediction: z.enum(['epsilon', 'v']).default('epsilon'),
  noiseSteps: z.union([z.literal(100), z.literal(200), z.literal(1000)]).default(1000),
  rate: z.number().min(1e-5).max(1e-2).default(4e-3),
  upTo: z
    .union([z.literal(5), z.literal(10), z.literal(20), z.literal(50), z.literal(100), z.literal(1000)])
    .default(100),
  samples: z.union([z.literal(250), z.literal(500), z.literal(1000), z.literal(2500)]).default(1000),
  spacing: z.enum(['own', 'leading', 'trailing', 'quadratic', 'log-snr', 'karras']).default('own'),
  eta: z.number().min(0).max(1).default(0.5),
  estimates: z.enum(['bounded', 'free']).default('bounded'),
});
export type SamplersParams = z.infer<typeof SamplersParams>;

const numbers = (...values: number[]) =>
  values.map((value) => choice(String(value), String(value), String(value)));

export const GROUPS = {
  model: both('模型', 'The model'),
  sampling: both('采样', 'Sampling'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'data',
    group: 'model',
    label: both('数据', 'Data'),
    help: both(
      '要学的二维分布。环与网格是高斯混合，有可数的模式。',
      'The distribution of points. Ring and grid are mixtures of Gaussians, with modes to count.',
    ),
    options: [
      choice('ring8', '环，8 个模式', 'Ring of 8'),
      choice('grid25', '网格，25 个模式', 'Grid of 25'),
      choice('spiral', '螺旋', 'Spiral'),
      choice('moons', '双月', 'Two moons'),
      choice('drawn', '手绘', 'Drawn by hand'),
    ],
  },
  { id: 'points', group: 'model', label: both('手绘点', 'Drawn points'), help: both('', ''), hidden: true },
  {
    id: 'model',
    group: 'model',
    label: both('去噪模型', 'Denoiser'),
    help: both(
      '训练出来的网络有训练误差。高斯混合加噪后的得分有解析式，用它采样就只剩求解误差，两种误差由此分开。',
      'A trained network errs. The score of a noised mixture is known in closed form; sampling with it leaves only the solver’s error, so the two can be told apart.',
    ),
    options: [
      choice('trained', '训练的网络', 'Trained network'),
      choice('exact', '解析得分，无训练误差', 'Exact score, no training error'),
    ],
  },
  {
    id: 'guidance',
    group: 'model',
    label: both('引导强度 s', 'Guidance s'),
    help: both(
      '无分类器引导：每个模式是一类，D + s·(D_类 − D)，每步要评估两次；0 表示不引导，只对环、网格和手绘点有效。强引导下少步高阶求解器容易失稳。',
      'Classifier-free guidance: each mode is a class, D + s·(D_class − D), two evaluations a question; 0 for none. For ring, grid and drawn points. Strong guidance is where solvers of high order become unstable at few steps.',
    ),
    range: [0, 10, 0.5],
    when: { field: 'model', is: ['exact'] },
  },
  {
    id: 'steps',
    group: 'model',
    label: both('训练步数', 'Training steps'),
    help: both('Adam 的步数。', 'Steps of Adam.'),
    range: [500, 20_000, 500],
    when: { field: 'model', is: ['trained'] },
  },
  {
    id: 'batch',
    group: 'model',
    label: both('批大小', 'Batch'),
    help: both('每一步使用的样本数。', 'Samples in each step.'),
    options: numbers(64, 128, 256, 512),
    when: { field: 'model', is: ['trained'] },
  },
  {
    id: 'hidden',
    group: 'model',
    label: both('隐藏层宽度', 'Hidden units'),
    help: both('去噪网络有两个这样宽的隐藏层。', 'The denoiser has two hidden layers this wide.'),
    options: numbers(32, 64, 128, 256),
    when: { field: 'model', is: ['trained'] },
  },
  {
    id: 'rate',
    group: 'model',
    label: both('学习率', 'Learning rate'),
    help: both('Adam 的学习率。', 'Adam’s rate.'),
    range: [0.0002, 0.01, 0.0002],
    when: { field: 'model', is: ['trained'] },
  },
  {
    id: 'prediction',
    group: 'model',
    label: both('预测目标', 'Prediction'),
    help: both(
      '网络预测噪声 ε，或 v = √ᾱ ε − √(1−ᾱ) x₀（Salimans 与 Ho 2022）。',
      'The network predicts the noise ε, or v = √ᾱ ε − √(1−ᾱ) x₀ (Salimans & Ho 2022).',
    ),
    options: [choice('epsilon', 'ε', 'ε'), choice('v', 'v', 'v')],
    when: { field: 'model', is: ['trained'] },
  },
  {
    id: 'schedule',
    group: 'model',
    label: both('噪声调度', 'Noise schedule'),
    help: both(
      '数据在 T 步中被淹没的快慢：线性（Ho 等 2020）或余弦（Nichol 与 Dhariwal 2021）。',
      'How fast data drown over T steps: linear (Ho et al. 2020) or cosine (Nichol & Dhariwal 2021).',
    ),
    options: [choice('linear', '线性', 'Linear'), choice('cosine', '余弦', 'Cosine')],
  },
  {
    id: 'noiseSteps',
    group: 'model',
    label: both('噪声步数 T', 'Noise steps T'),
    help: both(
      '训练时的时间步数。采样不超过 T 步。',
      'Time steps in training. No sampler takes more than T of them.',
    ),
    options: numbers(100, 200, 1000),
  },
  {
    id: 'upTo',
    group: 'sampling',
    label: both('最多采样步数', 'Most sampling steps'),
    help: both(
      '每个采样器依次走 5、10、20、50、100、1000 步，到这个数为止。',
      'Every sampler takes 5, 10, 20, 50, 100 and 1000 steps in turn, up to this many.',
    ),
    options: numbers(...STEP_COUNTS),
  },
  {
    id: 'samples',
    group: 'sampling',
    label: both('样本数', 'Samples'),
    help: both(
      '每个采样器从同一批起始噪声出发。样本越多，距离的抽样误差越小。',
      'Every sampler starts from the same noise. More samples, less sampling error in the distances.',
    ),
    options: numbers(250, 500, 1000, 2500),
  },
  {
    id: 'spacing',
    group: 'sampling',
    label: both('时间点的摆法', 'Spacing of steps'),
    help: both(
      '各用论文的：DDPM 与 DDIM 按时间均匀、最后停在第 1 步，DPM-Solver++ 按对数信噪比均匀，Heun 用 Karras 等（2022）的 ρ = 7。也可以让所有采样器用同一种。',
      'Each its paper’s: even in time down to step 1 for DDPM and DDIM, even in log-SNR for DPM-Solver++, ρ = 7 of Karras et al. (2022) for Heun. Or one for all.',
    ),
    options: [
      choice('own', '各用论文的', 'Each its paper’s'),
      choice('leading', '时间均匀，含第 1 步', 'Even in time, with step 1'),
      choice('trailing', '时间均匀，含第 T 步', 'Even in time, with step T'),
      choice('quadratic', '时间的平方', 'Quadratic in time'),
      choice('log-snr', '对数信噪比均匀', 'Even in log-SNR'),
      choice('karras', 'Karras，ρ = 7', 'Karras, ρ = 7'),
    ],
  },
  {
    id: 'eta',
    group: 'sampling',
    label: both('DDIM 的 η', 'η of DDIM'),
    help: both(
      '每步重新注入的噪声：0 是确定性的 DDIM，1 是祖先采样。两端总会各跑一遍，这里选中间的一条。',
      'How much noise each step puts back: 0 is deterministic DDIM, 1 ancestral sampling. Both ends always run; this is the one between.',
    ),
    range: [0, 1, 0.1],
  },
  {
    id: 'estimates',
    group: 'sampling',
    label: both('预测的 x₀', 'Estimates of x₀'),
    help: both(
      '限制在数据可能的范围内（Ho 等 2020 也这样裁剪），或者不限制。',
      'Kept where data can be, as Ho et al. (2020) clip them, or left as they come.',
    ),
    options: [choice('bounded', '限制范围', 'Kept in range'), choice('free', '不限制', 'As they come')],
    when: { field: 'model', is: ['trained'] },
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'ring',
    title: both('环：步数减少时谁先坏', 'Ring: who breaks first at few steps'),
    about: both('默认设置：训练一个网络，六种采样器。', 'The default: one trained network, six samplers.'),
    params: {},
  },
  {
    id: 'full',
    title: both('走满 1000 步', 'All of the 1000 steps'),
    about: both(
      '与 DDIM 论文表 1 同样的步数。σ̂ 在少步时最差，走满时追上。要多等一会儿。',
      'The step counts of table 1 of the DDIM paper. σ̂ is worst at few steps and catches up at all of them. Takes a while.',
    ),
    params: { upTo: 1000 },
  },
  {
    id: 'exact',
    title: both('解析得分：只剩求解误差', 'Exact score: the solver’s error alone'),
    about: both(
      '没有训练误差，可以看到每种求解器收敛的阶。',
      'No training error: the order of each solver shows.',
    ),
    params: { model: 'exact', spacing: 'log-snr' },
  },
  {
    id: 'guided',
    title: both('强引导：高阶会失稳吗', 'Strong guidance: does high order break?'),
    about: both('每个模式一类，引导强度 7.5。', 'A class for each mode, guidance 7.5.'),
    params: { model: 'exact', guidance: 7.5, spacing: 'log-snr' },
  },
  {
    id: 'grid',
    title: both('网格：25 个窄模式', 'Grid: 25 narrow modes'),
    about: both(
      '模式越窄，末段低噪声处的步长越要紧。',
      'The narrower the modes, the more the last, low-noise stretch counts.',
    ),
    params: { data: 'grid25', steps: 10_000 },
  },
  {
    id: 'cosine',
    title: both('余弦调度与 v 预测', 'Cosine schedule, v-prediction'),
    about: both(
      '同样的数据，另一种噪声调度和参数化。',
      'The same data under another schedule and parameterisation.',
    ),
    params: { schedule: 'cosine', prediction: 'v' },
  },
];
