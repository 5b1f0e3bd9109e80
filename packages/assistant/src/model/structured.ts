/** Answers of a given shape: a Zod schema in, a checked value out. */
import { z } from 'zod';
import { StructuredOutputError } from '../errors.ts';
import {
  addUsage,
  type GenerateOptions,
  type LanguageModel,
  type Message,
  type Usage,
} from './language-model.ts';

export interface Structured<T> {
  value: T;
  /** Of both answers, where a correction was needed. */
  usage: Usage;
  repaired: boolean;
}

/**
 * The first JSON object or array in a text: bare, in a code fence, or among words. Reasoning between `<think>` tags is
 * passed over.
 * @returns undefined where there is none that parses
 */
export function extractJson(text: string): unknown {
  const clean = text.replace(/<think>[\s\S]*?<\/think>/g, '');
  const parse = (source: string): unknown => {
    try {
      return JSON.parse(source);
    } catch {
      return undefined;
    }
  };
  const whole = parse(clean.trim());
  if (typeof whole === 'object' && whole !== null) return whole;
  for (const { index } of clean.matchAll(/[[{]/g)) {
    const end = closing(clean, index);
    const value = end === -1 ? undefined : parse(clean.slice(index, end + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Where the bracket at `from` closes, strings heeded; -1 where it does not. */
function closing(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** Zod's issues, one line each, with the path of the field. */
const describe = (error: z.ZodError): string[] =>
  error.issues
    .slice(0, 8)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'answer'}: ${message}`);

/**
 * Asks for JSON of a shape; the schema is told without its own address, which weak models take for a thing to quote. An answer that has not the shape is sent back once with what is wrong.
 * @throws StructuredOutputError when the second has not either; whatever the model throws
 */
export async function generateStructured<T>(
  model: LanguageModel,
  messages: readonly Message[],
  schema: z.ZodType<T>,
  options: GenerateOptions = {},
): Promise<Structured<T>> {
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema) as Record<string, unknown>;
  const asked: Message[] = [
    ...messages,
    {
      role: 'user',
      content: `Answer with one JSON value and nothing else. It must match this JSON schema:\n${JSON.stringify(jsonSchema)}`,
    },
  ];
  const check = (text: string): { value: T } | { issues: string[] } => {
    const json = extractJson(text);
    if (json === undefined) return { issues: ['answer: there is no JSON in it, or it breaks off'] };
    const parsed = schema.safeParse(json);
    return parsed.success ? { value: parsed.data } : { issues: describe(parsed.error) };
  };
  const first = await model.generate(asked, { ...options, jsonSchema });
  const checked = check(first.text);
  if ('value' in checked) return { value: checked.value, usage: first.usage, repaired: false };
  const second = await model.generate(
    [
      ...asked,
      { role: 'assistant', content: first.text },
      {
        role: 'user',
        content: `That does not match the schema:\n${checked.issues.map((issue) => `- ${issue}`).join('\n')}\nGive the corrected JSON value and nothing else.`,
      },
    ],
    { ...options, jsonSchema },
  );
  const corrected = check(second.text);
  if ('issues' in corrected) throw new StructuredOutputError(model.id, corrected.issues, second.text);
  return { value: corrected.value, usage: addUsage(first.usage, second.usage), repaired: true };
}
