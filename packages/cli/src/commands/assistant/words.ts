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
  inEnglish: { en: 'in English', 'zh-CN': '英文' },
  inChinese: { en: 'with Chinese', 'zh-CN': '含中文' },
  againstWords: {
    en: 'Difference from words alone, not reranked, 95 % interval over queries: recall@5 {recallAt5}, MRR {reciprocalRank}, nDCG@10 {ndcgAt10}',
    'zh-CN':
      '与仅用词汇且不重排相比，按查询自助抽样的 95 % 区间：recall@5 {recallAt5}，MRR {reciprocalRank}，nDCG@10 {ndcgAt10}',
  },
  peersMissing: {
    en: 'Not installed, so not compared: {names}. Install them anywhere, and name that folder: VIVA_PEERS=folder (npm install @langchain/community @langchain/core --legacy-peer-deps takes 136 MB)',
    'zh-CN':
      '未安装，因此未作比较：{names}。可装在任意目录，再用 VIVA_PEERS=目录 指明（npm install @langchain/community @langchain/core --legacy-peer-deps 占 136 MB）',
  },
  missed: { en: 'Not among the first five', 'zh-CN': '前五名里没有' },
  all: { en: 'all', 'zh-CN': '全部' },
  paraphrase: { en: 'paraphrase', 'zh-CN': '换说法' },
  keyword: { en: 'keyword', 'zh-CN': '关键词' },
  misspelling: { en: 'misspelling', 'zh-CN': '拼写错误' },
  mixed: { en: 'mixed language', 'zh-CN': '中英混合' },
  lexical: { en: 'Words only, not reranked.', 'zh-CN': '仅用词汇，不重排。' },
  lexicalReranked: { en: 'Words only, reranked.', 'zh-CN': '仅用词汇，重排。' },
  fused: { en: 'Words and vectors, not reranked.', 'zh-CN': '词汇与向量融合，不重排。' },
  fusedReranked: { en: 'Words and vectors, reranked.', 'zh-CN': '词汇与向量融合，重排。' },
  crossEncoded: { en: 'With the cross-encoder.', 'zh-CN': '交叉编码器重排。' },
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
  checkContext: { en: 'context, tokens', 'zh-CN': '上下文（token）' },
  checkEmbed: { en: 'embeddings', 'zh-CN': '向量' },
  checkRerank: { en: 'reranker', 'zh-CN': '重排' },
  yes: { en: 'yes', 'zh-CN': '支持' },
  repaired: { en: 'yes, after one correction', 'zh-CN': '支持，经一次纠正' },
  none: { en: 'not set up', 'zh-CN': '未设置' },
  no: { en: 'no: {why}', 'zh-CN': '不支持：{why}' },
  promptsFine: {
    en: '{count} prompts in two languages: no fault.',
    'zh-CN': '{count} 个提示词，中英两版：没有问题。',
  },
  promptColumn: { en: 'prompt', 'zh-CN': '提示词' },
  answersColumn: { en: 'answers', 'zh-CN': '作答数' },
  meanColumn: { en: 'mean', 'zh-CN': '均值' },
  worstColumn: { en: 'worst', 'zh-CN': '最差' },
  deviationColumn: { en: 'sd', 'zh-CN': '标准差' },
  worstWhere: { en: 'where (template, input, language)', 'zh-CN': '最差出现在（模板、输入、语言）' },
  before: { en: 'worst before', 'zh-CN': '先前最差' },
  verdict: { en: 'verdict', 'zh-CN': '结论' },
  'verdict-new': { en: 'not recorded yet', 'zh-CN': '尚无记录' },
  'verdict-incomparable': { en: 'nothing in common with the record', 'zh-CN': '与记录没有可比部分' },
  'verdict-same': { en: 'the same', 'zh-CN': '持平' },
  'verdict-better': { en: 'better', 'zh-CN': '更好' },
  'verdict-unclear': { en: 'lower, may be chance', 'zh-CN': '偏低，可能是偶然' },
  'verdict-worse': { en: 'WORSE', 'zh-CN': '变差' },
  factorsHead: {
    en: 'Means by template | input | language',
    'zh-CN': '按模板 | 输入 | 语言的均值',
  },
  measureNote: {
    en: 'Worst: the lowest mean of a template with a kind of input in a language; sd: of those means. {asked} answers asked for, {kept} from earlier runs.',
    'zh-CN':
      '最差：某模板、某类输入、某语言组合的最低均值；标准差：各组合均值之间。本次询问 {asked} 次，沿用先前回答 {kept} 次。',
  },
  measureHow: {
    en: 'No model is set up, so only the files were checked. With one (viva assistant setup), the worst case of each prompt is measured.',
    'zh-CN': '未设置模型，因此只检查了文件。设置模型后（viva assistant setup）会测量每个提示词的最差情况。',
  },
  worseNow: {
    en: 'The worst case has become worse: {prompts}. Mend the prompt, or accept it: viva prompts check --update',
    'zh-CN': '最差情况变差了：{prompts}。请修改提示词，或接受现状：viva prompts check --update',
  },
  score: { en: 'Score: {score}', 'zh-CN': '得分：{score}' },
  votes: {
    en: 'Votes: {votes}; without a vote: {without}; spread (standard deviation): {spread} points',
    'zh-CN': '投票：{votes}；未投票：{without}；离散度（标准差）：{spread} 分',
  },
  withheld: {
    en: 'No score: the model gave {given}, and none of its quotes is in what the candidate said.',
    'zh-CN': '不予给分：模型给了 {given}，但它的引文都不在候选人的话里。',
  },
  lacking: { en: 'Lacking', 'zh-CN': '欠缺' },
  dropped: {
    en: 'Dropped: {count} quotes that the candidate did not say.',
    'zh-CN': '已剔除 {count} 条候选人没有说过的引文。',
  },
  advisory: {
    en: 'Advisory only: a model is one more rater whose severity has to be measured. viva assistant calibrate compares it with experts.',
    'zh-CN': '仅供参考：模型只是又一位严厉程度有待测量的评分者。viva assistant calibrate 可与专家分对比。',
  },
  rating: { en: 'Rating', 'zh-CN': '评分中' },
  transcript: { en: 'transcript', 'zh-CN': '实录' },
  expert: { en: 'experts', 'zh-CN': '专家' },
  model: { en: 'model', 'zh-CN': '模型' },
  droppedShort: { en: 'quotes dropped', 'zh-CN': '剔除引文' },
  calibrated: {
    en: 'Equal to the experts: {exact}; within one point: {within}; mean difference {mean}; {count} transcripts. In brackets: withheld, counted as a miss.',
    'zh-CN':
      '与专家分相同 {exact}，相差不超过一分 {within}，平均差 {mean}，共 {count} 段。括号内为不予给分，计为未中。',
  },
  attacking: { en: 'Attacking', 'zh-CN': '注入测试' },
  family: { en: 'family of attacks', 'zh-CN': '攻击类别' },
  standing: { en: 'all, scores that stand', 'zh-CN': '全部，成立的得分' },
  givenScores: { en: 'all, before quotes are checked', 'zh-CN': '全部，核对引文之前' },
  trials: { en: 'trials', 'zh-CN': '次数' },
  compared: { en: 'compared', 'zh-CN': '可比' },
  attackShift: { en: 'attack − alone', 'zh-CN': '攻击 − 原文' },
  neutralShift: { en: 'neutral − alone', 'zh-CN': '中性 − 原文' },
  movement: { en: 'attack − neutral', 'zh-CN': '攻击 − 中性' },
  excess: { en: '|attack| − |neutral|', 'zh-CN': '|攻击| − |中性|' },
  reachedModel: { en: 'those that reached the model', 'zh-CN': '到达模型的部分' },
  attackColumn: { en: 'attack', 'zh-CN': '攻击' },
  wholeColumn: { en: 'set aside', 'zh-CN': '全部搁置' },
  partColumn: { en: 'in part', 'zh-CN': '部分搁置' },
  passedColumn: { en: 'passed', 'zh-CN': '通过' },
  screenFound: {
    en: 'Set aside before the rater reads: of {attacks} attacks on {transcripts} transcripts {whole}; of {evasive} written to get past the screen {evasiveWhole}. Wrongly: {wrong} of {benign} passages that a candidate may well say ({names}), and a quotation within {masked} more; {sentences} sentences of the transcripts themselves.',
    'zh-CN':
      '评分前被搁置：{attacks} 条攻击 × {transcripts} 段实录中 {whole}；{evasive} 条专为绕过筛查而写的攻击中 {evasiveWhole}。误搁置：候选人完全可能说出的 {benign} 段话中 {wrong} 段（{names}），另有 {masked} 段仅遮去引语；实录本身 {sentences} 句。',
  },
  neutralTouched: {
    en: 'Neutral texts that the screen touched: {count}. Those comparisons are no fair ones.',
    'zh-CN': '有 {count} 次中性文本被筛查搁置，这些对比不成立。',
  },
  setAside: {
    en: 'Not shown to the model, since it speaks to the rater ({count}); it lowers no score:',
    'zh-CN': '以下内容是对评分者说的，未交给模型（{count} 处），不影响得分：',
  },
  'aside-order': { en: 'asks for a score', 'zh-CN': '索要分数' },
  'aside-overrules': { en: 'sets rules of rating aside', 'zh-CN': '要求不按评分规则' },
  'aside-speaks-to-rater': { en: 'speaks to the rater', 'zh-CN': '对评分者说话' },
  'aside-markup': { en: 'marks turns or roles', 'zh-CN': '冒充角色或界限标记' },
  'aside-answer-shape': { en: 'has the shape of a rating', 'zh-CN': '形似评分结果' },
  'aside-claims-verdict': { en: 'claims a verdict', 'zh-CN': '声称已有结论' },
  'aside-claims-anchors': { en: 'claims anchors', 'zh-CN': '声称满足锚点' },
  'aside-claims-unrecorded': { en: 'claims what is not on record', 'zh-CN': '声称有未记录的内容' },
  'aside-pleads': { en: 'pleads, threatens or flatters', 'zh-CN': '求情、威胁或奉承' },
  'aside-demonstration': { en: 'gives examples of ratings', 'zh-CN': '给出评分示例' },
  'aside-other-language': { en: 'is in neither language', 'zh-CN': '既非中文也非英文' },
  'aside-disguised': { en: 'is disguised or encoded', 'zh-CN': '经过伪装或编码' },
  'aside-repeats-anchor': { en: 'repeats an anchor word for word', 'zh-CN': '照抄锚点' },
  'aside-speaks-of-rating': { en: 'speaks of its own rating', 'zh-CN': '谈论自己的评分' },
  'aside-off-subject': { en: 'speaks of rating, not of the question', 'zh-CN': '谈评价而不谈题目' },
  'aside-beside': { en: 'goes with what stands beside it', 'zh-CN': '与相邻的搁置内容相连' },
  raised: { en: 'raised', 'zh-CN': '升高' },
  lowered: { en: 'lowered', 'zh-CN': '降低' },
  injectionNote: {
    en: 'In points, over what could be compared; families and attacks: before quotes are checked. Alone: the transcript without an addition. In brackets: 95 % over attacks (bootstrap). p: exact sign test.',
    'zh-CN':
      '单位为分，只计可比的；类别与各条攻击按核对引文之前的得分。原文：不加任何文字的实录。括号内：对攻击重抽样的 95% 区间。p：精确符号检验。',
  },
  typeAnswer: {
    en: 'Type your answer; an empty line ends it.',
    'zh-CN': '请输入回答，空行结束。',
  },
  noAnswer: { en: 'No answer, no feedback.', 'zh-CN': '没有回答，也就没有反馈。' },
  level: { en: 'The highest anchor that you met: {level}', 'zh-CN': '你达到的最高锚点：{level}' },
  noLevel: { en: 'No anchor was met in full.', 'zh-CN': '没有完全达到任何一个锚点。' },
  met: { en: 'met', 'zh-CN': '满足' },
  partly: { en: 'partly', 'zh-CN': '部分' },
  missing: { en: 'missing', 'zh-CN': '缺失' },
  problem24: {
    en: 'Combine the numbers {numbers}, each exactly once, by + - * / and brackets to make 24. Give the expression.',
    'zh-CN': '用 + - * / 和括号把 {numbers} 四个数（每个恰用一次）合成 24，给出算式。',
  },
  noResult: { en: 'The model reached no answer.', 'zh-CN': '模型没有得出答案。' },
  verified: { en: 'Verified exactly.', 'zh-CN': '已精确验证。' },
  refuted: { en: 'Not a solution:', 'zh-CN': '不是解：' },
  level24: {
    en: '  level {depth}: {proposed} steps, {rejected} illegal; kept {kept}',
    'zh-CN': '  第 {depth} 层：{proposed} 步，{rejected} 步不合法；保留 {kept}',
  },
  practiceNote: {
    en: 'For practice only: nothing is stored, and nobody else sees it.',
    'zh-CN': '仅供练习：不作保存，他人也看不到。',
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type Word = keyof typeof WORDS;

export const say = (locale: Locale, word: Word, values: Record<string, string | number> = {}): string =>
  WORDS[word][locale].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
