/** Every refusal and every fault as RFC 9457 problem details. */
import type { ZodError } from 'zod';
import type { Problem } from '../contract/common.ts';
import type { FieldError, Refusal } from '../errors.ts';
import type { KeyError } from '../keys/key-error.ts';

const TITLES: Record<number, string> = {
  400: 'Malformed request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Clash with the present state',
  413: 'Too large',
  415: 'Not JSON',
  422: 'Not acceptable yet',
  429: 'Too many requests',
  500: 'Fault on our side',
  503: 'Not available',
};

export function problem(
  status: number,
  code: string,
  detail: string,
  errors?: FieldError[],
  current?: unknown,
): Response {
  const body: Problem = {
    type: `https://viva.invalid/problems/${code}`,
    title: TITLES[status] ?? 'Refused',
    status,
    code,
    detail,
    ...(errors ? { errors } : {}),
    ...(current === undefined ? {} : { current }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  });
}

export function fromRefusal({ status, code, message, errors, current, retryAfter }: Refusal): Response {
  const response = problem(status, code, message, errors, current);
  if (retryAfter !== undefined) response.headers.set('retry-after', String(retryAfter));
  return response;
}

type Target = 'json' | 'query' | 'param' | 'header' | 'cookie' | 'form';

/** A JSON pointer for the body, `query/…` or `path/…` for the rest. */
export function fromZod(error: ZodError, target: Target): Response {
  const prefix = target === 'json' ? '' : target === 'param' ? 'path' : target;
  const errors = error.issues.map(({ path, message }) => ({
    field: `${prefix}/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
    message,
  }));
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ');
  return problem(400, 'invalid-input', `The request is malformed at ${fields}.`, errors);
}

const REPORT_MS = 60_000;
const reported = new Map<string, number>();

/**
 * Keys that are missing are the administrator's to mend: the caller is told that and no more, and the log hears of each
 * kind once a minute, however many requests meet it.
 */
export function fromKeyError({ code, message }: KeyError, report: () => void): Response {
  if (code === 'erased') return problem(409, 'erased', message);
  const now = Date.now();
  if (now - (reported.get(code) ?? 0) >= REPORT_MS) {
    reported.set(code, now);
    report();
  }
  if (code === 'altered')
    return problem(
      503,
      'text-altered',
      'A text that belongs to this answer was changed or moved past the server, and is not shown. Administrators: run `viva audit verify`; the server’s log names the row.',
    );
  return problem(
    503,
    'keys-unavailable',
    'What is stored here is sealed, and its key cannot be used at the moment. Nothing is lost by trying again later. ' +
      'Administrators: run `viva keys check`; the server’s log has the cause.',
  );
}
