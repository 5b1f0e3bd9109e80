/** What a model was used for: which, where, with which prompt and parameters, and what came of it. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import table from '../../ui/table.module.css';
import classes from './advisory.module.css';
import { usesQuery } from './queries.ts';

const route = getRouteApi('/layout/ai-uses');

export function UsesPage() {
  const { t } = useTranslation('advisory');
  const { opening } = route.useSearch();
  const { text, dateTime, number } = useFormat();
  const { data: uses } = useSuspenseQuery(usesQuery(opening));
  const [first] = uses;
  return (
    <>
      <PageHeader
        title={t('uses.title')}
        lead={<p>{t('uses.lead')}</p>}
        trail={
          opening && first ? (
            <Link to="/openings/$openingId" params={{ openingId: opening }}>
              {first.openingTitle}
            </Link>
          ) : undefined
        }
      />
      {uses.length === 0 ? (
        <Notice inline title={t('uses.none')}>
          <p>{t('uses.noneWhy')}</p>
        </Notice>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard
        <section className={table.scroll} aria-label={t('uses.title')} tabIndex={0}>
          <table className={`${table.table} ${table.cards}`}>
            <thead>
              <tr>
                <th scope="col">{t('uses.when')}</th>
                <th scope="col">{t('uses.what')}</th>
                <th scope="col">{t('uses.model')}</th>
                <th scope="col">{t('uses.prompt')}</th>
                <th scope="col">{t('uses.parameters')}</th>
                <th scope="col" className={table.number}>
                  {t('uses.tokens')}
                </th>
                <th scope="col">{t('uses.outcome')}</th>
              </tr>
            </thead>
            <tbody>
              {uses.map((use) => (
                <tr key={use.id}>
                  <td data-label={t('uses.when')}>{dateTime(use.at)}</td>
                  <td data-label={t('uses.what')}>
                    <div className={classes.cell}>
                      {use.candidateName}
                      <span className={classes.meta}>
                        {text(use.questionTitle)} · {t(use.counted ? 'uses.counted' : 'uses.beside')}
                      </span>
                    </div>
                  </td>
                  <td data-label={t('uses.model')}>
                    <div className={classes.cell}>
                      {use.model}
                      <span className={classes.meta}>{use.server ?? t('uses.inProcess')}</span>
                    </div>
                  </td>
                  <td data-label={t('uses.prompt')}>
                    <div className={classes.cell}>
                      {use.prompt} {use.promptVersion}
                      <span className={classes.meta}>
                        <code title={use.promptHash}>{use.promptHash.slice(0, 12)}</code>
                      </span>
                    </div>
                  </td>
                  <td data-label={t('uses.parameters')}>
                    <div className={classes.cell}>
                      {t(`strategy.${use.strategy}`)}
                      <span className={classes.meta}>
                        {t('uses.drawn', {
                          samples: use.samples,
                          temperature: number(use.temperature, 1),
                          seed: use.seed ?? '—',
                        })}
                      </span>
                    </div>
                  </td>
                  <td data-label={t('uses.tokens')} className={table.number}>
                    <div className={classes.cell}>
                      {use.tokensEstimated ? '≈ ' : ''}
                      {number(use.inputTokens, 0)} / {number(use.outputTokens, 0)}
                      <span className={classes.meta}>
                        {t('uses.seconds', { seconds: number(use.durationMs / 1000, 1) })}
                      </span>
                    </div>
                  </td>
                  <td data-label={t('uses.outcome')}>
                    <div className={classes.cell}>
                      <Badge tone={use.outcome === 'rated' ? 'good' : 'warn'}>
                        {t(`outcome.${use.outcome}`)}
                      </Badge>
                      <span className={classes.meta}>
                        {use.problem ??
                          t('uses.quotes', { kept: use.quotesKept, dropped: use.quotesDropped })}
                      </span>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
