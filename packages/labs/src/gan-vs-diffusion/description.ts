/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GanVsDiffusionParams, GROUPS, PRESETS } from './params.ts';

const pair = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
): Metric[] =>
  (['gan', 'diffusion'] as const).map((model) => ({ id: `${model}.${id}`, label, help, better, digits }));

export const ganVsDiffusionDescription: LabDescription<GanVsDiffusionParams> = {
  id: 'gan-vs-diffusion',
  title: both('GAN 与扩散模型', 'GAN and diffusion'),
  summary: both(
    '在相同数据、相同预算下训练两种生成模型：谁覆盖所有模式，谁坍塌，谁采样快。',
    'Two generative models on the same data under the same budget: which covers all modes, which collapses, which samples fast.',
  ),
  params: GanVsDiffusionParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  columns: [
    { id: 'gan', label: both('GAN', 'GAN') },
    { id: 'diffusion', label: both('扩散模型', 'Diffusion') },
  ],
  metrics: [
    ...pair(
      'modes',
      both('捕获的模式', 'Modes captured'),
      both(
        '至少有一个样本落在其 3σ 之内的模式数（2,500 个样本）。数字：十个数字中，1,000 幅图里至少有 1% 被分类器以不低于 0.9 的概率认出的个数。',
        'Modes with at least one of 2,500 samples within 3σ. Digits: how many of the ten are at least 1 % of 1,000 images each, told by a classifier with a probability of 0.9 or more.',
      ),
      'higher',
      0,
    ),
    ...pair(
      'highQuality',
      both('高质量样本', 'High-quality samples'),
      both(
        '落在某个模式 3σ 之内的样本比例。数字：分类器以不低于 0.9 的概率认出的比例（真实的未见图像为 85%）。',
        'Share of samples within 3σ of some mode. Digits: share told by the classifier with 0.9 or more (85 % of real images that it has not seen).',
      ),
      'higher',
      3,
    ),
    ...pair(
      'modeKl',
      both('模式频率 KL', 'Mode-frequency KL'),
      both(
        '高质量样本在各模式（或各数字）上的频率与均匀分布的 KL 散度，单位 nat。',
        'KL divergence of the high-quality samples’ frequencies over modes (or digits) from equal ones, nats.',
      ),
      'lower',
      3,
    ),
    ...pair(
      'slicedWasserstein',
      both('切片 Wasserstein-2', 'Sliced Wasserstein-2'),
      both(
        '与真实样本的距离，64 个方向的均方根，数据单位；数字在像素空间中计算。',
        'Distance from real samples over 64 directions, data units; of digits in the space of their pixels.',
      ),
      'lower',
      3,
    ),
    ...pair(
      'mmd',
      both('MMD²', 'MMD²'),
      both(
        '最大均值差异的无偏估计，三个高斯核；相同分布时在零附近，可略小于零。',
        'Unbiased squared maximum mean discrepancy with three Gaussian kernels; around zero, even below, for equal distributions.',
      ),
      'lower',
      4,
    ),
    ...pair(
      'gridKl',
      both('网格上的 KL 散度', 'KL divergence on a grid'),
      both(
        'KL（真实 ‖ 生成），把平面分成 24×24 格计数，每格加 0.5，单位 nat。',
        'KL(real ‖ generated) of counts in 24 × 24 cells of the plane, half a point added to each, nats.',
      ),
      'lower',
      3,
    ),
    ...pair(
      'gridJs',
      both('网格上的 JS 散度', 'JS divergence on a grid'),
      both(
        '同一网格上的 Jensen–Shannon 散度：相同为 0，互不重叠为 ln 2 ≈ 0.693。',
        'Jensen–Shannon divergence on the same grid: 0 for equal, ln 2 ≈ 0.693 for disjoint.',
      ),
      'lower',
      3,
    ),
    ...pair(
      'frechet',
      both('特征 Fréchet 距离', 'Fréchet distance of features'),
      both(
        '只用于数字：分类器最后一层的 32 个特征，按高斯分布与训练图像比较（FID 的做法）。未见过的真实图像约为 3.5。',
        'Digits only: the 32 features of the classifier’s last layer, compared with the training images as Gaussians, as FID does. Real images that it has not seen are at about 3.5.',
      ),
      'lower',
      1,
    ),
    ...pair(
      'collapsed',
      both('坍塌', 'Collapsed'),
      both(
        '丢掉至少一半的模式记为 1；多个种子的均值即坍塌率。',
        '1 where at least half of the modes are gone; its mean over seeds is the collapse rate.',
      ),
      'lower',
      0,
    ),
    ...pair(
      'lossSwing',
      both('损失起伏', 'Swing of the loss'),
      both(
        '后一半训练中平滑后损失的标准差与均值之比。',
        'Standard deviation over mean of the smoothed loss in the last half.',
      ),
      'lower',
      3,
    ),
    ...pair(
      'evaluations',
      both('每样本网络评估', 'Evaluations a sample'),
      both('生成一个样本要调用网络几次。', 'How often the network runs for one sample.'),
      'lower',
      0,
    ),
    ...pair(
      'msPerSample',
      both('每样本毫秒', 'Milliseconds a sample'),
      both(
        '一批 2,500 个样本（数字 1,000 个）的平均采样时间。',
        'Mean sampling time in a batch of 2,500; 1,000 for digits.',
      ),
      'lower',
      4,
    ),
  ],
};
