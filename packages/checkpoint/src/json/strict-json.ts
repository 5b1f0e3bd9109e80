/** JSON as a header must be: an object, and no key twice, where `JSON.parse` would silently keep the last. */

import { FormatError, quote } from '../errors.ts';

/**
 * Parses a JSON object and refuses duplicate keys at any depth.
 * @throws FormatError (`BAD_JSON`, `DUPLICATE_KEY`) naming `file`.
 */
export function parseJsonObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(
      'BAD_JSON',
      `holds JSON that cannot be parsed (${quote(cause instanceof Error ? cause.message : String(cause))}). The file is damaged or of another format.`,
      { file },
      { cause },
    );
  }
  if (!isRecord(value))
    throw new FormatError(
      'BAD_JSON',
      'holds JSON that is not an object. The file is damaged or of another format.',
      {
        file,
      },
    );
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined)
    throw new FormatError(
      'DUPLICATE_KEY',
      `names ${quote(duplicate)} twice. Readers disagree on which one counts; write the file anew.`,
      { file, tensor: duplicate },
    );
  return value;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first key that an object of this (valid) JSON text repeats. */
export function findDuplicateKey(text: string): string | undefined {
  // One set of keys an open object; undefined for an open array.
  const open: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found] = match;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found === '}' || found === ']') open.pop();
    else {
      const keys = open.at(-1);
      if (!keys || !/^\s*:/.test(text.slice(token.lastIndex, token.lastIndex + 64))) continue;
      const key = JSON.parse(found) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
