/** The full measures of both models, side by side; every row says what it is. */
import type { LabDescription } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import table from '../../ui/table.module.css';
import classes from './gan-vs-diffusion.module.css';

interface MeasuresTableProps {
  lab: LabDescription<never> | Pick<LabDescription<unknown>, 'metrics'>;
  measured: { step: number; measures: Readonly<Record<string, number | null>> } | null;
}

export function MeasuresTable({ lab, measured }: MeasuresTableProps) {
  const { t } = useTranslation('labs');
  const { text, number, locale } = useFormat();
  if (!measured) return <p className={table.muted}>{t('measures.none')}</p>;
  const rows = lab.metrics.filter(({ id }) => id.startsWith('gan.'));
  return (
    <table className={table.table}>
      <caption className="sr-only">{t('measures.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('measures.at', { step: measured.step.toLocaleString(locale) })}</th>
          <th scope="col" className={table.number}>
            {t('gvd.gan')}
          </th>
          <th scope="col" className={table.number}>
            {t('gvd.diffusion')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((metric) => {
          const name = metric.id.slice('gan.'.length);
          const values = (['gan', 'diffusion'] as const).map(
            (model) => measured.measures[`${model}.${name}`] ?? null,
          );
          if (values.every((value) => value === null)) return null;
          return (
            <tr key={metric.id}>
              <th scope="row">
                {text(metric.label)}
                <small className={classes.help}>{text(metric.help)}</small>
              </th>
              {values.map((value, at) => (
                <td key={at} className={table.number}>
                  {number(value, metric.digits)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
