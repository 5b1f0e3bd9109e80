/** The prompts of the reasoning strategies, from their files under prompts/, by `npm run prompts -w @viva/assistant`; a test compares. */
import type { Prompt } from './prompt.ts';

type Id = 'direct' | 'chain-of-thought' | 'game24-propose' | 'game24-evaluate';

export const REASONING_PROMPTS: Readonly<Record<Id, Prompt>> = {
  direct: {
    id: 'direct',
    version: 1,
    purpose: 'Give a result without steps, the baseline of the reasoning strategies',
    variables: ['problem'],
    text: {
      en: {
        system:
          'Give the result at once, without steps. Reply with one line that begins with "Answer:" and holds nothing but the result.',
        user: '{problem}',
      },
      'zh-CN': {
        system: '直接给出结果，不写步骤。只回复一行，以“Answer:”开头，只写结果。',
        user: '{problem}',
      },
    },
    hash: '071bb12616fe923305c07dc2c4241fde1b815d9944b5a753580284005b66d56e',
  },
  'chain-of-thought': {
    id: 'chain-of-thought',
    version: 1,
    purpose: 'Solve a problem in steps, with the result on a line of its own',
    variables: ['problem'],
    text: {
      en: {
        system:
          'Solve the problem in short numbered steps. Check the result against the problem.\nEnd with one line that begins with "Answer:" and holds nothing but the result.',
        user: '{problem}',
      },
      'zh-CN': {
        system: '分步解题，每步简短并编号，最后对照题目检查结果。\n最后单独一行，以“Answer:”开头，只写结果。',
        user: '{problem}',
      },
    },
    hash: '1017cb1106e5bf73e0938f8b1e488058ace9daebff421ff11d6a2438acb8e442',
  },
  'game24-propose': {
    id: 'game24-propose',
    version: 1,
    purpose: 'Tree of thoughts on the Game of 24, propose next operations',
    variables: ['numbers', 'count'],
    text: {
      en: {
        system:
          'In the Game of 24 four numbers are combined by + - * / until 24 is left; each number is used once.\nA step takes two of the numbers that are left and replaces them by the result of one operation.',
        user: 'Numbers left: {numbers}\nPropose up to {count} different next steps, the most promising first, one a line, in the form\na + b = c (left: x y)\nand nothing else.',
      },
      'zh-CN': {
        system:
          '二十四点：用 + - * / 把四个数合成 24，每个数恰用一次。\n一步是从剩下的数中取两个，换成一次运算的结果。',
        user: '剩下的数：{numbers}\n至多提出 {count} 个不同的下一步，最有希望的在前，每行一个，格式为\na + b = c (left: x y)\n不写其他内容。',
      },
    },
    hash: '112002c7d549c866b9bf914725837e59b2ca764bc16e5546776432d526b1921a',
  },
  'game24-evaluate': {
    id: 'game24-evaluate',
    version: 1,
    purpose: 'Tree of thoughts on the Game of 24, judge whether 24 can still be reached',
    variables: ['numbers'],
    text: {
      en: {
        system:
          'Judge whether the numbers, each used once, can reach 24 by + - * /. Try briefly, then end with one word on a line of\nits own: sure, likely or impossible.',
        user: 'Numbers left: {numbers}',
      },
      'zh-CN': {
        system:
          '判断这些数（每个恰用一次）能否用 + - * / 得到 24。简短尝试，最后单独一行写一个词：sure、likely 或 impossible。',
        user: '剩下的数：{numbers}',
      },
    },
    hash: 'c86cb9ee4f6f5c5b6f3bf20ccc042f31bd9c8917a9d4ee90c28d03ee4b9b873f',
  },
};
