/** `viva prompts check`: the assistant's own prompts. */
import { join } from 'node:path';
import { checkPrompts, PROMPTS_FOLDER, type PromptVersions } from '@viva/assistant';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { say } from './words.ts';

export async function promptsCheck(options: {
  write?: boolean;
  json?: boolean;
  lang?: string;
}): Promise<void> {
  const locale = language(options.lang);
  let { prompts, findings, versions } = await checkPrompts();
  if (options.write) {
    const next: PromptVersions = { ...versions };
    for (const { id, version, hash } of prompts) next[id] = { [version]: hash, ...next[id] };
    await writeOutput(join(PROMPTS_FOLDER, 'versions.json'), [`${JSON.stringify(next, null, 2)}\n`]);
    ({ prompts, findings, versions } = await checkPrompts());
  }
  if (options.json) console.log(JSON.stringify({ prompts, findings }, null, 2));
  else {
    for (const { file, code, message } of findings) console.log(`prompts/${file}  ${message}  (${code})`);
    if (findings.length === 0) {
      console.log(
        textTable(
          [{ head: 'id' }, { head: 'v', align: 'right' }, { head: 'sha256' }, { head: '' }],
          prompts.map(({ id, version, hash, purpose }) => [id, String(version), hash.slice(0, 12), purpose]),
        ),
      );
      console.log(`\n${say(locale, 'promptsFine', { count: prompts.length })}`);
    }
  }
  if (findings.length > 0)
    throw new CommandFailure(`${findings.length} fault${findings.length === 1 ? '' : 's'} in the prompts.`);
}
