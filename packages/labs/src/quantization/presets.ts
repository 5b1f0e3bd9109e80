/** Settings that show one thing each. */
import { both, type Preset } from '../lab.ts';

export const PRESETS: readonly Preset[] = [
  {
    id: 'four-bits',
    title: both('4 位整数，每通道', 'Four-bit integers by channel'),
    about: both('默认设置：几乎没有损失。', 'The default: hardly a loss.'),
    params: {},
  },
  {
    id: 'two-bits',
    title: both('2 位：训练后崩溃，训练中可救', 'Two bits: lost after training, saved during it'),
    about: both(
      '2 位训练后量化几乎不可用；带着舍入训练，准确率回来大半。',
      'Two bits after training are nearly useless; trained with rounding, most of the accuracy comes back.',
    ),
    params: { bits: 2, qatSteps: 500 },
  },
  {
    id: 'qlora',
    title: both('QLoRA 的权重：NF4 加双重量化', 'QLoRA’s weights: NF4, doubly quantised'),
    about: both('字母任务上看困惑度：Int4、FP4 与 NF4。', 'On letters, by perplexity: Int4, FP4 and NF4.'),
    params: { task: 'letters', scheme: 'nf4', doubleQuant: 'yes', qatSteps: 0, steps: 800 },
  },
  {
    id: 'shift',
    title: both('静态范围遇上分布偏移', 'Static ranges under a shift'),
    about: both(
      '输入放大 8 倍，校准好的范围把它们全截断了；动态范围不受影响。',
      'Inputs eight times larger are clipped by calibrated ranges; dynamic ones do not mind.',
    ),
    params: { quantise: 'both', bits: 8, activationBits: 4, shift: 3, qatSteps: 0 },
  },
  {
    id: 'outliers',
    title: both('离群通道毁掉 int8', 'Outlying channels spoil int8'),
    about: both(
      '同一个函数，四个通道放大 32 倍；换一换处理方法。',
      'The same function with four channels 32 times as large; try the treatments.',
    ),
    params: { quantise: 'both', bits: 8, outliers: 4, qatSteps: 0 },
  },
  {
    id: 'gptq',
    title: both('3 位：GPTQ 对就近舍入', 'Three bits: GPTQ and rounding to nearest'),
    about: both('把舍入换成就近再比。', 'Change the rounding to nearest, and compare.'),
    params: { scheme: 'asymmetric', bits: 3, rounding: 'gptq', qatSteps: 0 },
  },
];
