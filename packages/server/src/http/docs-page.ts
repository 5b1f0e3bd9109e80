/** The API's documentation as one plain page, made from the OpenAPI document: no script, no foreign style, readable anywhere. */
import { html, raw } from 'hono/html';

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  const?: unknown;
}

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

export interface OpenApiDocument {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

const name = (ref: string): string => ref.split('/').at(-1) ?? ref;

/** A schema in one line, in TypeScript's notation, with its bounds. */
export function describe(schema: Schema | undefined, depth = 0): string {
  if (!schema) return 'unknown';
  if (schema.$ref) return name(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.map((part) => describe(part, depth)).join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => describe(part, depth)).join(' & ');
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];
  if (types.includes('array')) return `${describe(schema.items, depth)}[]`;
  if (schema.properties) {
    const pad = '  '.repeat(depth + 1);
    const members = Object.entries(schema.properties).map(
      ([key, member]) =>
        `${pad}${key}${schema.required?.includes(key) ? '' : '?'}: ${describe(member, depth + 1)}`,
    );
    return `{\n${members.join('\n')}\n${'  '.repeat(depth)}}`;
  }
  const bounds = [
    schema.format,
    schema.minLength === undefined ? '' : `≥ ${schema.minLength} characters`,
    schema.maxLength === undefined ? '' : `≤ ${schema.maxLength} characters`,
    schema.minimum === undefined ? '' : `≥ ${schema.minimum}`,
    schema.maximum === undefined || schema.maximum >= Number.MAX_SAFE_INTEGER ? '' : `≤ ${schema.maximum}`,
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ].filter(Boolean);
  return `${types.join(' | ') || 'unknown'}${bounds.length > 0 ? ` (${bounds.join(', ')})` : ''}`;
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

function operation(path: string, method: string, item: Operation) {
  const done = Object.entries(item.responses).find(([status]) => status.startsWith('2'));
  const body = item.requestBody?.content['application/json']?.schema;
  return html`<article id="${slug(`${method}-${path}`)}">
    <h3><code class="method ${method}">${method.toUpperCase()}</code> <code>${path}</code></h3>
    <p>${item.summary}${item.security?.length === 0 ? html` <small>No sign-in needed.</small>` : ''}</p>
    ${
      item.parameters?.length
        ? html`<h4>Parameters</h4>
            <ul>
              ${item.parameters.map(
                (parameter) =>
                  html`<li><code>${parameter.name}</code> in ${parameter.in}${parameter.required ? '' : ', optional'}: ${describe(parameter.schema)}</li>`,
              )}
            </ul>`
        : ''
    }
    ${body ? html`<h4>Body</h4><pre tabindex="0">${describe(body)}</pre>` : ''}
    ${done ? html`<h4>Answer ${done[0]}</h4><pre tabindex="0">${describe(done[1].content?.['application/json']?.schema)}</pre>` : ''}
  </article>`;
}

/** The page; its style sheet is served beside it. */
export function docsPage({ info, paths, components }: OpenApiDocument) {
  const groups = new Map<string, [string, string, Operation][]>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, item] of Object.entries(methods)) {
      const tag = item.tags?.[0] ?? 'Other';
      groups.set(tag, [...(groups.get(tag) ?? []), [path, method, item]]);
    }
  return html`${raw('<!doctype html>')}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API ${info.version}</title>
        <link rel="stylesheet" href="/api/docs.css" />
      </head>
      <body>
        <nav aria-label="Contents">
          <p><a href="/">${info.title}</a> API ${info.version}</p>
          <ul>
            ${[...groups.keys()].map((tag) => html`<li><a href="#${slug(tag)}">${tag}</a></li>`)}
            <li><a href="#schemas">Schemas</a></li>
            <li><a href="/api/openapi.json">openapi.json</a></li>
          </ul>
        </nav>
        <main>
          <h1>${info.title} API</h1>
          <p>${info.description}</p>
          <p>
            Beside the routes below: <code>GET /api/openings/{id}/export.csv</code>, and <code>GET /api/candidates/{id}/events</code>, a stream
            of server-sent events of one kind, <code>locks</code>, which says who has locked and nothing more.
          </p>
          ${[...groups].map(
            ([tag, items]) => html`<section>
              <h2 id="${slug(tag)}">${tag}</h2>
              ${items.map(([path, method, item]) => operation(path, method, item))}
            </section>`,
          )}
          <section>
            <h2 id="schemas">Schemas</h2>
            ${Object.entries(components?.schemas ?? {}).map(
              ([key, schema]) =>
                html`<article id="schema-${slug(key)}"><h3><code>${key}</code></h3><pre tabindex="0">${describe(schema)}</pre></article>`,
            )}
          </section>
        </main>
      </body>
    </html>`;
}

export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1d1b18, #e6e3dc); --paper: light-dark(#faf8f4, #14171c); --line: light-dark(#d9d4c9, #333942); --quiet: light-dark(#5f594e, #a9a498); --seal: light-dark(#a8321f, #f0806a); }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 13rem minmax(0, 1fr); color: var(--ink); background: var(--paper); font: 15px/1.6 system-ui, sans-serif; }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow: auto; padding: 1.5rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { padding: .2rem 0; }
a { color: var(--ink); } a:focus-visible, pre:focus-visible { outline: 2px solid var(--seal); outline-offset: 2px; }
main { max-width: 60rem; padding: 1.5rem 2rem 6rem; }
h3, p, li { overflow-wrap: anywhere; }
h1, h2 { font-family: Georgia, "Songti SC", serif; font-weight: 600; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); } h3 { margin: 2rem 0 .25rem; font-size: 1rem; } h4 { margin: .75rem 0 .25rem; font-size: .85rem; color: var(--quiet); }
p { margin: .25rem 0; } small { color: var(--quiet); }
.method { color: var(--seal); font-weight: 700; }
pre { margin: 0; padding: .75rem 1rem; overflow: auto; border: 1px solid var(--line); border-radius: 4px; font-size: 13px; }
@media (max-width: 720px) { body { grid-template-columns: minmax(0, 1fr); } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } main { padding: 1rem; } }
`;
