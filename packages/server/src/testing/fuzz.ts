/**
 * Malformed requests, made from the OpenAPI document. The same seed and number give the same request, so that a finding
 * can be repeated alone.
 */
import { CURSORS, NASTY, NASTY_DATES, NASTY_NUMBERS, OTHER_TYPES } from './nasty.ts';

export interface FuzzSchema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, FuzzSchema>;
  required?: string[];
  items?: FuzzSchema;
  prefixItems?: FuzzSchema[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: FuzzSchema[];
  oneOf?: FuzzSchema[];
  allOf?: FuzzSchema[];
  format?: string;
  minimum?: number;
  minLength?: number;
  minItems?: number;
  pattern?: string;
}
interface Operation {
  parameters?: { name: string; in: string; schema?: FuzzSchema }[];
  requestBody?: { content?: Record<string, { schema?: FuzzSchema }> };
}
export interface FuzzDocument {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, FuzzSchema> };
}

export interface FuzzRequest {
  /** What was done to it, for the report. */
  kind: string;
  method: string;
  /** With query, as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** mulberry32: small, seeded, good enough to choose with. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Dice {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = randomOf(seed);
  }
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }
  chance(share: number): boolean {
    return this.#next() < share;
  }
  uuid(): string {
    const hex = Array.from({ length: 32 }, () => this.below(16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
  of<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined && list.length === 0) throw new Error('nothing to choose from');
    return item as T;
  }
}

export class Fuzzer {
  readonly #document: FuzzDocument;
  readonly #operations: { method: string; path: string; operation: Operation }[];
  /** Values that are there, by parameter: identifiers of the world under test. */
  readonly #known: Record<string, readonly string[]>;

  constructor(document: FuzzDocument, known: Record<string, readonly string[]>) {
    this.#document = document;
    this.#known = known;
    this.#operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );
  }

