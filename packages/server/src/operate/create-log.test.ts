import { expect, it } from 'vitest';
import { createLog, readable } from './create-log.ts';

const written = (options: { format: 'auto' | 'json' | 'text'; isTTY?: boolean }): string => {
  let text = '';
  const log = createLog({
    level: 'info',
    format: options.format,
    out: {
      write: (line: string) => {
        text += line;
      },
      isTTY: options.isTTY ?? false,
    },
  });
  log.debug('below the level');
  log.info({ requestId: 'abc', method: 'GET', route: '/api/me', status: 200, ms: 3.2 }, 'answered');
  return text;
};

it('is JSON for machines and a line for people, by the terminal unless told', () => {
  expect(JSON.parse(written({ format: 'auto' }))).toMatchObject({
    level: 'info',
    msg: 'answered',
    route: '/api/me',
    requestId: 'abc',
  });
  const line = /^\d{4}-\d\d-\d\dT\S+Z INFO {2}answered GET \/api\/me 200 3\.2 ms requestId=abc\n$/;
  expect(written({ format: 'auto', isTTY: true })).toMatch(line);
  expect(written({ format: 'text' })).toMatch(line);
  expect(() => JSON.parse(written({ format: 'json', isTTY: true }))).not.toThrow();
});

it('puts an error under its line', () => {
  expect(readable(JSON.stringify({ level: 'error', time: 't', msg: 'failed', err: { type: 'Error' } }))).toBe(
    't ERROR failed\n      {"type":"Error"}\n',
  );
});
