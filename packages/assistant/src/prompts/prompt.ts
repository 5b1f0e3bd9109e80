/** What a prompt is, and putting values into one. Nothing here reads a file. */
import type { Locale } from '@viva/bank';
import { AssistantError } from '../errors.ts';
import type { Message } from '../model/language-model.ts';

export interface Prompt {
  id: string;
  version: number;
  purpose: string;
  variables: readonly string[];
  text: Record<Locale, { system: string; user: string }>;
  /** SHA-256 of what the model is sent, hexadecimal; held to the version by `prompts/versions.json`. */
  hash: string;
}

/** Names in braces: `{transcript}`. */
export const placeholders = (text: string): string[] => [
  ...new Set([...text.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name as string)),
];

/**
 * Puts values into a prompt, each once: braces within a value stay as they are.
 * @throws AssistantError `prompt-variable` when a value is missing
 */
export function renderPrompt(
  { id, text }: Prompt,
  locale: Locale,
  values: Readonly<Record<string, string | number>>,
): Message[] {
  const fill = (template: string): string =>
    template.trim().replace(/\{([a-zA-Z]+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined)
        throw new AssistantError('prompt-variable', `The prompt "${id}" needs a value for {${name}}.`);
      return String(value);
    });
  return [
    { role: 'system', content: fill(text[locale].system) },
    { role: 'user', content: fill(text[locale].user) },
  ];
}
