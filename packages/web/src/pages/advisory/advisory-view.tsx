/** On the decision page: the advisory rater beside the panel, and whether its own spread tells where it errs. */
import { Link } from '@tanstack/react-router';
import type { AdvisoryReport } from '@viva/server/client';
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './advisory.module.css';

type Estimate = AdvisoryReport['agreement']['kappa'];

export function AdvisoryView({ report, advisory }: { report: DecisionReport; advisory: AdvisoryReport }) {
  const { t } = useTranslation('advisory');
  const { number, percent, list, text } = useFormat();
  const { severity, agreement, spread } = advisory;
  const names = new Map(report.candidates.map(({ candidate }) => [candidate.id, candidate.name]));
  const titles = new Map(report.questions.map(({ id, title }) => [id, text(title)]));
  const share = (value: number | null): string => (value === null ? '—' : percent(value));
  const signed = (value: number | null): string =>
    value !== null && value > 0 ? `+${number(value)}` : number(value);
  const interval = ({ value, lower, upper }: Estimate): string =>
    lower === null || upper === null
      ? number(value)
      : `${number(value)} (${number(lower)} – ${number(upper)})`;
  const figures: [string, string, string][] = [
    [
      t('figures.severity'),
      severity
        ? `${number(severity.measure)} ± ${number(severity.se === null ? null : 1.96 * severity.se)}`
        : '—',
      t('figures.severityHint'),
    ],
    [t('figures.points'), signed(severity?.points ?? null), t('figures.pointsHint')],
    [
      t('figures.fit'),
      severity ? `${number(severity.infit)} / ${number(severity.outfit)}` : '—',
      t('figures.fitHint'),
    ],
    [
      t('figures.kappa'),
      interval(agreement.kappa),
      t('figures.kappaHint', { panel: number(agreement.amongPanel) }),
    ],
    [t('figures.icc'), interval(agreement.icc), t('figures.iccHint')],
    [
      t('figures.exact'),
      `${share(agreement.exact)} / ${share(agreement.adjacent)}`,
      t('figures.exactHint', { count: agreement.answers }),
    ],
    [t('figures.difference'), signed(agreement.difference), t('figures.differenceHint')],
  ];
  return (
    <Section title={t('title')} lead={t(advisory.counted ? 'report.counted' : 'report.beside')}>
      <p className={classes.state}>
        {t('report.rated', { rated: advisory.rated, of: advisory.answers, withheld: advisory.withheld })}{' '}
        {t('report.quotes', { kept: advisory.quotesKept, dropped: advisory.quotesDropped })}{' '}
        {advisory.setAside > 0 && t('report.setAside', { count: advisory.setAside })}
      </p>
      <p className={classes.meta}>
        {t(`strategy.${advisory.strategy}`)}
        {advisory.samples > 1 && ` · ${t('samples', { count: advisory.samples })}`}
        {advisory.models.length > 0 && ` · ${list(advisory.models)}`} ·{' '}
        <Link to="/ai-uses" search={{ opening: report.openingId }}>
          {t('uses.link')}
        </Link>
      </p>
      {advisory.rated > 0 && (
        <table className={`${table.table} ${table.cards} ${classes.figures}`}>
          <caption className="sr-only">{t('report.caption')}</caption>
          <tbody>
            {figures.map(([label, value, hint]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className={table.number}>{value}</td>
                <td className={classes.hint}>{hint}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {spread && (
        <p className={classes.state}>
          {t('report.spread', {
            correlation: interval(spread.correlation),
            unanimous: number(spread.groups.find(({ unanimous }) => unanimous)?.meanError ?? null),
            split: number(spread.groups.find(({ unanimous }) => !unanimous)?.meanError ?? null),
            first: spread.groups.find(({ unanimous }) => unanimous)?.answers ?? 0,
            second: spread.groups.find(({ unanimous }) => !unanimous)?.answers ?? 0,
          })}
        </p>
      )}
      {advisory.ratings.length > 0 && (
        <details className={classes.fold}>
          <summary>{t('report.all')}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard */}
          <section className={table.scroll} aria-label={t('report.all')} tabIndex={0}>
            <table className={`${table.table} ${table.cards}`}>
              <thead>
                <tr>
                  <th scope="col">{t('report.candidate')}</th>
                  <th scope="col">{t('report.question')}</th>
                  <th scope="col" className={table.number}>
                    {t('report.own')}
                  </th>
                  <th scope="col" className={table.number}>
                    {t('report.panel')}
                  </th>
                  <th scope="col" className={table.number}>
                    {t('report.spreadShort')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {advisory.ratings.map((rating) => (
                  <tr key={`${rating.candidateId} ${rating.question}`}>
                    <td data-label={t('report.candidate')}>{names.get(rating.candidateId)}</td>
                    <td data-label={t('report.question')}>{titles.get(rating.question)}</td>
                    <td data-label={t('report.own')} className={table.number}>
                      {rating.score ?? t('withheld')}
                    </td>
                    <td data-label={t('report.panel')} className={table.number}>
                      {number(rating.panel)}
                    </td>
                    <td data-label={t('report.spreadShort')} className={table.number}>
                      {number(rating.spread)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </details>
      )}
      {advisory.missing.length > 0 && (
        <details className={classes.fold}>
          <summary>{t('report.missing', { count: advisory.missing.length })}</summary>
          <ul className={classes.tasks}>
            {advisory.missing.map(({ candidateId, question, reason }) => (
              <li key={`${candidateId} ${question}`}>
                {names.get(candidateId)} · {titles.get(question)} · {t(`missing.${reason}`)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}
