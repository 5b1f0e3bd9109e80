/** The marks of chat formats and of instruction tuning, as a text may hold them. */

const CHAT_MARK = new RegExp(
  [
    String.raw`<\|[a-z_]{2,30}\|>`,
    String.raw`<<\/?sys>>`,
    String.raw`\[\/?(?:inst|system|sys|admin|user|assistant)\]`,
    String.raw`<\/?\s*(?:system|sys|user|human|assistant|admin|developer|instructions?|prompt|transcript|candidate|interviewer|rater|grader|record|input|context|message|指令|系统|提示|实录|评分)(?:\s[^<>]{0,60})?>`,
  ].join('|'),
  'giu',
);

/** Marks by which chat formats tell turns apart. A model may take them for its own. */
export const chatMarks = (text: string): string[] => text.match(CHAT_MARK) ?? [];
export const maskChatMarks = (text: string, mask: string): string => text.replace(CHAT_MARK, mask);
