/** Which of the two languages a command answers in. */
import type { Locale } from '@viva/stats';
import { CommandFailure } from '../failure.ts';

/** @param asked `--lang`; without it the environment decides, as for other commands */
export function language(asked: string | undefined, env: NodeJS.ProcessEnv = process.env): Locale {
  if (asked === undefined) {
    const system = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
    return /^zh/i.test(system) ? 'zh-CN' : 'en';
  }
  if (/^zh/i.test(asked)) return 'zh-CN';
  if (/^en/i.test(asked)) return 'en';
  throw new CommandFailure(`--lang ${asked}: zh-CN and en are there.`, 2);
}
