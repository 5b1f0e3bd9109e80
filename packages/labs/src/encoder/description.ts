/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { EncoderParams, FIELDS, GROUPS, PRESETS } from './params.ts';

const metric = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits: number,
): Metric => ({ id, label, help, better, digits });

export const encoderDescription: LabDescription<EncoderParams> = {
  id: 'encoder',
  title: both('编码器：BERT 里发生了什么', 'Encoder: what happens inside BERT'),
  summary: both(
    '从字符串到张量：分词、逐层逐头的注意力、被遮住的词、句向量与近邻。自带小模型，也能打开你自己的 BERT。',
    'From a string to tensors: tokens, attention by layer and head, masked words, sentence vectors and neighbours. Small models come along, and your own BERT opens too.',
  ),
  params: EncoderParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  metrics: [
    metric(
      'text.tokens',
      both('token 数', 'Tokens'),
      both('你的文本切成多少 token，含特殊 token。', 'Of your text, special ones counted.'),
      null,
      0,
    ),
    metric(
      'text.unknown',
      both('未知词比例', 'Unknown'),
      both('其中 [UNK] 的比例。', 'Share of them that is [UNK].'),
      'lower',
      3,
    ),
    metric(
      'mlm.accuracy',
      both('猜词准确率', 'Masked words right'),
      both(
        '没见过的段落里被遮住的 token，第一候选就对的比例。',
        'Share of masked tokens, in paragraphs not seen in training, whose first guess is right.',
      ),
      'higher',
      3,
    ),
    metric(
      'mlm.commonest',
      both('只猜最常见词', 'Always the commonest'),
      both(
        '总猜最常见的 token 能对多少：没有模型时的基线。',
        'What always guessing the commonest token would get: the baseline without a model.',
      ),
      null,
      3,
    ),
    metric(
      'mlm.nats',
      both('猜词的意外', 'Surprise at the word'),
      both(
        '真实 token 的平均负对数概率，单位 nat。',
        'Mean negative log-probability of the true token, nats.',
      ),
      'lower',
      2,
    ),
    metric(
      'mlm.predicted',
      both('被选中的比例', 'Share picked'),
      both(
        '按 BERT 的办法选出来预测的 token 比例。',
        'Share of tokens picked for prediction by BERT’s recipe.',
      ),
      null,
      3,
    ),
    metric(
      'retrieval.mean',
      both('检索 MRR：平均', 'Retrieval MRR: mean'),
      both(
        '带标注的查询在题库里找到第一道正确题的名次倒数的平均；句向量取最后一层平均。',
        'Mean reciprocal rank of the first right question for labelled queries, by the mean of the last layer.',
      ),
      'higher',
      3,
    ),
    metric(
      'retrieval.cls',
      both('检索 MRR：[CLS]', 'Retrieval MRR: [CLS]'),
      both('同上，取 [CLS]。', 'The same by [CLS].'),
      'higher',
      3,
    ),
    metric(
      'retrieval.words',
      both('检索 MRR：词向量', 'Retrieval MRR: word vectors'),
      both(
        '同上，取输入词嵌入的平均，不经过编码器。',
        'The same by the mean input embedding, without the encoder.',
      ),
      'higher',
      3,
    ),
    metric(
      'retrieval.chance',
      both('检索 MRR：随机', 'Retrieval MRR: chance'),
      both('随机排序的期望值。', 'What a random order is expected to get.'),
      null,
      3,
    ),
    metric(
      'pairs.mean',
      both('任意两题的余弦', 'Cosine of any two questions'),
      both(
        '不同题目的句向量（平均）之间的平均余弦；接近 1 说明向量挤在一个方向上。',
        'Mean cosine between different questions’ vectors (mean pooling); near 1, they all point one way.',
      ),
      'lower',
      3,
    ),
    metric(
      'pairs.words',
      both('任意两题的余弦：词向量', 'The same, word vectors'),
      both('同上，取词向量平均。', 'The same by the mean word vector.'),
      null,
      3,
    ),
    metric(
      'languages.mean',
      both('跨语言配对', 'Found across languages'),
      both(
        '中文题干最近的英文题干正是同一题的比例。',
        'Share of Chinese prompts whose nearest English prompt is of the same question.',
      ),
      'higher',
      3,
    ),
    metric(
      'padding.masked',
      both('填充的影响：有掩码', 'What padding does: masked'),
      both(
        '填充 16 个 [PAD] 后，用掩码时句向量转了多少（1 − 余弦）。',
        'How far 16 [PAD] turn the sentence vector under the mask (1 − cosine).',
      ),
      'lower',
      6,
    ),
    metric(
      'padding.ignored',
      both('填充的影响：无掩码', 'What padding does: no mask'),
      both(
        '同上，但模型与平均都不看掩码。',
        'The same, with neither the model nor the mean looking at the mask.',
      ),
      null,
      3,
    ),
    metric(
      'order.withPositions',
      both('打乱词序：有位置', 'Words reordered: positions'),
      both(
        '打乱输入后，各 token 输出变化的均方根，相对输出大小。',
        'How much each token’s output changes when the input is reordered, root mean square relative to its size.',
      ),
      null,
      3,
    ),
    metric(
      'order.withoutPositions',
      both('打乱词序：无位置', 'Words reordered: no positions'),
      both('同上，去掉位置嵌入。', 'The same with position embeddings left out.'),
      null,
      6,
    ),
    metric(
      'attention.sum',
      both('注意力行和的偏差', 'Attention rows off one'),
      both('注意力每一行之和与 1 的最大差。', 'Largest distance of an attention row’s sum from one.'),
      null,
      6,
    ),
    metric(
      'hidden',
      both('隐层宽度', 'Hidden size'),
      both('last_hidden_state 的最后一维。', 'The last dimension of last_hidden_state.'),
      null,
      0,
    ),
    metric(
      'text.states',
      both('last_hidden_state 的元素数', 'Numbers in last_hidden_state'),
      both('批 × token 数 × 宽度。', 'Batch × tokens × width.'),
      null,
      0,
    ),
    metric(
      'msPerText',
      both('每段毫秒', 'Milliseconds a text'),
      both(
        '把一段文本变成向量的平均时间，因机器而异。',
        'Mean time to make a vector of a text; differs by machine.',
      ),
      'lower',
      1,
    ),
  ],
};
