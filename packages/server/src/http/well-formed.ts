/** Refuses what is valid JSON or a valid address and yet no text that a database can hold, before any route sees it. */
import type { MiddlewareHandler } from 'hono';
import type { FieldError } from '../errors.ts';
import { problem } from './problems.ts';

/** Deeper than anything in the contract, and far from where recursion over a value ends the stack. */
const MOST_DEEP = 64;
const NUL = String.fromCharCode(0);

/** What PostgreSQL's text cannot hold: NUL, and half a surrogate pair. */
const unstorable = (text: string): boolean => text.includes(NUL) || /\p{Surrogate}/u.test(text);

/** The greatest nesting of brackets outside strings, counted up to the first that is too deep. */
function depthOf(json: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      most = Math.max(most, ++depth);
      if (most > MOST_DEEP) return most;
    } else if (char === '}' || char === ']') depth--;
  }
  return most;
}

const pointerPart = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

function findUnstorable(value: unknown, pointer: string, found: FieldError[]): void {
  if (typeof value === 'string') {
    if (unstorable(value)) found.push({ field: pointer, message: 'no NUL and no half of a surrogate pair' });
  } else if (Array.isArray(value))
    for (const [index, item] of value.entries()) findUnstorable(item, `${pointer}/${index}`, found);
  else if (value && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) {
      if (unstorable(key))
        found.push({ field: pointer || '/', message: 'a key holds a NUL or half a surrogate pair' });
      else findUnstorable(item, `${pointer}/${pointerPart(key)}`, found);
    }
}

/** Faults of a body that is JSON; none where it is not JSON, which its route refuses by itself. */
export function faultsOf(json: string): FieldError[] {
  if (depthOf(json) > MOST_DEEP) return [{ field: '/', message: `nested deeper than ${MOST_DEEP}` }];
  // Raw bytes become U+FFFD when they are read, so only an escape can bring either in.
  if (!/\\u(0000|d[89a-f])/i.test(json)) return [];
  const found: FieldError[] = [];
  try {
    findUnstorable(JSON.parse(json), '', found);
  } catch {
    return [];
  }
  return found;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return NUL;
  }
};

/** For `/api/*`: after the limit of size, before validation. */
export const wellFormed: MiddlewareHandler = async (c, next) => {
  const { pathname, search } = new URL(c.req.url);
  const errors: FieldError[] = [];
  if (unstorable(decoded(pathname)))
    errors.push({ field: 'path/', message: 'not text in UTF-8 without NUL' });
  if (unstorable(decoded(search))) errors.push({ field: 'query/', message: 'not text in UTF-8 without NUL' });
  if (errors.length === 0 && /^application\/([\w.+-]+\+)?json\b/i.test(c.req.header('content-type') ?? ''))
    errors.push(...faultsOf(await c.req.text()).slice(0, 20));
  if (errors.length === 0) return next();
  return problem(
    400,
    'invalid-input',
    `The request is malformed at ${[...new Set(errors.map(({ field }) => field))].join(', ')}.`,
    errors,
  );
};
