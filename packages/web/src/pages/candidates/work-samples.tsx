/** Runs of labs that the candidate handed in: what was set, what came out, what was concluded. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ganVsDiffusionDescription } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { workSamplesQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './candidates.module.css';

/** Nothing where there is none: most candidates are not asked for one. */
export function WorkSamples({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation('candidates');
  const { text, number, dateTime } = useFormat();
  const { data: samples } = useSuspenseQuery(workSamplesQuery(candidateId));
  if (samples.length === 0) return null;
  const lab = ganVsDiffusionDescription;
  const labels = new Map(lab.metrics.map((metric) => [metric.id, metric]));
  const changed = (params: Record<string, unknown>): [string, unknown][] => {
    const usual = lab.params.parse({}) as Record<string, unknown>;
    return Object.entries(params).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
    );
  };
  return (
    <Section title={t('samples.title')} lead={t('samples.lead')}>
      {samples.map((sample) => (
        <article key={sample.id} className={classes.sample}>
          <p className={classes.sampleHead}>
            {sample.lab === lab.id ? (
              <Link
                to="/labs/gan-vs-diffusion"
                search={{ ...Object.fromEntries(changed(sample.params)), seed: sample.seed }}
              >
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
                {changed(sample.params).map(([key, value]) => (
                  <tr key={key}>
                    <th scope="row">
                      {text(lab.fields.find(({ id }) => id === key)?.label ?? { 'zh-CN': key, en: key })}
                    </th>
                    <td className={table.number}>{typeof value === 'object' ? '…' : String(value)}</td>
                  </tr>
                ))}
                {Object.entries(sample.metrics).map(([key, value]) => {
                  const metric = labels.get(key);
                  if (!metric || value === null) return null;
                  return (
                    <tr key={key}>
                      <th scope="row">
                        {key.split('.')[0]} · {text(metric.label)}
                      </th>
                      <td className={table.number}>{number(value, metric.digits)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </details>
        </article>
      ))}
    </Section>
  );
}
