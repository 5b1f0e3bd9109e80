/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GROUPS, KnowledgeInjectionParams, PRESETS } from './params.ts';

export const ARM_LABELS = {
  single: both('一种写法', 'One wording'),
  mixed: both('一种写法＋问答', 'One, with questions'),
  augmented: both('多种写法', 'Several wordings'),
  together: both('改写同窗', 'Side by side'),
} as const;
export const RENEWAL_LABELS = {
  full: both('全量微调', 'All weights'),
  lora: both('LoRA', 'LoRA'),
  knownOnly: both('只用已知事实', 'Known facts only'),
} as const;
export const SLICK_LABELS = {
  highly: both('牢固', 'Highly known'),
  maybe: both('时对时错', 'Maybe known'),
  weakly: both('偶尔', 'Weakly known'),
  unknown: both('不知', 'Unknown'),
} as const;

const of = (
  columns: readonly string[],
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits = 2,
): Metric[] => columns.map((column) => ({ id: `${column}.${id}`, label, help, better, digits }));

const ARMS = Object.keys(ARM_LABELS);
const WAYS = Object.keys(RENEWAL_LABELS);

export const knowledgeInjectionDescription: LabDescription<KnowledgeInjectionParams> = {
  id: 'knowledge-injection',
  title: both('知识在哪个阶段注入', 'Which stage injects knowledge'),
  summary: both(
    '用虚构人物小传从零训练微型语言模型：背下原文与答得出来是两回事；微调教新事实要付什么代价。',
    'Tiny language models trained from scratch on invented lives: reciting is not answering, and new facts in tuning have a price.',
  ),
  params: KnowledgeInjectionParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  columns: [
    ...Object.entries(ARM_LABELS).map(([id, label]) => ({ id, label })),
    ...Object.entries(RENEWAL_LABELS).map(([id, label]) => ({ id, label })),
  ],
  metrics: [
    ...of(
      ARMS,
      'recited',
      both('背出原文', 'Recited'),
      both(
        '预训练后，给出小传到某件事之前的全文，下一个词是否正确（贪心）。',
        'After pre-training: given the biography up to a fact, whether the next word is right (greedy).',
      ),
      'higher',
    ),
    ...of(
      ARMS,
      'beforeTuning',
      both('微调前答对', 'Answered before tuning'),
      both('未受教的人，问答微调之前。', 'Held-out people, before question tuning.'),
      'higher',
    ),
    ...of(
      ARMS,
      'taught',
      both('受教者答对', 'Taught people answered'),
      both(
        '问答微调用到的人，三种问法的精确匹配。',
        'People whose questions were tuned on; exact match over three phrasings.',
      ),
      'higher',
    ),
    ...of(
      ARMS,
      'held',
      both('未受教者答对', 'Held-out people answered'),
      both(
        '小传见过、问题从未训练过的人；瞎猜约为 1/12。这是“能否提取”。',
        'People told of but never asked about in training; a guess gets about 1/12. This is extraction.',
      ),
      'higher',
    ),
    ...of(
      ARMS,
      'heldLogProbability',
      both('未受教者的对数概率', 'Their log-probability'),
      both(
        '正确答案的平均 ln p，单位 nat；均匀猜测为 −2.48。',
        'Mean ln p of the right answer, nats; an even guess has −2.48.',
      ),
      'higher',
    ),
    ...of(
      ARMS,
      'city',
      both('其中第一件事', 'Of these the first fact'),
      both('出生地，固定写法中紧跟姓名。', 'The birthplace, right after the name in the fixed wording.'),
      'higher',
    ),
    ...of(
      ARMS,
      'study',
      both('其中第二件事', 'Of these the second'),
      both('专业。', 'The subject.'),
      'higher',
    ),
    ...of(
      ARMS,
      'employer',
      both('其中第三件事', 'Of these the third'),
      both('雇主。', 'The employer.'),
      'higher',
    ),
    ...[1, 10, 100].flatMap((times) =>
      of(
        ARMS,
        `seen${times}`,
        both(`见过 ${times} 次`, times === 1 ? 'Seen once' : `Seen ${times} times`),
        both(
          '整个预训练中小传只出现这么多次的八个人，答对的比例。',
          'Share answered of eight people whose biographies came this often in all of pre-training.',
        ),
        'higher',
      ),
    ),
    ...of(
      ['full', 'lora'],
      'fresh',
      both('新事实答对', 'New facts answered'),
      both(
        '预训练从未出现、只在最后一段微调中教的人。',
        'People taught in the last stage only, never in pre-training.',
      ),
      'higher',
    ),
    ...of(
      ['full', 'lora'],
      'stepsFresh',
      both('学会新事实的步数', 'Steps to learn new facts'),
      both(
        '答对八成所需步数，每 10 步测一次；没学会记为总步数加 10。',
        'Steps to 80 % answered, probed every 10; never learnt counts as all steps and 10 more.',
      ),
      'lower',
      0,
    ),
    ...of(
      WAYS,
      'stepsKnown',
      both('学会已知事实的步数', 'Steps to learn known facts'),
      both(
        '同样的八成，小传见过但未被问过的人。',
        'The same, for people told of in pre-training and not yet asked about.',
      ),
      'lower',
      0,
    ),
    ...of(
      WAYS,
      'known',
      both('用于微调的已知事实', 'Known facts tuned on'),
      both('最后一段微调结束时。', 'At the end of the last stage.'),
      'higher',
    ),
    ...of(
      WAYS,
      'kept',
      both('旁人的旧事实', 'Old facts of the others'),
      both('从未被问过的人，最后一段微调之后。', 'People never asked about, after the last stage.'),
      'higher',
    ),
    ...of(
      WAYS,
      'lost',
      both('丢掉的旧事实', 'Old facts lost'),
      both(
        '上一行在最后一段微调前后之差。',
        'What the row above was before the last stage, less what it is.',
      ),
      'lower',
    ),
    ...Object.entries(SLICK_LABELS).flatMap(([kind, label]): Metric[] => [
      {
        id: `slick.${kind}`,
        label: both(`SliCK：${label['zh-CN']}`, `SliCK: ${label.en}`),
        help: both(
          '最后一段之前，旁人的事实中属于这一类的比例（Gekhman 等 2024；以问法代替示例）。',
          'Share of the others’ facts in this class before the last stage (Gekhman et al. 2024; by phrasings of the question).',
        ),
        better: null,
        digits: 2,
      },
      {
        id: `slick.${kind}Lost`,
        label: both(`其中丢掉：${label['zh-CN']}`, `Lost of these: ${label.en}`),
        help: both(
          '全量微调新事实之后，这一类答对比例的下降。',
          'How much less of this class is answered after tuning all weights on new facts.',
        ),
        better: 'lower',
        digits: 2,
      },
    ]),
  ],
};
