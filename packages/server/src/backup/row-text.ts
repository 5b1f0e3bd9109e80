/** A row as PostgreSQL writes it, `(1,"two words",,"")`: its values as texts, and back. */

/** @returns null where a value is absent, which is not the empty text. @throws SyntaxError */
export function readRow(row: string): (string | null)[] {
  if (!row.startsWith('(') || !row.endsWith(')')) throw new SyntaxError('a row stands in parentheses');
  const values: (string | null)[] = [];
  let at = 1;
  for (;;) {
    let value = '';
    let present = false;
    let quoted = false;
    for (; ; at++) {
      const sign = row[at];
      if (sign === undefined) throw new SyntaxError('a row ends too early');
      if (sign === '"') {
        present = true;
        // Within quotes a quote stands twice, or after a backslash.
        if (quoted && row[at + 1] === '"') value += row[++at];
        else quoted = !quoted;
      } else if (sign === '\\') {
        present = true;
        value += row[++at] ?? '';
      } else if (!quoted && (sign === ',' || (sign === ')' && at === row.length - 1))) break;
      else {
        present = true;
        value += sign;
      }
    }
    values.push(present ? value : null);
    if (row[at++] === ')') return values;
  }
}

/** The text of a row that PostgreSQL reads as these values. */
export const writeRow = (values: readonly (string | null)[]): string =>
  `(${values.map((value) => (value === null ? '' : `"${value.replaceAll(/["\\]/g, '$&$&')}"`)).join(',')})`;
