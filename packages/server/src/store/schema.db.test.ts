import { getTableColumns, getTableName, is, Table } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import type { Driver } from './driver.ts';
import { migrate } from './migrate.ts';
import * as schema from './schema.ts';

let driver: Driver;
beforeAll(async () => {
  driver = await freshDatabase();
  await migrate(driver);
});
afterAll(() => driver.close());

it('describes every table as the migrations made it', async () => {
  const { rows } = await driver.transaction((run) =>
    run(
      `SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema IN ('viva', 'viva_auth')`,
    ),
  );
  const made = new Map<string, Map<string, boolean>>();
  for (const [table, column, nullable] of rows as string[][]) {
    const columns = made.get(table ?? '') ?? new Map<string, boolean>();
    made.set(table ?? '', columns.set(column ?? '', nullable === 'NO'));
  }
  const tables = Object.values(schema as Record<string, unknown>).filter((value): value is Table =>
    is(value, Table),
  );
  expect(tables.map(getTableName).sort()).toEqual(
    [...made.keys()].filter((name) => name !== 'audit_head').sort(),
  );
  for (const table of tables) {
    const name = getTableName(table);
    const described = new Map(
      Object.values(getTableColumns(table)).map((column) => [column.name, column.notNull]),
    );
    // A view's columns are all nullable as far as the catalogue knows.
    if (name === 'current_seat')
      expect([...described.keys()].sort()).toEqual([...(made.get(name)?.keys() ?? [])].sort());
    else expect([name, [...described].sort()]).toEqual([name, [...(made.get(name) ?? [])].sort()]);
  }
});

it('migrates once, and again without effect', async () => {
  expect(await migrate(driver)).toBe(0);
});

it('refuses a database from a newer Viva', async () => {
  await driver.transaction((run) =>
    run(`INSERT INTO viva_meta.migration (version, name, checksum) VALUES (9999, 'future', '')`),
  );
  await expect(migrate(driver)).rejects.toMatchObject({ code: 'newer' });
  await driver.transaction((run) => run('DELETE FROM viva_meta.migration WHERE version = 9999'));
});

it('refuses a database whose migration was applied with other text', async () => {
  await driver.transaction((run) =>
    run(`UPDATE viva_meta.migration SET checksum = 'other' WHERE version = 1`),
  );
  await expect(migrate(driver)).rejects.toMatchObject({ code: 'changed' });
});
