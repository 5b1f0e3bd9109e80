/** What each parameter means, in both languages. */
import { both, choice, type Field } from '../lab.ts';

const number = (value: number) => choice(String(value), String(value), String(value));
const YES_NO = [choice('no', '否', 'No'), choice('yes', '是', 'Yes')];
const INTEGERS = ['symmetric', 'asymmetric'];

export const GROUPS = {
  network: both('网络（改动会重新训练）', 'The network (a change trains anew)'),
  weights: both('权重', 'Weights'),
  activations: both('激活', 'Activations'),
  outliers: both('离群通道', 'Outlying channels'),
  aware: both('量化感知训练（改动会重新训练）', 'Training with rounding (a change trains anew)'),
};

const NETWORK: Field[] = [
  {
    id: 'task',
    group: 'network',
    label: both('数据', 'Data'),
    help: both(
      '8×8 像素的带噪数字；看前六个字母猜下一个（小语言模型，困惑度有实际含义）；三条旋臂上的点。',
      'Noisy digits on 8×8 pixels; the next letter after six (a small language model, so that perplexity means what it says); points on three arms of a spiral.',
    ),
    options: [
      choice('digits', '数字', 'Digits'),
      choice('letters', '字母', 'Letters'),
      choice('spirals', '螺旋', 'Spirals'),
    ],
  },
  {
    id: 'hidden',
    group: 'network',
    label: both('隐藏层宽度', 'Hidden units'),
    help: both('每个隐藏层的单元数，激活为 ReLU。', 'Units of each hidden layer, with ReLU.'),
    options: [number(32), number(64), number(128)],
  },
  {
    id: 'layers',
    group: 'network',
    label: both('隐藏层数', 'Hidden layers'),
    help: both('输入与输出之间的层数。', 'Layers between input and output.'),
    range: [1, 4, 1],
  },
  {
    id: 'steps',
    group: 'network',
    label: both('训练步数', 'Training steps'),
    help: both('每步 64 个新样本，Adam。', 'Sixty-four fresh samples each, with Adam.'),
    range: [100, 2000, 100],
  },
  {
    id: 'rate',
    group: 'network',
    label: both('学习率', 'Learning rate'),
    help: both(
      'Adam 的学习率；量化感知训练用它的三分之一。',
      'Adam’s rate; training with rounding takes a third of it.',
    ),
    range: [0.0005, 0.01, 0.0005],
  },
];

