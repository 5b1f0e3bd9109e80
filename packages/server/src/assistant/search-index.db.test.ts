import { fileURLToPath } from 'node:url';
import { bankPassages, ModelError, Retriever, scriptedModel } from '@viva/assistant';
import { loadBank } from '@viva/bank';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Driver } from '../store/driver.ts';
import { DatabaseError } from '../store/driver.ts';
import { migrate } from '../store/migrate.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPassageVectors, VectorsUnavailable } from './passage-vectors.ts';
import { createSearchIndex } from './search-index.ts';

let driver: Driver;
let retriever: Retriever;
let available = true;
beforeAll(async () => {
  driver = await freshDatabase();
  await migrate(driver);
  const bank = await loadBank(fileURLToPath(new URL('../../../../bank', import.meta.url)));
  retriever = new Retriever(bankPassages(bank).slice(0, 60));
  await openPassageVectors(driver).catch((error: unknown) => {
    if (!(error instanceof VectorsUnavailable)) throw error;
    available = false;
    console.warn(`SKIPPED: search by vectors in PostgreSQL. ${error.message}`);
  });
});
afterAll(() => driver.close());

it('makes vectors in the background while words answer, and takes up where it failed', async ({ skip }) => {
  if (!available) return skip();
  let down = true;
  const model = scriptedModel('', {
    embed: (text) => {
      if (down && text.length > 0) throw new ModelError('model-down', 'the server is down');
      return [text.length % 7, 1];
    },
  });
  let now = 0;
  const index = createSearchIndex(driver, () => new Date(now));
  expect(index.state.state).toBe('words');
  index.attach(retriever, model);
  expect(index.state).toMatchObject({ state: 'indexing', total: 60 });
  await index.settled();
  expect(index.state).toMatchObject({ state: 'failed', problem: 'the server is down' });
  expect((await retriever.rank('quantisation'))[0]?.similarity ?? null).toBeNull();
  down = false;
  index.attach(retriever, model); // Too soon.
  await index.settled();
  expect(index.state.state).toBe('failed');
  now += 120_000;
  index.attach(retriever, model);
  await index.settled();
  expect(index.state).toEqual({ state: 'vectors', done: 60, total: 60, problem: null });
  const ranked = await retriever.rank('quantisation', { limit: 60 });
  expect(ranked).toHaveLength(60);
  for (const { similarity } of ranked) expect(similarity).toBeGreaterThan(0);
});

it('says what to install where pgvector is not to be had', async () => {
  const without: Driver = {
    ...driver,
    transaction: async (work) =>
      work(async (sql) => {
        if (sql.startsWith('CREATE EXTENSION'))
          throw new DatabaseError('extension "vector" is not available', '0A000');
        return { rows: [], fields: [] };
      }),
  };
  await expect(openPassageVectors(without)).rejects.toMatchObject({ code: 'no-pgvector' });
  const index = createSearchIndex(without);
  index.attach(new Retriever(retriever.passages), scriptedModel('', { embed: () => [1] }));
  await index.settled();
  expect(index.state.problem).toMatch(/words alone.*not available.*Install the extension/);
});
