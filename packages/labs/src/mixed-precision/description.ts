/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GROUPS, MixedPrecisionParams, PRESETS } from './params.ts';

/** The ways to train, in the order of the table. */
export const COLUMNS = [
  { id: 'fp32', label: both('fp32', 'fp32') },
  { id: 'fp16', label: both('纯 fp16', 'Pure fp16') },
  { id: 'fp16Master', label: both('fp16 + 主权重', 'fp16, master') },
  { id: 'static', label: both('静态缩放', 'Static scale') },
  { id: 'dynamic', label: both('动态缩放', 'Dynamic scale') },
  { id: 'bf16', label: both('bf16 + 主权重', 'bf16, master') },
  { id: 'bf16Pure', label: both('纯 bf16', 'Pure bf16') },
] as const;

const each = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
): Metric[] => COLUMNS.map((column) => ({ id: `${column.id}.${id}`, label, help, better, digits }));

export const mixedPrecisionDescription: LabDescription<MixedPrecisionParams> = {
  id: 'mixed-precision',
  title: both('混合精度训练', 'Mixed-precision training'),
  summary: both(
    '同一个网络、同样的批次，七种精度并排训练：哪里下溢，哪里丢更新，损失缩放救回什么。',
    'One network and the same batches in seven precisions side by side: where gradients underflow, where updates are lost, and what loss scaling saves.',
  ),
  params: MixedPrecisionParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  columns: COLUMNS,
  metrics: [
    ...each(
      'loss',
      both('测试损失', 'Test loss'),
      both(
        '2,000 个新样本上的平均交叉熵（nat），按训练时的精度计算；算不出来为空。',
        'Mean cross-entropy of 2,000 fresh samples in nats, computed in the precision of training; empty where it is no number.',
      ),
      'lower',
      3,
    ),
    ...each(
      'accuracy',
      both('测试准确率', 'Test accuracy'),
      both('同样的样本中分类正确的比例。', 'Share of those samples that are classified rightly.'),
      'higher',
      3,
    ),
    ...each(
      'flushed',
      both('冲成零的梯度', 'Gradients flushed'),
      both(
        '反向传播中不为零、舍入后却成了零的数的比例，全部步数合计。',
        'Share of the numbers of all backward passes that were not zero and that rounding made zero.',
      ),
      'lower',
      3,
    ),
    ...each(
      'lost',
      both('丢失的更新', 'Updates lost'),
      both(
        '不为零、却让权重原样不动的更新的比例。',
        'Share of updates that are not zero and left their weight as it was.',
      ),
      'lower',
      3,
    ),
    ...each(
      'skipped',
      both('跳过的步', 'Steps skipped'),
      both('因 inf 或 NaN 而跳过的步数。', 'Steps passed over because of inf or NaN.'),
      'lower',
      0,
    ),
    ...each(
      'scale',
      both('损失缩放（log₂）', 'Loss scale (log₂)'),
      both('最后的缩放因子是 2 的几次方。', 'The last factor as a power of two.'),
      null,
      0,
    ),
    ...each(
      'diverged',
      both('发散', 'Diverged'),
      both(
        '权重里出现了 inf 或 NaN 记为 1；多个种子的均值即比例。',
        '1 where a weight became inf or NaN; its mean over seeds is the rate.',
      ),
      'lower',
      0,
    ),
    {
      id: 'underflow',
      label: both('低于 2⁻²⁴ 的梯度', 'Gradients below 2⁻²⁴'),
      help: both(
        'fp32 训练最后一步中不为零的梯度里，小于 fp16 最小正数的比例。',
        'Of the gradients of the last step in fp32 that are not zero, the share smaller than the smallest number of fp16.',
      ),
      better: null,
      digits: 3,
    },
  ],
};
