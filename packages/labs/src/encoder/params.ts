/** Parameters of the lab, and what each means, in both languages. */
import { z } from 'zod';
import { both, choice, type Field, type Preset } from '../lab.ts';

export const EncoderParams = z.object({
  /** A shipped model, `chosen` (a page's files), or, headless, a folder. */
  model: z.string().min(1).max(1000).default('bank-sentence'),
  text: z.string().max(2000).default('The model predicts the next [MASK] from the context.'),
  /** A second text, with token type 1; none where it is empty. */
  pair: z.string().max(2000).default(''),
  pooling: z.enum(['mean', 'cls', 'words']).default('mean'),
  maxLength: z.int().min(8).max(512).default(96),
  neighbours: z.int().min(1).max(20).default(5),
  /** Masked places to guess. */
  places: z.int().min(20).max(2000).default(300),
});
export type EncoderParams = z.infer<typeof EncoderParams>;

export const GROUPS = {
  model: both('模型', 'The model'),
  vectors: both('句向量', 'Sentence vectors'),
  measuring: both('测量', 'Measuring'),
};

export const FIELDS: readonly Field[] = [
  {
    id: 'model',
    group: 'model',
    label: both('模型', 'Model'),
    help: both(
      '自带的两个小编码器（各 40 万参数）只用题库自己的文字训练：一个只做掩码语言建模，另一个在此之上用对比学习调成句向量模型。也可以打开本机的 BERT 或 DistilBERT 文件夹；文件只在本机读取，不会上传。命令行里写文件夹路径。',
      'The two small encoders that come along (400,000 parameters each) were trained on the bank’s own text only: one by masked language modelling, the other tuned further by contrast into a sentence model. Or open a folder of a BERT or DistilBERT on your machine; it is read there and not uploaded. On the command line, a folder’s path.',
    ),
    options: [
      choice('bank-sentence', '自带：调成句向量', 'Comes along: tuned for sentences'),
      choice('bank-mlm', '自带：只做掩码语言建模', 'Comes along: masked words only'),
      choice('chosen', '本机文件夹', 'A folder of mine'),
    ],
  },
  {
    id: 'text',
    group: 'model',
    label: both('文本', 'Text'),
    help: both('要读的文本；[MASK] 处由模型猜词。', 'What to read; words are guessed at [MASK].'),
    hidden: true,
  },
  {
    id: 'pair',
    group: 'model',
    label: both('第二段文本', 'Second text'),
    help: both('可空；用作句对任务的第二句。', 'May be empty; the second of a pair.'),
    hidden: true,
  },
  {
    id: 'pooling',
    group: 'vectors',
    label: both('句向量取法', 'How a sentence becomes a vector'),
    help: both(
      '平均：按掩码对最后一层各 token 取平均。[CLS]：只取第一个。词向量平均：完全不经过编码器，只平均输入词嵌入，是基线。',
      'Mean: over the last layer’s tokens under the mask. [CLS]: the first alone. Word vectors: the mean of the input embeddings without the encoder, a baseline.',
    ),
    options: [
      choice('mean', '最后一层平均', 'Mean of the last layer'),
      choice('cls', '[CLS]', '[CLS]'),
      choice('words', '词向量平均', 'Mean word vector'),
    ],
  },
  {
    id: 'neighbours',
    group: 'vectors',
    label: both('近邻数', 'Neighbours'),
    help: both('显示题库里最近的几道题。', 'How many of the bank’s nearest questions are shown.'),
    range: [1, 20, 1],
  },
  {
    id: 'maxLength',
    group: 'measuring',
    label: both('截断长度', 'Cut at'),
    help: both(
      '每段文本最多读多少 token，含 [CLS] 与 [SEP]。',
      'Tokens of each text that are read, [CLS] and [SEP] among them.',
    ),
    range: [16, 256, 8],
  },
  {
    id: 'places',
    group: 'measuring',
    label: both('猜词处数', 'Places to guess'),
    help: both(
      '在模型没见过的段落里随机遮住多少处来测准确率。',
      'How many random places are masked, in paragraphs that the model has not seen, to measure how often it guesses right.',
    ),
    range: [100, 1000, 100],
  },
];

export const PRESETS: readonly Preset[] = [
  {
    id: 'masked',
    title: both('猜词', 'Masked words'),
    about: both(
      '遮住一个词，看模型给出的候选和概率。',
      'Mask a word and see what the model offers, with probabilities.',
    ),
    params: {},
  },
  {
    id: 'chinese',
    title: both('中文：按字切分', 'Chinese: cut into characters'),
    about: both(
      '每个汉字单独成词，英文按词片切。',
      'Every character stands alone; English is cut into pieces.',
    ),
    params: { text: '量化把[MASK]重从 16 位压到 4 位，显存随之减少。' },
  },
  {
    id: 'untuned',
    title: both('未调过的句向量', 'Untuned sentence vectors'),
    about: both(
      '只做过掩码语言建模的模型：与调过的相比，近邻错得更多，跨语言更差。',
      'A model that has only guessed masked words: its neighbours are wrong more often than the tuned one’s, across languages above all.',
    ),
    params: { model: 'bank-mlm', text: 'How do you make a large model smaller?' },
  },
  {
    id: 'words',
    title: both('词向量平均作基线', 'Word vectors as the baseline'),
    about: both('不经过编码器，只平均词嵌入。', 'No encoder at all: the mean of the word embeddings.'),
    params: { model: 'bank-mlm', pooling: 'words', text: 'How do you make a large model smaller?' },
  },
  {
    id: 'pair',
    title: both('句对与 token 类型', 'A pair and its token types'),
    about: both('两段文本用 [SEP] 隔开，类型为 0 与 1。', 'Two texts with [SEP] between, of types 0 and 1.'),
    params: { text: 'What does distillation need?', pair: 'A teacher, a student and data.' },
  },
];
