/** Runs of labs that the candidate handed in: what was set, what came out, what was concluded. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import type { WorkSample } from '../../api/client.ts';
import { workSamplesQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { differing } from '../../labs/use-lab.ts';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './candidates.module.css';

/** Nothing where there is none: most candidates are not asked for one. */
export function WorkSamples({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation('candidates');
  const { data: samples } = useSuspenseQuery(workSamplesQuery(candidateId));
  if (samples.length === 0) return null;
  return (
    <Section title={t('samples.title')} lead={t('samples.lead')}>
      {samples.map((sample) => (
        <Sample key={sample.id} sample={sample} />
      ))}
    </Section>
  );
}

function Sample({ sample }: { sample: WorkSample }) {
  const { t } = useTranslation('candidates');
  const { text, number, dateTime } = useFormat();
  // A lab that has since been taken out keeps its run readable, by the names that it was saved under.
  const lab = LAB_DESCRIPTIONS.find(({ id }) => id === sample.lab);
  const changed = lab ? differing(lab, sample.params) : sample.params;
  const metrics = new Map(lab?.metrics.map((metric) => [metric.id, metric]));
  const column = (id: string): string => {
    const own = lab?.columns?.find((one) => id.startsWith(`${one.id}.`));
    return own ? `${text(own.label)} · ` : '';
  };
  return (
    <article className={classes.sample}>
      <p className={classes.sampleHead}>
        {lab ? (
          <Link to="/labs/$lab" params={{ lab: lab.id }} search={{ ...changed, seed: sample.seed }}>
            {text(lab.title)}
          </Link>
        ) : (
          sample.lab
        )}
        <span>
          {t('samples.meta', {
            when: dateTime(sample.attachedAt),
            seed: sample.seed,
            engine: sample.engine,
          })}
        </span>
      </p>
      <p className={classes.conclusion}>{sample.conclusion}</p>
      <details>
        <summary>{t('samples.figures')}</summary>
        <table className={table.table}>
          <tbody>
            {Object.entries(changed).map(([key, value]) => (
              <tr key={key}>
                <th scope="row">
                  {text(lab?.fields.find(({ id }) => id === key)?.label ?? { 'zh-CN': key, en: key })}
                </th>
                <td className={table.number}>{typeof value === 'object' ? '…' : String(value)}</td>
              </tr>
            ))}
            {Object.entries(sample.metrics).map(([key, value]) => {
              const metric = metrics.get(key);
              if (value === null) return null;
              return (
                <tr key={key}>
                  <th scope="row">{metric ? `${column(key)}${text(metric.label)}` : key}</th>
                  <td className={table.number}>{number(value, metric?.digits ?? 3)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </details>
    </article>
  );
}
