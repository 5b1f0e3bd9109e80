/** Addresses within a package. */
import { ExchangeError } from '../exchange-error.ts';

/** The path of a resource within the package. @throws ExchangeError where it leads out of it */
export function resolveHref(href: string, base: string, file: string, line: number): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(href);
  } catch {
    throw new ExchangeError('bad-qti', file, `href="${href}" cannot be decoded`, `line ${line}`);
  }
  const parts: string[] = base.split('/').slice(0, -1);
  for (const part of decoded.split('/'))
    if (part === '..') {
      if (parts.pop() === undefined)
        throw new ExchangeError(
          'unsafe-path',
          file,
          `href="${href}" leads out of the package`,
          `line ${line}`,
        );
    } else if (part !== '.' && part !== '') parts.push(part);
  if (/^[a-z][a-z0-9+.-]*:|^\//i.test(decoded))
    throw new ExchangeError('unsafe-path', file, `href="${href}" leads out of the package`, `line ${line}`);
  return parts.join('/');
}
