/** The full measures of a run: rows of one name side by side where the lab compares models; every row says what it is. */
import { Button } from '@mantine/core';
import type { LabDescription, Metric } from '@viva/labs/catalog';
import { Gauge } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { Section } from '../ui/section.tsx';
import table from '../ui/table.module.css';
import classes from './lab-page.module.css';
import type { Training } from './use-training.ts';

type Measured = { step: number; measures: Readonly<Record<string, number | null>> } | null;
type Described = Pick<LabDescription<never>, 'metrics' | 'columns'>;

interface MeasuresPanelProps {
  lab: Described;
  training: Pick<Training<never, unknown>, 'measured' | 'measuring' | 'measure'>;
  /** Whether there is anything to measure. */
  ready: boolean;
  lead: string;
}

function Panel({ lab, training, ready, lead }: MeasuresPanelProps) {
  const { t } = useTranslation('labs');
  return (
    <Section
      title={t('measures.title')}
      lead={lead}
      actions={
        <Button
          size="xs"
          variant="default"
          className="no-print"
          leftSection={<Gauge size={13} aria-hidden />}
          loading={training.measuring}
          disabled={!ready}
          onClick={training.measure}
        >
          {t('measures.now')}
        </Button>
      }
    >
      <MeasuresTable lab={lab} measured={training.measured} />
    </Section>
  );
}

/** Drawn anew when its own figures change, not with every frame of the training. */
export const MeasuresPanel = memo(
  Panel,
  (before, after) =>
    before.lab === after.lab &&
    before.ready === after.ready &&
    before.lead === after.lead &&
    before.training.measured === after.training.measured &&
    before.training.measuring === after.training.measuring &&
    before.training.measure === after.training.measure,
);

/** Measures of one name, a column each; those of no column stand alone. */
export function measureRows({ metrics, columns }: Described): { metric: Metric; ids: (string | null)[] }[] {
  if (!columns) return metrics.map((metric) => ({ metric, ids: [metric.id] }));
  const rows = new Map<string, { metric: Metric; ids: (string | null)[] }>();
  for (const metric of metrics) {
    const column = columns.findIndex(({ id }) => metric.id.startsWith(`${id}.`));
    if (column < 0) {
      rows.set(metric.id, { metric, ids: [metric.id, ...columns.slice(1).map(() => null)] });
      continue;
    }
    const name = metric.id.slice((columns[column]?.id.length ?? 0) + 1);
    const row = rows.get(name) ?? { metric, ids: columns.map(() => null) };
    row.ids[column] = metric.id;
    rows.set(name, row);
  }
  return [...rows.values()];
}

function MeasuresTable({ lab, measured }: { lab: Described; measured: Measured }) {
  const { t } = useTranslation('labs');
  const { text, number, locale } = useFormat();
  if (!measured) return <p className={table.muted}>{t('measures.none')}</p>;
  const heads = lab.columns?.map(({ id, label }) => ({ id, label: text(label) })) ?? [
    { id: 'value', label: t('measures.value') },
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must take the focus
    <div className={classes.scroll} role="group" tabIndex={0} aria-label={t('measures.title')}>
      <table className={table.table}>
        <caption className="sr-only">{t('measures.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('measures.at', { step: measured.step.toLocaleString(locale) })}</th>
            {heads.map(({ id, label }) => (
              <th key={id} scope="col" className={table.number}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {measureRows(lab).map(({ metric, ids }) => {
            const values = ids.map((id) => (id === null ? null : (measured.measures[id] ?? null)));
            if (values.every((value) => value === null)) return null;
            return (
              <tr key={metric.id}>
                <th scope="row">
                  {text(metric.label)}
                  <small className={classes.help}>{text(metric.help)}</small>
                </th>
                {values.map((value, at) => (
                  <td key={heads[at]?.id} className={table.number}>
                    {ids[at] === null ? '' : number(value, metric.digits)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
