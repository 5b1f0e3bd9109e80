/** Shares from 0 to 1 as a table whose cells are the darker the greater: the matrix picture of language-model labs. */
import { useFormat } from '../i18n/use-format.ts';
import table from '../ui/table.module.css';
import pages from './lab-page.module.css';
import classes from './share-table.module.css';

interface ShareTableProps {
  caption: string;
  /** Over the rows' names. */
  corner: string;
  columns: readonly { id: string; label: string; title?: string }[];
  rows: readonly { id: string; label: string; values: readonly (number | null)[] }[];
  /** Shown while there are no rows. */
  empty: string;
}

export function ShareTable({ caption, corner, columns, rows, empty }: ShareTableProps) {
  const { number } = useFormat();
  if (rows.length === 0) return <p className={table.muted}>{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the page must be reachable to scroll
    <div className={pages.scroll} tabIndex={0}>
      <table className={`${table.table} ${classes.shares}`}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{corner}</th>
            {columns.map(({ id, label, title }) => (
              <th key={id} scope="col" className={table.number} title={title}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, label, values }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              {columns.map((column, at) => {
                const value = values[at] ?? null;
                return (
                  <td
                    key={column.id}
                    className={classes.share}
                    data-level={value === null ? undefined : Math.min(9, Math.floor(10 * value))}
                  >
                    {value === null ? '—' : number(value, 2)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
