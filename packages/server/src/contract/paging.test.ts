import { z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

/** Answers that have to be whole, whatever their length: a copy of everything that is held about one person. */
const WHOLE = new Set(['heldData', 'heldDataByLink']);
/**
 * What the bank's folder holds: people write it, `viva bank check` reads it whole, and no use of the server makes it grow.
 * By the name of the list in whatever shows it.
 */
const BANK =
  /(\.(tags|sources|claims|seeds|assert|probes|mistakes|fair|(anchors|quotes)\.(zh-CN|en)|entries|evidence|transcripts|feedback|files|areas|ids|kits|competencies)|\]\.items)$/;
const OF_BANK = new Set([
  'listQuestions',
  'question',
  'listKits',
  'kit',
  'errata',
  'calibration',
  'calibrationPractice',
  'practiseCalibration',
  'submitCalibration',
  'listCalibrationAttempts',
  'scorecard',
  'authoringVocabulary',
  'authoredQuestion',
  'questionFolder',
  'retireVersion',
  'restoreVersion',
]);

interface Schema {
  type?: string;
  maxItems?: number;
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Paths of the arrays in a response that have no bound. */
function unbounded(schema: Schema, path = ''): string[] {
  const parts: [Schema, string][] = [
    ...(schema.items ? [[schema.items, `${path}[]`] as [Schema, string]] : []),
    ...(schema.prefixItems ?? []).map((one): [Schema, string] => [one, `${path}[]`]),
    ...Object.entries(schema.properties ?? {}).map(([name, one]): [Schema, string] => [
      one,
      `${path}.${name}`,
    ]),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].map(
      (one): [Schema, string] => [one, path],
    ),
    ...(typeof schema.additionalProperties === 'object'
      ? [[schema.additionalProperties, `${path}.*`] as [Schema, string]]
      : []),
  ];
  return [
    ...(schema.type === 'array' && schema.maxItems === undefined && !schema.prefixItems ? [path] : []),
    ...parts.flatMap(([one, at]) => unbounded(one, at)),
  ];
}

const answerOf = (response: z.ZodType): Schema =>
  z.toJSONSchema(response, { unrepresentable: 'any', reused: 'inline' }) as Schema;

/** A page: `limit` and `cursor` go in, `items` and `nextCursor` come out. */
const pages = ({ query, response }: Pick<Route, 'query' | 'response'>): boolean =>
  ['limit', 'cursor'].every((name) => name in (query?.shape ?? {})) &&
  'nextCursor' in (answerOf(response).properties ?? {});

function faultsOf(name: string, route: Pick<Route, 'query' | 'response'>): string[] {
  if (WHOLE.has(name)) return [];
  return unbounded(answerOf(route.response)).filter(
    (path) =>
      !(path === '.items' && pages(route)) &&
      !(OF_BANK.has(name) && BANK.test(path)) &&
      // The questions of one kit.
      !(name === 'kit' && path === '.items'),
  );
}

it.each(Object.entries(routes) as [string, Route][])(
  'every list of %s comes by the page or has a bound',
  (name, route) => expect(faultsOf(name, route)).toEqual([]),
);

it('finds a list that does neither, however deep', () => {
  const item = z.object({ id: z.string(), marks: z.array(z.string()) });
  const open = z.object({ items: z.array(item), nextCursor: z.string().nullable() });
  const query = z.object({ limit: z.number(), cursor: z.string().optional() });
  expect(faultsOf('one', { query: undefined, response: open })).toEqual(['.items', '.items[].marks']);
  expect(faultsOf('one', { query, response: open })).toEqual(['.items[].marks']);
  expect(faultsOf('one', { query, response: z.object({ of: item.nullable() }) })).toEqual(['.of.marks']);
  expect(faultsOf('listKits', { query, response: z.object({ tags: z.array(z.string()) }) })).toEqual([]);
  expect(faultsOf('listPeople', { query, response: z.object({ tags: z.array(z.string()) }) })).toEqual([
    '.tags',
  ]);
});

it('names only routes that there are', () => {
  for (const name of [...WHOLE, ...OF_BANK]) expect(routes).toHaveProperty(name);
});
