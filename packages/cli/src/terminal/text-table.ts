/** Columns of text that line up, with Chinese characters as wide as terminals draw them. */
import stringWidth from 'string-width';

export interface Column {
  head: string;
  /** Numbers go to the right; default left. */
  align?: 'left' | 'right';
}

export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ head }, at) =>
    Math.max(stringWidth(head), ...rows.map((row) => stringWidth(row[at] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const gap = ' '.repeat((widths[at] ?? 0) - stringWidth(cell));
        return columns[at]?.align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ head }) => head)),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map((row) => line(columns.map((_, at) => row[at] ?? ''))),
  ].join('\n');
}
