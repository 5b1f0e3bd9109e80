/** The words of the PDF, in both languages. */
import type { Locale } from '../contract/common.ts';

const WORDS = {
  title: ['我的数据', 'My data'],
  made: ['生成于', 'Made on'],
  yes: ['是', 'yes'],
  no: ['否', 'no'],
  person: ['个人信息', 'About you'],
  name: ['姓名', 'Name'],
  email: ['邮箱', 'E-mail'],
  account: ['账号', 'Account'],
  none: ['无', 'None'],
  added: ['录入时间', 'Added on'],
  withdrawn: ['撤回时间', 'Withdrawn on'],
  reason: ['理由', 'Reason'],
  opening: ['职位', 'Opening'],
  sessions: ['面试安排', 'Interviews'],
  minutes: ['分钟', 'minutes'],
  samples: ['作品', 'Work samples'],
  transcripts: ['转写记录', 'Transcripts'],
  ratings: ['评分与证据', 'Scores and evidence'],
  sealed: [
    '在评委各自独立评完、并作出决定（或职位关闭）之前，评分、证据、笔记和评论对所有人封存，包括您。届时可在此查看。',
    'Scores, evidence, notes and comments are sealed from everybody, you included, until the panel has rated independently and a decision stands or the opening is closed. They appear here then.',
  ],
  rater: ['面试官', 'Interviewer'],
  score: ['得分', 'Score'],
  notAsked: ['未提问', 'Not asked'],
  amendment: ['更正', 'Amendment'],
  notes: ['笔记', 'Notes'],
  comments: ['评论', 'Comments'],
  decisions: ['决定', 'Decisions'],
  advance: ['进入下一步', 'Advance'],
  hold: ['待定', 'Hold'],
  decline: ['不再推进', 'Decline'],
  groups: ['自愿填写的群体信息', 'Voluntary answers about yourself'],
  practice: ['练习', 'Practice'],
  ai: ['人工智能的使用', 'Use of AI'],
  aiNone: [
    '没有任何人工智能功能接触过这份申请的数据。',
    'No AI feature has touched the data of this application.',
  ],
  model: ['模型', 'Model'],
  server: ['发送到', 'Sent to'],
  stayed: ['未离开本机', 'stayed on this server'],
  counted: ['计入决定', 'Counted in the decision'],
  requests: ['您的请求', 'Your requests'],
  correction: ['更正', 'Correction'],
  erasure: ['删除', 'Erasure'],
  open: ['处理中', 'open'],
  done: ['已完成', 'done'],
  refused: ['已拒绝', 'refused'],
  log: ['处理记录', 'What was done'],
  retention: ['保存期限', 'How long it is kept'],
  kept: ['申请结束后保存的天数', 'Days kept after the application ends'],
  erasedOn: ['预计删除日期', 'Erased on'],
  held: ['因法律要求暂缓删除', 'Kept by a legal hold'],
} as const satisfies Record<string, readonly [string, string]>;

export type PdfWord = keyof typeof WORDS;

export const pdfWords =
  (lang: Locale) =>
  (word: PdfWord): string =>
    WORDS[word][lang === 'en' ? 1 : 0];
