import { describe, expect, it } from 'vitest';
import { splitStatements } from './migrate.ts';
import { foundation } from './migrations/0001-foundation.ts';

describe('splitStatements', () => {
  it('splits at top-level semicolons only', () => {
    const script = `CREATE TABLE a (b text DEFAULT 'x;y'); -- a comment; with one
      CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
      SELECT "odd;name", 'it''s; fine'`;
    expect(splitStatements(script)).toEqual([
      "CREATE TABLE a (b text DEFAULT 'x;y')",
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$',
      `SELECT "odd;name", 'it''s; fine'`,
    ]);
  });

  it('leaves no half of a function body in the shipped migration', () => {
    const statements = splitStatements(foundation.sql);
    expect(statements.length).toBeGreaterThan(100);
    for (const statement of statements) {
      expect(statement).toMatch(/^(CREATE|ALTER|GRANT|REVOKE|INSERT|SET|RESET|DO)\b/);
      expect((statement.match(/\$\$/g) ?? []).length % 2).toBe(0);
    }
  });
});
