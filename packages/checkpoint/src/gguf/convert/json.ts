/** Looking into JSON of unknown shape, with errors that say which file and key are at fault. */
import { GgufError } from '../format/errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as an object, or an empty one. */
export const objectAt = (object: JsonObject | undefined, key: string): JsonObject => {
  const value = object?.[key];
  return isObject(value) ? value : {};
};

export const arrayAt = (object: JsonObject | undefined, key: string): readonly Json[] => {
  const value = object?.[key];
  return Array.isArray(value) ? value : [];
};

export const stringAt = (object: JsonObject | undefined, key: string): string | undefined => {
  const value = object?.[key];
  return typeof value === 'string' ? value : undefined;
};

export const numberAt = (object: JsonObject | undefined, key: string): number | undefined => {
  const value = object?.[key];
  return typeof value === 'number' ? value : undefined;
};

export const booleanAt = (object: JsonObject | undefined, key: string): boolean | undefined => {
  const value = object?.[key];
  return typeof value === 'boolean' ? value : undefined;
};

/** @throws GgufError `GGUF_MISSING` when the number is not there */
export function needNumber(file: string, object: JsonObject, key: string): number {
  const value = numberAt(object, key);
  if (value === undefined || !Number.isFinite(value))
    throw new GgufError('GGUF_MISSING', file, `"${key}" is missing, or not a number`);
  return value;
}

/** @throws GgufError when the text is not a JSON object */
export function parseObject(file: string, text: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new GgufError(
      'GGUF_METADATA',
      file,
      `this is not JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!isObject(value)) throw new GgufError('GGUF_METADATA', file, 'this is JSON, but not an object');
  return value;
}
