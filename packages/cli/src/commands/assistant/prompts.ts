/** `viva prompts check`: the assistant's own prompts, as files and on the model that is set up. */
import { join } from 'node:path';
import { checkPrompts, PROMPTS_FOLDER, type PromptVersions, readConfiguration } from '@viva/assistant';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { cancellable, type ModelOptions, openGuarded } from './open-model.ts';
import { type MeasureChoice, measurePrompts, measureTable } from './prompts-measure.ts';
import { say } from './words.ts';

export interface PromptsOptions extends MeasureChoice, ModelOptions {
  write?: boolean;
  /** Nothing but the files. */
  files?: boolean;
  json?: boolean;
  lang?: string;
}

export async function promptsCheck(options: PromptsOptions): Promise<void> {
  const locale = language(options.lang);
  let { prompts, findings, versions } = await checkPrompts();
  if (options.write) {
    const next: PromptVersions = { ...versions };
    for (const { id, version, hash } of prompts) next[id] = { [version]: hash, ...next[id] };
    await writeOutput(join(PROMPTS_FOLDER, 'versions.json'), [`${JSON.stringify(next, null, 2)}\n`]);
    ({ prompts, findings, versions } = await checkPrompts());
  }
  if (!options.json) {
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
  const measure =
    findings.length === 0 && !options.files && !options.write && (await readConfiguration()) !== undefined;
  const result = measure
    ? await cancellable(async (signal) => measurePrompts(await openGuarded(options, locale), options, signal))
    : undefined;
  const worse = result?.measured.filter(({ fails }) => fails) ?? [];
  if (options.json) console.log(JSON.stringify({ prompts, findings, ...result }, null, 2));
  else if (result) {
    const { measured, kept, asked, baseline } = result;
    console.log(`\n${measured[0]?.model ?? ''}\n`);
    console.log(measureTable(measured, locale).join('\n'));
    console.log(`\n${say(locale, 'measureNote', { kept, asked })}`);
    if (options.update) console.log(say(locale, 'written', { file: baseline }));
  } else if (findings.length === 0 && !options.files && !options.write)
    console.log(`\n${say(locale, 'measureHow')}`);
  if (findings.length > 0)
    throw new CommandFailure(`${findings.length} fault${findings.length === 1 ? '' : 's'} in the prompts.`);
  if (worse.length > 0 && !options.update)
    throw new CommandFailure(
      say(locale, 'worseNow', { prompts: worse.map(({ prompt }) => prompt).join(', ') }),
    );
}
