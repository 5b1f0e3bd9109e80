/** Writes the prompts of the reasoning strategies into the source, where a browser can have them: npm run prompts -w @viva/assistant */
import { writeFile } from 'node:fs/promises';
import { prompt } from '../src/prompts/prompt-file.ts';

const IDS = ['direct', 'chain-of-thought', 'game24-propose', 'game24-evaluate'] as const;
const text = (value: string): string => JSON.stringify(value);
const parts: string[] = [];
for (const id of IDS) {
  const { version, purpose, variables, text: own, hash } = await prompt(id);
  const side = (locale: 'en' | 'zh-CN') =>
    `{ system: ${text(own[locale].system)}, user: ${text(own[locale].user)} }`;
  parts.push(
    `  ${text(id)}: { id: ${text(id)}, version: ${version}, purpose: ${text(purpose)}, variables: ${JSON.stringify(variables)}, text: { en: ${side('en')}, 'zh-CN': ${side('zh-CN')} }, hash: ${text(hash)} },`,
  );
}
await writeFile(
  new URL('../src/prompts/reasoning-prompts.ts', import.meta.url),
  `/** The prompts of the reasoning strategies, from their files under prompts/, by \`npm run prompts -w @viva/assistant\`; a test compares. */
import type { Prompt } from './prompt.ts';

type Id = ${IDS.map((id) => `'${id}'`).join(' | ')};

export const REASONING_PROMPTS: Readonly<Record<Id, Prompt>> = {
${parts.join('\n')}
};
`,
);
