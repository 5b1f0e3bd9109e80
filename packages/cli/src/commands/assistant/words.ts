/** Words that the assistant's commands print, in both languages. */
import type { Locale } from '@viva/bank';

const WORDS = {
  sources: { en: 'Sources', 'zh-CN': '出处' },
  tokens: {
    en: '{model}: {input} tokens in, {output} out{estimated}, {seconds} s',
    'zh-CN': '{model}：输入 {input} token，输出 {output} token{estimated}，{seconds} 秒',
  },
  estimated: { en: ' (estimated)', 'zh-CN': '（估算）' },
  nothingFound: {
    en: 'The bank holds nothing on this, so there is no answer. Ask in other words, or see what is there: viva bank search WORDS',
    'zh-CN': '题库里没有相关内容，因此不作回答。请换个说法，或查看题库：viva bank search 关键词',
  },
  notInPassages: {
    en: 'The closest passages do not answer this, the model says:',
    'zh-CN': '模型认为最接近的段落也回答不了这个问题：',
  },
  noCitation: {
    en: 'The model answered without naming a source, so its answer is withheld. The closest passages:',
    'zh-CN': '模型作答时没有给出出处，因此不予展示。最接近的段落：',
  },
  invented: {
    en: 'Taken out: citations of questions that the model was not given ({ids}).',
    'zh-CN': '已删去模型编造的出处（{ids}）。',
  },
  passagesOnly: {
    en: 'The passages that an answer would rest on (no model was asked):',
    'zh-CN': '作答会依据的段落（未调用模型）：',
  },
  asking: { en: 'Asking {model} …', 'zh-CN': '正在询问 {model} …' },
  embedding: { en: 'Embedding the bank', 'zh-CN': '正在为题库计算向量' },
  retrying: {
    en: '{why} Trying again in {seconds} s …',
    'zh-CN': '{why} {seconds} 秒后重试 …',
  },
  metric: { en: 'queries', 'zh-CN': '查询' },
  outside: {
    en: 'Refused {refused} of {count} queries that the bank cannot answer; silent on {needless} of {answerable} that it can.',
    'zh-CN': '题库无法回答的 {count} 条中拒答 {refused} 条；能回答的 {answerable} 条中误拒 {needless} 条。',
  },
  missed: { en: 'Not among the first five', 'zh-CN': '前五名里没有' },
  all: { en: 'all', 'zh-CN': '全部' },
  paraphrase: { en: 'paraphrase', 'zh-CN': '换说法' },
  keyword: { en: 'keyword', 'zh-CN': '关键词' },
  misspelling: { en: 'misspelling', 'zh-CN': '拼写错误' },
  mixed: { en: 'mixed language', 'zh-CN': '中英混合' },
  lexical: { en: 'Words only.', 'zh-CN': '仅用词汇。' },
  fused: { en: 'Words and vectors.', 'zh-CN': '词汇与向量融合。' },
  written: { en: 'Written: {file}', 'zh-CN': '已写入：{file}' },
  removed: { en: 'Removed: {file}', 'zh-CN': '已删除：{file}' },
  local: {
    en: 'Text stays on this machine ({host}).',
    'zh-CN': '文本不会离开本机（{host}）。',
  },
  remote: {
    en: 'Text that the assistant works on will be sent to {host}. Name a server that may see it.',
    'zh-CN': '助手处理的文本会发送到 {host}。请确认该服务器可以接收这些内容。',
  },
  inProcess: { en: 'Text stays in this process.', 'zh-CN': '文本不会离开本进程。' },
  next: { en: 'Now try: viva assistant check', 'zh-CN': '接下来：viva assistant check' },
  checkItem: { en: 'what', 'zh-CN': '项目' },
  checkResult: { en: 'result', 'zh-CN': '结果' },
  checkAnswer: { en: 'an answer', 'zh-CN': '作答' },
  checkStream: { en: 'streaming', 'zh-CN': '流式输出' },
  checkJson: { en: 'JSON of a given shape', 'zh-CN': '指定结构的 JSON' },
  checkLog: { en: 'log-probabilities', 'zh-CN': '对数概率' },
  checkEmbed: { en: 'embeddings', 'zh-CN': '向量' },
  yes: { en: 'yes', 'zh-CN': '支持' },
  repaired: { en: 'yes, after one correction', 'zh-CN': '支持，经一次纠正' },
  none: { en: 'not set up', 'zh-CN': '未设置' },
  no: { en: 'no: {why}', 'zh-CN': '不支持：{why}' },
  promptsFine: {
    en: '{count} prompts in two languages: no fault.',
    'zh-CN': '{count} 个提示词，中英两版：没有问题。',
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type Word = keyof typeof WORDS;

export const say = (locale: Locale, word: Word, values: Record<string, string | number> = {}): string =>
  WORDS[word][locale].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
