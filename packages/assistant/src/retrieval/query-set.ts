/** Reads the labelled queries of a bank. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataFileError } from '../errors.ts';

export const QUERY_KINDS = ['paraphrase', 'keyword', 'misspelling', 'mixed', 'outside'] as const;
export type QueryKind = (typeof QUERY_KINDS)[number];
export type QuerySplit = 'dev' | 'test';

export interface LabelledQuery {
  text: string;
  kind: QueryKind;
  split: QuerySplit;
  /** Grades of the questions that should come: 2 answers it, 1 helps. Empty: there is no answer. */
  grades: ReadonlyMap<string, number>;
}

const Entry = z.strictObject({
  q: z.string().trim().min(2),
  kind: z.enum(QUERY_KINDS),
  ids: z.array(z.string()),
});
const QueryFile = z.strictObject({ dev: z.array(Entry).min(1), test: z.array(Entry).min(1) });

/**
 * @param bankFolder the folder that holds `retrieval/queries.yaml`
 * @param known ids of the bank's questions; a label that names another is a fault
 * @throws DataFileError naming the entry
 */
export async function loadQuerySet(
  bankFolder: string,
  known: { has(id: string): boolean },
): Promise<LabelledQuery[]> {
  const file = join(bankFolder, 'retrieval', 'queries.yaml');
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch {
    throw new DataFileError(
      file,
      'cannot be read. It holds the labelled queries that retrieval is measured with.',
    );
  }
  let raw: unknown;
  try {
    raw = parse(source);
  } catch (error) {
    throw new DataFileError(file, `is not YAML: ${(error as Error).message}`);
  }
  const parsed = QueryFile.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataFileError(file, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const seen = new Set<string>();
  return (['dev', 'test'] as const).flatMap((split) =>
    parsed.data[split].map(({ q, kind, ids }, at): LabelledQuery => {
      const where = `${split}[${at}] "${q}"`;
      if (seen.has(q)) throw new DataFileError(file, `${where} is there twice`);
      seen.add(q);
      if ((kind === 'outside') !== (ids.length === 0))
        throw new DataFileError(file, `${where}: queries of kind outside have no ids, all others have some`);
      for (const id of ids)
        if (!known.has(id)) throw new DataFileError(file, `${where}: there is no question "${id}"`);
      return { text: q, kind, split, grades: new Map(ids.map((id, place) => [id, place === 0 ? 2 : 1])) };
    }),
  );
}
