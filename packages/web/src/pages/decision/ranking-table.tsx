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
  const { text, number, percent, chance } = useFormat();
  const { analysis } = report;
  const model = analysis.basis === 'model';
  const analysed = new Map(analysis.candidates.map((one) => [one.candidateId, one]));
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
            {model && (
              <th scope="col" className={table.number}>
                <abbr title={t('ranking.hint.adjusted')}>{t('ranking.adjusted')}</abbr>
              </th>
            )}
            <th scope="col" className={table.number}>
              <abbr title={t('ranking.hint.raw')}>{t(model ? 'ranking.raw' : 'ranking.overall')}</abbr>
            </th>
            {model && (
              <th scope="col" className={table.number}>
                <abbr title={t('ranking.hint.top')}>{t('ranking.top', { count: analysis.top })}</abbr>
              </th>
            )}
            {report.competencies.map((competency) => (
              <th key={competency.id} scope="col" className={table.number}>
                {text(competency.title)}
                <span className={classes.headWeight}>× {number(competency.weight, 2)}</span>
              </th>
            ))}
            <th scope="col">{t('ranking.decision')}</th>
          </tr>
        </thead>
        <tbody>
          {report.candidates.map(({ candidate, overall, coverage, competencies }, index) => {
            const own = analysed.get(candidate.id);
            return (
              <tr key={candidate.id}>
                <td className={classes.rank}>
                  <span className="sr-only">{t('ranking.rank')} </span>
                  {index + 1}
                  {own?.rank && own.rank.lower !== own.rank.upper && (
                    <span className={classes.range95} title={t('ranking.hint.rank')}>
                      {own.rank.lower}–{own.rank.upper}
                    </span>
                  )}
                </td>
                <th scope="row">
                  <Link to="/candidates/$candidateId" params={{ candidateId: candidate.id }}>
                    {candidate.name}
                  </Link>
                  <span className={classes.flags}>
                    {candidate.status === 'withdrawn' && <Badge>{t('ranking.withdrawn')}</Badge>}
                    {candidate.cause === 'closed' && <Badge tone="warn">{t('ranking.closedEarly')}</Badge>}
                    {coverage < 1 && (
                      <Badge tone="warn">{t('ranking.covered', { share: percent(coverage) })}</Badge>
                    )}
                  </span>
                </th>
                {model && (
                  <td data-label={t('ranking.adjusted')} className={`${table.number} ${classes.overall}`}>
                    <span className={classes.figure}>
                      {number(own?.overall.value ?? null)}
                      <Interval lower={own?.overall.lower ?? null} upper={own?.overall.upper ?? null} />
                    </span>
                  </td>
                )}
                <td
                  data-label={t(model ? 'ranking.raw' : 'ranking.overall')}
                  className={`${table.number} ${model ? '' : classes.overall}`}
                >
                  {number(overall)}
                </td>
                {model && (
                  <td data-label={t('ranking.top', { count: analysis.top })} className={table.number}>
                    {own?.rank ? chance(own.rank.top) : '—'}
                  </td>
                )}
                {report.competencies.map(({ id, title }) => {
                  const raw = competencies.find((one) => one.id === id);
                  const adjusted = own?.competencies.find((one) => one.id === id);
                  return (
                    <td key={id} data-label={text(title)} className={table.number}>
                      <span className={classes.figure}>
                        {number((model ? adjusted?.value : raw?.score) ?? null)}
                        {model && (
                          <>
                            <Interval lower={adjusted?.lower ?? null} upper={adjusted?.upper ?? null} />
                            <span className={classes.range95}>
                              {t('ranking.rawIs', { score: number(raw?.score ?? null) })}
                            </span>
                          </>
                        )}
                        {raw && raw.coverage < 1 && (
                          <span
                            className={classes.partial}
                            title={t('ranking.partial', { share: percent(raw.coverage) })}
                          >
                            {percent(raw.coverage)}
                          </span>
                        )}
                      </span>
                    </td>
                  );
                })}
                <td data-label={t('ranking.decision')}>
                  {candidate.outcome ? (
                    <Badge tone="accent">{t(`common:outcome.${candidate.outcome}`)}</Badge>
                  ) : (
                    <span className={table.muted}>{t('ranking.undecided')}</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Interval({ lower, upper }: { lower: number | null; upper: number | null }) {
  const { number } = useFormat();
  if (lower === null || upper === null) return null;
  return (
    <span className={classes.range95}>
      {number(lower, 1)}–{number(upper, 1)}
    </span>
  );
}
