/** What the lab is, for people and forms: no engine comes with it. */
import { both, type LabDescription, type Localised, type Metric } from '../lab.ts';
import { FIELDS, GROUPS, PRESETS, PromptGeneralizationParams } from './params.ts';

export const STRATEGY_LABELS = {
  plain: both('一种问法', 'One phrasing'),
  diverse: both('多样数据', 'Diverse data'),
  simple: both('简单模板', 'Simple template'),
  augmented: both('提示增强', 'Augmented'),
  multitask: both('多任务', 'Multi-task'),
  soft: both('软提示', 'Soft prompt'),
  prefix: both('前缀', 'Prefix'),
  full: both('全量微调', 'Full tuning'),
} as const;

export const PHRASING_LABELS = {
  own: both('训练过的问法', 'As trained'),
  held1: both('新问法 1', 'Held-out 1'),
  held2: both('新问法 2', 'Held-out 2'),
  held3: both('新问法 3', 'Held-out 3'),
  held4: both('新问法 4', 'Held-out 4'),
  synonyms: both('同义词', 'Synonyms'),
  order: both('换语序', 'Order'),
  typos: both('错字', 'Typos'),
  whitespace: both('多余空白', 'Blanks'),
  politeness: both('客套话', 'Courtesies'),
} as const;

const each = (
  id: string,
  label: Localised,
  help: Localised,
  better: Metric['better'],
  digits = 2,
): Metric[] =>
  Object.keys(STRATEGY_LABELS).map((strategy) => ({ id: `${strategy}.${id}`, label, help, better, digits }));

export const promptGeneralizationDescription: LabDescription<PromptGeneralizationParams> = {
  id: 'prompt-generalization',
  title: both('让提示泛化', 'Making prompts generalise'),
  summary: both(
    '同样的小任务，多种问法：五种策略各训练一个微型语言模型，看谁听得懂没见过的说法。',
    'The same small tasks in many phrasings: five strategies, a tiny language model each, and which of them understands what it never read.',
  ),
  params: PromptGeneralizationParams,
  fields: FIELDS,
  groups: GROUPS,
  presets: PRESETS,
  columns: Object.entries(STRATEGY_LABELS).map(([id, label]) => ({ id, label })),
  metrics: [
    ...each(
      'own',
      both('训练过的问法', 'As trained'),
      both(
        '五个任务、未训练过的输入，整个答案完全一致的比例。',
        'Five tasks on inputs not trained on: share of answers right to the last letter.',
      ),
      'higher',
    ),
    ...each(
      'held',
      both('新问法，平均', 'Held-out phrasings, mean'),
      both('没有任何策略训练过的四种问法。', 'Four phrasings that no strategy trains on.'),
      'higher',
    ),
    ...each(
      'worstHeld',
      both('新问法，最差', 'Held-out phrasings, worst'),
      both('四种问法中最差的一种。', 'The worst of the four.'),
      'higher',
    ),
    ...each(
      'perturbed',
      both('扰动，平均', 'Perturbed, mean'),
      both(
        '对训练过的问法作五种扰动：同义词、语序、错字、空白、客套话。',
        'Five changes of the phrasing that was trained on: synonyms, order, typos, blanks, courtesies.',
      ),
      'higher',
    ),
    ...each(
      'worstPerturbed',
      both('扰动，最差', 'Perturbed, worst'),
      both('五种扰动中最差的一种。', 'The worst of the five.'),
      'higher',
    ),
    ...(['synonyms', 'order', 'typos', 'whitespace', 'politeness'] as const).flatMap((name) =>
      each(name, PHRASING_LABELS[name], both('只作这一种扰动。', 'This change alone.'), 'higher'),
    ),
    ...each(
      'spread',
      both('最好与最差之差', 'Best less worst'),
      both('十种问法之间。', 'Over the ten phrasings.'),
      'lower',
    ),
    ...each(
      'parameters',
      both('训练的参数量', 'Parameters trained'),
      both('优化器移动的数。', 'Numbers that the optimiser moves.'),
      null,
      0,
    ),
  ],
};
