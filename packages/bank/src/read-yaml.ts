/** YAML with line numbers in its faults. */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';
import type { Finding } from './types.ts';

/** The line of the value at a path, or of the nearest ancestor that is there. */
export type LineOf = (...path: PropertyKey[]) => number | undefined;

function locate(root: Node | null, path: readonly PropertyKey[], lines: LineCounter): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (isScalar(pair?.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

/** Parses and checks against a schema. Never throws: what is wrong is in `findings`. */
export function readYaml<T>(
  source: string,
  file: string,
  schema: z.ZodType<T>,
): { value: T | undefined; findings: Finding[]; lineOf: LineOf } {
  const lines = new LineCounter();
  const fault = (code: string, message: string, line: number | undefined): Finding => ({
    severity: 'error',
    code,
    file,
    message,
    ...(line ? { line } : {}),
  });
  let document: Document.Parsed;
  let plain: unknown;
  try {
    document = parseDocument(source, { lineCounter: lines, strict: true, uniqueKeys: true });
    if (document.errors.length > 0)
      return {
        value: undefined,
        findings: document.errors.map((error) =>
          fault('yaml', error.message.split('\n')[0] ?? 'not YAML', error.linePos?.[0].line),
        ),
        lineOf: () => 1,
      };
    // Few aliases only: a file of nested aliases would grow without end.
    plain = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not YAML';
    return { value: undefined, findings: [fault('yaml', message, 1)], lineOf: () => 1 };
  }
  const lineOf: LineOf = (...path) => locate(document.contents, path, lines);
  const result = schema.safeParse(plain);
  if (result.success) return { value: result.data, findings: [], lineOf };
  const findings = result.error.issues.map((issue) => {
    // An unknown field's own line says more than its parent's.
    const key = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const path = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
    return fault('schema', `${path}${issue.message}`, lineOf(...issue.path, ...key));
  });
  return { value: undefined, findings, lineOf };
}
