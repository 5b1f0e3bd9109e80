/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GROUPS, PRESETS, SamplersParams, STEP_COUNTS } from './params.ts';
import { SAMPLERS, type SamplerName } from './samplers.ts';

export const SAMPLER_LABELS: Readonly<Record<SamplerName, Localised>> = {
  ddpm: both('DDPM，方差 β̃', 'DDPM, variance β̃'),
  sigmaHat: both('DDPM，方差 β（σ̂）', 'DDPM, variance β (σ̂)'),
  ddim: both('DDIM，η = 0', 'DDIM, η = 0'),
  ddimEta: both('DDIM，所选 η', 'DDIM, η as set'),
  dpmpp2m: both('DPM-Solver++(2M)', 'DPM-Solver++(2M)'),
  heun: both('Heun', 'Heun'),
};

type Kind = readonly [
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
];

const KINDS: readonly Kind[] = [
  [
    'slicedWasserstein',
    both('切片 Wasserstein-2', 'Sliced Wasserstein-2'),
    both(
      '与真实样本的距离，64 个方向的均方根，数据单位。',
      'Distance from real samples over 64 directions, data units.',
    ),
    'lower',
    3,
  ],
  [
    'referenceError',
    both('求解误差', 'Solver error'),
    both(
      '与同一起始噪声的收敛解（Heun，200 步）逐点相比的均方根距离，数据单位；随机采样器没有这个量。',
      'Root mean square distance, point by point, from the converged solution from the same noise (Heun, 200 steps), data units; random samplers have none.',
    ),
    'lower',
    4,
  ],
  [
    'highQuality',
    both('高质量样本', 'High-quality samples'),
    both('落在某个模式 3σ 之内的样本比例。', 'Share of samples within 3σ of some mode.'),
    'higher',
    3,
  ],
  [
    'modes',
    both('捕获的模式', 'Modes captured'),
    both('至少有一个样本落在其 3σ 之内的模式数。', 'Modes with at least one sample within 3σ.'),
    'higher',
    0,
  ],
  [
    'modeKl',
    both('模式频率 KL', 'Mode-frequency KL'),
    both(
      '高质量样本在各模式上的频率与均匀分布的 KL 散度，单位 nat。',
      'KL divergence of the samples’ frequencies over modes from equal ones, nats.',
    ),
    'lower',
    3,
  ],
  [
    'spread',
    both('模式内的散布', 'Spread within a mode'),
    both(
      '离同一个模式最近的样本围绕其均值的标准差，除以数据的标准差；1 为恰当，小于 1 是收得太紧。',
      'Standard deviation of the samples nearest the same mode about their mean, over the data’s: 1 is right, less is too narrow.',
    ),
    null,
    2,
  ],
  [
    'outermost',
    both('最外的样本', 'Outermost sample'),
    both(
      '样本坐标绝对值的最大值，除以真实样本的最大值；明显大于 1 说明跑出了数据的范围。',
      'Largest coordinate over that of real samples; well above 1, samples have left the range of the data.',
    ),
    null,
    2,
  ],
  [
    'mmd',
    both('MMD²', 'MMD²'),
    both(
      '最大均值差异的无偏估计，三个高斯核；相同分布时在零附近，可略小于零。',
      'Unbiased squared maximum mean discrepancy with three Gaussian kernels; around zero, even below, for equal distributions.',
    ),
    'lower',
    4,
  ],
  [
    'evaluations',
    both('网络评估', 'Evaluations'),
    both(
      '生成一个样本要调用模型几次。Heun 每步两次，最后一步一次；引导再翻一倍。',
      'How often the model runs for one sample. Heun asks twice a step, once in the last; guidance doubles it.',
    ),
    'lower',
    0,
  ],
  [
    'msPerSample',
    both('每样本毫秒', 'Milliseconds a sample'),
    both('成批采样的平均时间，编译不计。', 'Mean time in a batch, compilation left out.'),
    'lower',
    4,
  ],
];

const of = (steps: number, label: Localised): Localised =>
  both(`${label['zh-CN']}，${steps} 步`, `${label.en}, ${steps} steps`);

export const samplersDescription: LabDescription<SamplersParams> = {
  id: 'samplers',
  title: both('扩散采样器', 'Diffusion samplers'),
  summary: both(
    '同一个模型、同一批噪声，六种采样器：少走几步，质量损失多少？网络评估次数如实计算。',
    'One model, the same noise, six samplers: what does quality lose when steps are cut? Network evaluations are counted as they are.',
  ),
  params: SamplersParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  columns: SAMPLERS.map((id) => ({ id, label: SAMPLER_LABELS[id] })),
  metrics: [
    ...KINDS.flatMap(([id, label, help, better, digits]) =>
      STEP_COUNTS.flatMap((steps) =>
        SAMPLERS.map((sampler) => ({
          id: `${sampler}.${steps}.${id}`,
          label: of(steps, label),
          help,
          better,
          digits,
        })),
      ),
    ),
    {
      id: 'floor.slicedWasserstein',
      label: both('真实样本之间的切片 Wasserstein-2', 'Sliced Wasserstein-2 between real samples'),
      help: both(
        '两份独立的真实样本之间的距离：低于它的差别没有意义。',
        'Distance between two independent sets of real samples: differences below it mean nothing.',
      ),
      better: null,
      digits: 3,
    },
    {
      id: 'floor.highQuality',
      label: both('真实样本的高质量比例', 'High-quality share of real samples'),
      help: both('真实样本落在某个模式 3σ 之内的比例。', 'Share of real samples within 3σ of some mode.'),
      better: null,
      digits: 3,
    },
    {
      id: 'signalLeft',
      label: both('最后一步残留的信号 √ᾱ_T', 'Signal left at the last step, √ᾱ_T'),
      help: both(
        '噪声调度走到头时数据的系数；采样从纯噪声出发，它应接近 0。',
        'What the data are multiplied by at the schedule’s end; sampling begins with pure noise, so it should be near 0.',
      ),
      better: 'lower',
      digits: 4,
    },
    {
      id: 'loss',
      label: both('训练损失', 'Training loss'),
      help: both('最后 200 步的平均均方误差。', 'Mean squared error over the last 200 steps.'),
      better: 'lower',
      digits: 3,
    },
  ],
};