const WEIGHTS: Field[] = [
  {
    id: 'scheme',
    group: 'weights',
    label: both('方案', 'Scheme'),
    help: both(
      '对称整数：零点为 0。非对称整数：范围从最小值到最大值。NF4：16 个取正态分布分位数的级。FP4：符号、两位指数、一位尾数。',
      'Symmetric integers: zero point 0. Asymmetric: from the least to the greatest value. NF4: sixteen levels at quantiles of the normal distribution. FP4: a sign, two exponent bits, one of mantissa.',
    ),
    options: [
      choice('symmetric', '对称整数', 'Symmetric integers'),
      choice('asymmetric', '非对称整数', 'Asymmetric integers'),
      choice('nf4', 'NF4', 'NF4'),
      choice('fp4', 'FP4（E2M1）', 'FP4 (E2M1)'),
    ],
  },
  {
    id: 'bits',
    group: 'weights',
    label: both('位数', 'Bits'),
    help: both('整数的位数；NF4 与 FP4 总是 4 位。', 'Of integers; NF4 and FP4 always have four.'),
    range: [2, 8, 1],
    when: { field: 'scheme', is: INTEGERS },
  },
  {
    id: 'granularity',
    group: 'weights',
    label: both('粒度', 'Granularity'),
    help: both(
      '多少个权重共用一个缩放因子：整个张量、一个输出通道，或通道内的一组。越细越准，存的缩放因子也越多。',
      'How many weights share a scale: a tensor, an output channel, or a group within one. Finer is more accurate and stores more scales.',
    ),
    options: [
      choice('tensor', '张量', 'Tensor'),
      choice('channel', '通道', 'Channel'),
      choice('group', '组', 'Group'),
    ],
    when: { field: 'scheme', is: INTEGERS },
  },
  {
    id: 'group',
    group: 'weights',
    label: both('组大小', 'Group size'),
    help: both('一组里的权重数。', 'Weights in a group.'),
    options: [number(16), number(32), number(64)],
    when: { field: 'granularity', is: ['group'] },
  },
  {
    id: 'block',
    group: 'weights',
    label: both('块大小', 'Block size'),
    help: both(
      '一块里的权重数，除以块内最大绝对值；QLoRA 取 64。',
      'Weights that are divided by their largest magnitude together; 64 in QLoRA.',
    ),
    options: [number(64), number(128), number(256), number(512)],
    when: { field: 'scheme', is: ['nf4', 'fp4'] },
  },
  {
    id: 'doubleQuant',
    group: 'weights',
    label: both('双重量化', 'Double quantisation'),
    help: both(
      '把各块的缩放因子也量化成 8 位：大张量每个权重约省 0.37 比特；这里的张量很小，省得少些。',
      'Quantises the blocks’ scales to 8 bits as well: saves about 0.37 bits a weight of a large tensor, less of the small ones here.',
    ),
    options: YES_NO,
    when: { field: 'scheme', is: ['nf4', 'fp4'] },
  },
  {
    id: 'calibration',
    group: 'weights',
    label: both('校准', 'Calibration'),
    help: both(
      '范围怎么定：最小到最大；截去两端的百分位；均方误差最小；截断前后分布的 KL 散度最小。用于每张量一个缩放的权重，以及静态激活。',
      'How the range is found: least to greatest; percentiles cut off at both ends; the least squared error; the least KL divergence of the clipped distribution. For weights with one scale a tensor, and for static activations.',
    ),
    options: [
      choice('min-max', '最小–最大', 'Min–max'),
      choice('percentile', '百分位', 'Percentile'),
      choice('mse', '均方误差', 'Squared error'),
      choice('entropy', '熵（KL）', 'Entropy (KL)'),
    ],
  },
  {
    id: 'percentile',
    group: 'weights',
    label: both('百分位', 'Percentile'),
    help: both('保留这么大比例的值，其余截断。', 'The share of values that is kept; the rest is clipped.'),
    range: [95, 100, 0.1],
    when: { field: 'calibration', is: ['percentile'] },
  },
  {
    id: 'rounding',
    group: 'weights',
    label: both('舍入', 'Rounding'),
    help: both(
      '就近；GPTQ 用输入的二阶矩把误差补偿到还没舍入的列上；AWQ 先放大激活大的输入所对应的权重。后两者只用于整数，按通道或组。',
      'To nearest; GPTQ compensates errors on columns not yet rounded by second moments of the inputs; AWQ first scales up weights of inputs with large activations. The latter two for integers, by channel or group.',
    ),
    options: [
      choice('nearest', '就近', 'To nearest'),
      choice('gptq', 'GPTQ', 'GPTQ'),
      choice('awq', 'AWQ', 'AWQ'),
    ],
    when: { field: 'scheme', is: INTEGERS },
  },
];

const ACTIVATIONS: Field[] = [
  {
    id: 'quantise',
    group: 'activations',
    label: both('量化什么', 'What is quantised'),
    help: both(
      '只量化权重省存储；激活也量化，矩阵乘法才能用整数做。',
      'Weights alone save storage; with activations too, products can be done in integers.',
    ),
    options: [
      choice('weights', '仅权重', 'Weights only'),
      choice('both', '权重与激活', 'Weights and activations'),
    ],
  },
  {
    id: 'activationBits',
    group: 'activations',
    label: both('激活位数', 'Activation bits'),
    help: both('进入每一层的值的位数。', 'Of the values that go into each layer.'),
    range: [2, 8, 1],
  },
  {
    id: 'activationMode',
    group: 'activations',
    label: both('零点', 'Zero point'),
    help: both(
      'ReLU 之后的激活没有负值：对称量化浪费一半的级。',
      'Activations behind a ReLU are never negative: symmetric quantisation wastes half of its levels.',
    ),
    options: [
      choice('symmetric', '对称（零点为 0）', 'Symmetric (zero point 0)'),
      choice('asymmetric', '非对称', 'Asymmetric'),
    ],
  },
  {
    id: 'activationRange',
    group: 'activations',
    label: both('范围', 'Ranges'),
    help: both(
      '静态：在 256 个样本上事先校准。动态：每个样本现算。',
      'Static: calibrated beforehand on 256 samples. Dynamic: found for each sample as it comes.',
    ),
    options: [choice('static', '静态', 'Static'), choice('dynamic', '动态', 'Dynamic')],
  },
  {
    id: 'shift',
    group: 'activations',
    label: both('分布偏移：输入 × 2ᵏ', 'Shift: inputs × 2ᵏ'),
    help: both(
      '上线后的输入与校准时不同：整体放大或缩小。',
      'Inputs in service differ from those of calibration: all larger, or smaller.',
    ),
    range: [-3, 3, 0.5],
  },
];