  /** @param number which request of the series */
  request(seed: number, number: number): FuzzRequest {
    const dice = new Dice((seed * 1_000_003 + number) | 0);
    const { method, path, operation } = dice.of(this.#operations);
    const request: FuzzRequest = {
      kind: '',
      method: method.toUpperCase(),
      path,
      headers: {},
      body: undefined,
    };
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    const body = schema ? this.#sample(schema, dice, 0) : undefined;
    if (schema) {
      request.headers['content-type'] = 'application/json';
      request.body = JSON.stringify(body);
    }
    request.path = this.#fill(path, dice, 0.85);
    request.path += this.#query(operation, dice);
    const kinds = Object.keys(this.#damage);
    request.kind = dice.of(kinds);
    this.#damage[request.kind]?.(request, { dice, path, operation, schema, body });
    // A second fault in every fourth, so that one check does not shadow the next.
    if (dice.chance(0.25)) {
      const second = dice.of(kinds);
      this.#damage[second]?.(request, { dice, path, operation, schema, body });
      request.kind += ` + ${second}`;
    }
    if (['GET', 'HEAD'].includes(request.method)) request.body = undefined;
    return request;
  }
  readonly #damage: Record<string, (request: FuzzRequest, how: Damage) => void> = {
    'as it should be': () => undefined,
    'wrong type': (request, { dice, body }) => {
      if (request.body !== undefined)
        request.body = JSON.stringify(this.#replaced(body, dice, () => dice.of(OTHER_TYPES)));
    },
    'nasty text': (request, { dice, body }) => {
      if (request.body !== undefined)
        request.body = JSON.stringify(this.#replaced(body, dice, () => dice.of(NASTY)));
    },
    'nasty number': (request, { dice, body }) => {
      if (request.body !== undefined)
        request.body = JSON.stringify(this.#replaced(body, dice, () => dice.of(NASTY_NUMBERS)));
    },
    'nasty date': (request, { dice, body }) => {
      if (request.body !== undefined)
        request.body = JSON.stringify(this.#replaced(body, dice, () => dice.of(NASTY_DATES)));
    },
    'missing field': (request, { dice, body }) => {
      if (body && typeof body === 'object' && !Array.isArray(body)) {
        const keys = Object.keys(body);
        const { [dice.of([...keys, ''])]: _, ...rest } = body as Record<string, unknown>;
        request.body = JSON.stringify(rest);
      }
    },
    'more fields': (request, { dice, body }) => {
      if (body && typeof body === 'object')
        request.body = JSON.stringify({
          ...body,
          [dice.of(NASTY)]: dice.of(OTHER_TYPES),
          role: 'owner',
          id: 'x',
        }).replace(/}$/, ',"__proto__":{"role":"owner"},"constructor":{"prototype":{}}}');
    },
    huge: (request, { dice, body }) => {
      if (request.body !== undefined)
        request.body = JSON.stringify(
          this.#replaced(body, dice, () => dice.of(['x', '量', '"', '\\']).repeat(60_000)),
        );
    },
    'many items': (request, { dice, body }) => {
      if (request.body !== undefined)
        request.body = JSON.stringify(
          this.#replaced(body, dice, () => Array.from({ length: 20_000 }, () => dice.below(9))),
        );
    },
    deep: (request, { dice }) => {
      const depth = dice.of([65, 1_000, 60_000]);
      const [open, close] = dice.of([
        ['[', ']'],
        ['{"a":', '}'],
      ] as const);
      request.body = `{"params":${open.repeat(depth)}1${close.repeat(depth)}}`;
      request.headers['content-type'] = 'application/json';
    },
    'too large': (request, { dice }) => {
      request.body = JSON.stringify({ body: 'y'.repeat(dice.of([262_145, 400_000])) });
    },
    'bad JSON': (request, { dice }) => {
      const whole = request.body ?? '{"a":1}';
      request.body = dice.of([
        whole.slice(0, dice.below(whole.length + 1)),
        `${whole}}`,
        `${whole},`,
        "{'a': 1}",
        '{"a":1,}',
        '\ufeff{}',
        '[1,2',
        '"\\ud8"',
        'NaN',
        '',
        '{"a":"\u0001"}',
        '--1',
      ]);
      request.headers['content-type'] = 'application/json';
    },
    'wrong content type': (request, { dice }) => {
      request.headers['content-type'] = dice.of([
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
        'application/xml',
        'application/jsonp',
        '',
        'x'.repeat(300),
      ]);
    },
    'bad path': (request, { dice, path, operation }) => {
      request.path =
        path.replace(/\{(\w+)\}/g, () => this.#wire(dice.of(NASTY), dice)) + this.#query(operation, dice);
    },
    'foreign id': (request, { dice, path, operation }) => {
      // Somebody else's thing, or a thing of another kind.
      const all = Object.values(this.#known).flat();
      request.path =
        path.replace(/\{(\w+)\}/g, () => encodeURIComponent(dice.of([...all, dice.uuid()]))) +
        this.#query(operation, dice);
    },
    'bad query': (request, { dice, operation }) => {
      const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
      const pairs = Array.from({ length: 1 + dice.below(4) }, () => {
        const name =
          dice.chance(0.8) && names.length > 0
            ? dice.of(names)
            : dice.of(['limit', 'cursor', 'q', '__proto__', 'a[b]', 'a[]']);
        const value = dice.of([...NASTY, ...NASTY_NUMBERS.map(String), ...NASTY_DATES, ...CURSORS]);
        return `${encodeURIComponent(name)}=${this.#wire(value, dice)}`;
      });
      const [bare = ''] = request.path.split('?');
      request.path = `${bare}?${pairs.join('&')}${dice.chance(0.3) ? `&${pairs.join('&')}` : ''}`;
    },
    'wrong method': (request, { dice }) => {
      request.method = dice.of(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND', 'X']);
      if (['GET', 'HEAD'].includes(request.method)) request.body = undefined;
    },
    'bad headers': (request, { dice }) => {
      const name = dice.of([
        'cookie',
        'origin',
        'accept',
        'accept-language',
        'if-none-match',
        'x-forwarded-for',
        'x-forwarded-proto',
        'range',
        'authorization',
        'sec-fetch-site',
      ]);
      request.headers[name] = dice.of([
        'viva.session_token=',
        `viva.session_token=${'a'.repeat(2_000)}.${'b'.repeat(44)}`,
        'viva.session_token=%E0%A4%A; __Host-viva.session_token=x',
        'null',
        'http://evil.test',
        'cross-site',
        'x'.repeat(4_000),
        '*/*;q=-1',
        'bytes=0-,5-',
        'Bearer ey',
        "' OR 1=1",
      ]);
    },
  };

  /** Over the wire: mostly encoded, sometimes raw as far as an address may be. */
  #wire(value: string, dice: Dice): string {
    // Half a surrogate pair has no encoding; sent as the bytes that a sloppy client would send.
    const safe = value.replace(/\p{Surrogate}/gu, '�');
    if (/\p{Surrogate}/u.test(value) && dice.chance(0.5)) return '%ED%A0%80';
    if (dice.chance(0.15))
      return dice.of(['%', '%0', '%ff%fe', '%00', '%c0%ae%c0%ae', '%2e%2e%2f', '%u0000', '..%5c']);
    return encodeURIComponent(safe).slice(0, 8_000);
  }

  #fill(path: string, dice: Dice, share: number): string {
    return path.replace(/\{(\w+)\}/g, (_, key: string) => {
      const known = this.#known[`${path} ${key}`] ?? this.#known[key];
      return encodeURIComponent(known?.length && dice.chance(share) ? dice.of(known) : dice.uuid());
    });
  }

  #query(operation: Operation, dice: Dice): string {
    const given = (operation.parameters ?? []).filter((one) => one.in === 'query' && dice.chance(0.4));
    const pairs = given.map(
      ({ name, schema }) =>
        `${encodeURIComponent(name)}=${encodeURIComponent(String(this.#sample(schema ?? {}, dice, 0)))}`,
    );
    return pairs.length > 0 ? `?${pairs.join('&')}` : '';
  }

  #resolve(schema: FuzzSchema): FuzzSchema {
    if (!schema.$ref) return schema;
    const name = schema.$ref.split('/').at(-1) ?? '';
    return this.#document.components?.schemas?.[name] ?? {};
  }

  /** Something that the schema allows, or nearly. */
  #sample(given: FuzzSchema, dice: Dice, depth: number): unknown {
    const schema = this.#resolve(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return dice.of(schema.enum);
    const branches = schema.anyOf ?? schema.oneOf;
    if (branches) return this.#sample(dice.of(branches), dice, depth);
    if (schema.allOf)
      return Object.assign({}, ...schema.allOf.map((part) => this.#sample(part, dice, depth))) as unknown;
    const type = Array.isArray(schema.type) ? dice.of(schema.type) : schema.type;
    if (type === 'object' || schema.properties) {
      const required = schema.required ?? [];
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
          if (!required.includes(key) && (depth > 4 || dice.chance(0.4))) return [];
          const known = this.#known[key];
          return [
            [key, known?.length && dice.chance(0.8) ? dice.of(known) : this.#sample(part, dice, depth + 1)],
          ];
        }),
      );
    }
    if (type === 'array') {
      if (schema.prefixItems) return schema.prefixItems.map((part) => this.#sample(part, dice, depth + 1));
      return Array.from({ length: (schema.minItems ?? 0) + dice.below(3) }, () =>
        this.#sample(schema.items ?? {}, dice, depth + 1),
      );
    }
    if (type === 'integer' || type === 'number') return (schema.minimum ?? 0) + dice.below(5);
    if (type === 'boolean') return dice.chance(0.5);
    if (type === 'null') return null;
    return this.#text(schema, dice);
  }

  #text({ format, minLength = 1, pattern }: FuzzSchema, dice: Dice): string {
    if (format === 'date-time') return `2027-01-0${1 + dice.below(9)}T09:00:00.000Z`;
    if (format === 'email') return `a${dice.below(99)}@viva.test`;
    if (format === 'uuid') return dice.of([...(this.#known.id ?? []), dice.uuid()]);
    if (format === 'uri') return 'http://localhost:1/v1';
    if (pattern) return 'abc';
    return 'A sentence that is long enough to pass for evidence or a reason. '.slice(
      0,
      Math.max(minLength, 12 + dice.below(50)),
    );
  }

  /** A copy with one place, chosen at random, put in its stead. */
  #replaced(body: unknown, dice: Dice, make: () => unknown): unknown {
    if (Array.isArray(body) && body.length > 0 && dice.chance(0.85)) {
      const at = dice.below(body.length);
      return body.map((item, index) => (index === at ? this.#replaced(item, dice, make) : item));
    }
    if (body && typeof body === 'object' && !Array.isArray(body) && dice.chance(0.95)) {
      const keys = Object.keys(body);
      if (keys.length > 0) {
        const key = dice.of(keys);
        return { ...body, [key]: this.#replaced((body as Record<string, unknown>)[key], dice, make) };
      }
    }
    return make();
  }
}

interface Damage {
  dice: Dice;
  path: string;
  operation: Operation;
  schema: FuzzSchema | undefined;
  body: unknown;
}
