/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GROUPS } from './fields.ts';
import { LIVE, QuantizationParams } from './params.ts';
import { PRESETS } from './presets.ts';

const COLUMNS = [
  { id: 'full', label: both('fp32', 'fp32') },
  { id: 'ptq', label: both('训练后，所选', 'After training, as chosen') },
  { id: 'rounded', label: both('训练后，QAT 位数', 'After training, QAT’s bits') },
  { id: 'ste', label: both('QAT，直通', 'QAT, straight-through') },
  { id: 'lsq', label: both('QAT，LSQ', 'QAT, LSQ') },
] as const;

const each = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
  columns: readonly string[] = COLUMNS.map((column) => column.id),
): Metric[] => columns.map((column) => ({ id: `${column}.${id}`, label, help, better, digits }));

const one = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
): Metric => ({ id, label, help, better, digits });

export const quantizationDescription: LabDescription<QuantizationParams> = {
  id: 'quantization',
  title: both('量化', 'Quantisation'),
  summary: both(
    '把现场训练的网络或你自己的张量量化：方案、位数、粒度、校准，训练后量化与量化感知训练，代价与损失一目了然。',
    'Quantise a network trained here, or tensors of your own: scheme, bits, granularity, calibration, after training or during it; what it costs and what is lost.',
  ),
  params: QuantizationParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  live: LIVE,
  columns: COLUMNS,
  metrics: [
    ...each(
      'accuracy',
      both('准确率', 'Accuracy'),
      both('2,000 个新样本中分类正确的比例。', 'Share of 2,000 fresh samples that are classified rightly.'),
      'higher',
      3,
    ),
    ...each(
      'perplexity',
      both('困惑度', 'Perplexity'),
      both(
        '平均交叉熵的指数；字母任务里就是语言模型的困惑度。',
        'The exponential of the mean cross-entropy; on letters, a language model’s perplexity.',
      ),
      'lower',
      3,
    ),
    ...each(
      'bits',
      both('每权重比特', 'Bits a weight'),
      both('连同缩放因子与零点。', 'Scales and zero points included.'),
      'lower',
      2,
    ),
    one(
      'ptq.sqnr',
      both('权重信噪比（dB）', 'Weights’ signal to noise, dB'),
      both(
        '10 log₁₀ Σw² / Σ(w − ŵ)²；均匀量化每多一位约 6.02 dB。',
        '10 log₁₀ Σw² / Σ(w − ŵ)²; uniform quantisation gains about 6.02 dB a bit.',
      ),
      'higher',
      2,
    ),
    one(
      'skew.gain',
      both('零点的收益（dB）', 'Gain of a zero point, dB'),
      both(
        'ReLU 之后的激活：非对称比对称多出的信噪比。',
        'Activations behind a ReLU: signal to noise of asymmetric over symmetric.',
      ),
      null,
      2,
    ),
    ...(['tensor', 'channel', 'group'] as const).map((name) =>
      one(
        `grain.${name}.sqnr`,
        {
          tensor: both('每张量一个缩放（dB）', 'One scale a tensor, dB'),
          channel: both('每通道一个缩放（dB）', 'One scale a channel, dB'),
          group: both('每 16 个一组（dB）', 'One scale for 16, dB'),
        }[name],
        both(
          '权重的信噪比，对称整数，位数如所选。',
          'Weights’ signal to noise, symmetric integers of the chosen bits.',
        ),
        'higher',
        2,
      ),
    ),
    ...(['full', 'static', 'dynamic'] as const).map((name) =>
      one(
        `shift.larger.${name}`,
        {
          full: both('输入放大 8 倍：fp32', 'Inputs eight times larger: fp32'),
          static: both('输入放大 8 倍：静态', 'Inputs eight times larger: static'),
          dynamic: both('输入放大 8 倍：动态', 'Inputs eight times larger: dynamic'),
        }[name],
        both(
          '测试输入整体放大之后的准确率；静态范围仍按原来的样本校准。',
          'Accuracy when all test inputs grow; static ranges were calibrated on samples as they were.',
        ),
        'higher',
        3,
      ),
    ),
    ...(['clean', 'plain', 'smoothquant', 'llmInt8'] as const).map((name) =>
      one(
        `outliers.${name}.error`,
        {
          clean: both('无离群通道：输出误差', 'No outliers: error of outputs'),
          plain: both('离群通道：每张量 int8', 'Outliers: int8 a tensor'),
          smoothquant: both('离群通道：SmoothQuant', 'Outliers: SmoothQuant'),
          llmInt8: both('离群通道：LLM.int8()', 'Outliers: LLM.int8()'),
        }[name],
        both(
          '四个通道放大 32 倍（函数不变），权重与激活量化：输出变化的均方占输出均方的比例。',
          'Four channels 32 times as large (the same function), weights and activations quantised: mean square of the change of outputs over that of the outputs.',
        ),
        'lower',
        5,
      ),
    ),
    ...(['nearest', 'gptq', 'awq'] as const).map((name) =>
      one(
        `round.${name}`,
        {
          nearest: both('3 位，就近舍入', 'Three bits, to nearest'),
          gptq: both('3 位，GPTQ', 'Three bits, GPTQ'),
          awq: both('3 位，AWQ', 'Three bits, AWQ'),
        }[name],
        both(
          '第二层输出的均方误差，离群通道在内。',
          'Mean squared error of the second layer’s outputs, outlying channels in it.',
        ),
        'lower',
        4,
      ),
    ),
    ...(['int4', 'fp4', 'nf4', 'nf4dq'] as const).map((name) =>
      one(
        `normal.${name}.sqnr`,
        {
          int4: both('正态数：Int4（dB）', 'Normal numbers: Int4, dB'),
          fp4: both('正态数：FP4（dB）', 'Normal numbers: FP4, dB'),
          nf4: both('正态数：NF4（dB）', 'Normal numbers: NF4, dB'),
          nf4dq: both('正态数：NF4 + 双重量化（dB）', 'Normal numbers: NF4, double, dB'),
        }[name],
        both('65,536 个正态数，每 64 个一块。', '65,536 normal numbers in blocks of 64.'),
        'higher',
        2,
      ),
    ),
  ],
};