const OUTLIERS: Field[] = [
  {
    id: 'outliers',
    group: 'outliers',
    label: both('离群通道数', 'Outlying channels'),
    help: both(
      '每个隐藏层有几个单元放大；后一层的权重除以同样的倍数，网络算的函数一点不变。大模型天然有这样的通道。',
      'So many units of each hidden layer grow; the next layer’s weights are divided by as much, and the network computes the very same function. Large models have such channels by nature.',
    ),
    range: [0, 8, 1],
  },
  {
    id: 'outlierShift',
    group: 'outliers',
    label: both('放大 2ᵏ 倍：k', 'Larger by 2ᵏ: k'),
    help: both('离群通道放大的倍数，2 的幂。', 'How much larger outlying channels are, a power of two.'),
    range: [0, 8, 1],
  },
  {
    id: 'treatment',
    group: 'outliers',
    label: both('处理', 'Treatment'),
    help: both(
      '激活也量化时：SmoothQuant 把激活的难度搬一部分给权重；LLM.int8() 让达到 6.0 的列保持原样，其余逐行 8 位。',
      'Where activations are quantised too: SmoothQuant moves part of the difficulty from activations to weights; LLM.int8() leaves columns that reach 6.0 as they are, the rest in 8 bits row by row.',
    ),
    options: [
      choice('none', '无', 'None'),
      choice('smoothquant', 'SmoothQuant', 'SmoothQuant'),
      choice('llm-int8', 'LLM.int8()', 'LLM.int8()'),
    ],
    when: { field: 'quantise', is: ['both'] },
  },
  {
    id: 'alpha',
    group: 'outliers',
    label: both('SmoothQuant 的 α', 'SmoothQuant’s α'),
    help: both('0 不搬，1 全搬；常取 0.5。', 'How much is moved, from 0 to 1; usually 0.5.'),
    range: [0, 1, 0.05],
    when: { field: 'treatment', is: ['smoothquant'] },
  },
];

const AWARE: Field[] = [
  {
    id: 'qatSteps',
    group: 'aware',
    label: both('步数', 'Steps'),
    help: both(
      '训练之后再带着舍入训练的步数；原网络陪着走同样多步，谁也不占便宜。0 表示不做。',
      'Steps with rounding after the training; the network itself goes on for as many, so that none has an advantage. 0 for none.',
    ),
    range: [0, 1000, 50],
  },
  {
    id: 'qatBits',
    group: 'aware',
    label: both('位数', 'Bits'),
    help: both(
      '直通法：每输出一个缩放，取自当前权重。LSQ：每张量一个步长，和权重一起学（Esser 等 2020）。',
      'Straight-through: one scale an output, taken from the weights as they are. LSQ: one step size a tensor, learnt with the weights (Esser et al. 2020).',
    ),
    range: [2, 8, 1],
  },
  {
    id: 'qatActivations',
    group: 'aware',
    label: both('激活也舍入', 'Activations too'),
    help: both('激活舍入到同样的位数。', 'Activations are rounded to as many bits.'),
    options: YES_NO,
  },
];

export const FIELDS: readonly Field[] = [...NETWORK, ...WEIGHTS, ...ACTIVATIONS, ...OUTLIERS, ...AWARE];
