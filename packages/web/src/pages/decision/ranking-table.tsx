import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import table from '../../ui/table.module.css';
import classes from './decision.module.css';

/** In the report's order. Every number is the server's; only its last digit is rounded here. */
export function RankingTable({ report }: { report: DecisionReport }) {
  const { t } = useTranslation(['decision', 'common']);
  const { text, number, percent } = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard
    <section className={table.scroll} aria-label={t('ranking.table')} tabIndex={0}>
      <table className={`${table.table} ${table.cards} ${classes.ranking}`}>
        <thead>
          <tr>
            <th scope="col" className={table.tight}>
              <span className="sr-only">{t('ranking.rank')}</span>
            </th>
            <th scope="col">{t('ranking.candidate')}</th>
            <th scope="col" className={table.number}>
              {t('ranking.overall')}
            </th>
            {report.competencies.map((competency) => (
              <th key={competency.id} scope="col" className={table.number}>
                {text(competency.title)}
                <span className={classes.headWeight}>× {number(competency.weight, 2)}</span>
              </th>
            ))}
            <th scope="col" className={table.number}>
              {t('ranking.coverage')}
            </th>
            <th scope="col">{t('ranking.decision')}</th>
          </tr>
        </thead>
        <tbody>
          {report.candidates.map(({ candidate, overall, coverage, competencies }, index) => (
            <tr key={candidate.id}>
              <td className={classes.rank} aria-label={t('ranking.rank')}>
                {index + 1}
              </td>
              <th scope="row">
                <Link to="/candidates/$candidateId" params={{ candidateId: candidate.id }}>
                  {candidate.name}
                </Link>
                <span className={classes.flags}>
                  {candidate.status === 'withdrawn' && <Badge>{t('ranking.withdrawn')}</Badge>}
                  {candidate.reveal?.cause === 'closed' && (
                    <Badge tone="warn">{t('ranking.closedEarly')}</Badge>
                  )}
                </span>
              </th>
              <td data-label={t('ranking.overall')} className={`${table.number} ${classes.overall}`}>
                {number(overall)}
              </td>
              {report.competencies.map(({ id, title }) => {
                const own = competencies.find((one) => one.id === id);
                return (
                  <td key={id} data-label={text(title)} className={table.number}>
                    {number(own?.score ?? null)}
                    {own && own.coverage < 1 && (
                      <span
                        className={classes.partial}
                        title={t('ranking.partial', { share: percent(own.coverage) })}
                      >
                        {percent(own.coverage)}
                      </span>
                    )}
                  </td>
                );
              })}
              <td data-label={t('ranking.coverage')} className={table.number}>
                {percent(coverage)}
              </td>
              <td data-label={t('ranking.decision')}>
                {candidate.decision ? (
                  <Badge tone="accent">{t(`common:outcome.${candidate.decision.outcome}`)}</Badge>
                ) : (
                  <span className={table.muted}>{t('ranking.undecided')}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
