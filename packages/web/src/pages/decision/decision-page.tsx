/** The plain computed numbers of an opening's revealed candidates, and the evidence they stand on. */
import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Printer } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { decisionQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Seal } from '../../ui/seal.tsx';
import { Section } from '../../ui/section.tsx';
import { CandidateEvidence } from './candidate-evidence.tsx';
import classes from './decision.module.css';
import { PanelChanges } from './panel-changes.tsx';
import { RankingTable } from './ranking-table.tsx';
import { SpreadPlot } from './spread-plot.tsx';

const route = getRouteApi('/layout/openings/$openingId/decision');

export function DecisionPage() {
  const { t } = useTranslation(['decision', 'openings']);
  const { openingId } = route.useParams();
  const { dateTime, list } = useFormat();
  const { data: report } = useSuspenseQuery(decisionQuery(openingId));
  const { candidates, sealed, raters } = report;

  return (
    <>
      <PageHeader
        title={t('title')}
        trail={
          <Link to="/openings/$openingId" params={{ openingId }}>
            {report.openingTitle}
          </Link>
        }
        badges={report.demo && <Badge tone="warn">{t('openings:demoBadge')}</Badge>}
        lead={t('lead', { when: dateTime(report.computedAt), raters: list(raters.map(({ name }) => name)) })}
        actions={
          <Button
            className="no-print"
            leftSection={<Printer size={14} aria-hidden />}
            onClick={() => window.print()}
          >
            {t('print')}
          </Button>
        }
      />
      {sealed.length > 0 && (
        <aside className={classes.sealed} aria-label={t('sealed.title')}>
          <Seal stamped size={22} />
          <p>
            {t('sealed.body', { count: sealed.length })} {list(sealed.map(({ name }) => name))}
          </p>
        </aside>
      )}
      {candidates.length === 0 ? (
        <Notice inline title={t('none.title')}>
          <p>{t('none.body')}</p>
        </Notice>
      ) : (
        <>
          <Section title={t('ranking.title')} lead={t('ranking.lead')}>
            <RankingTable report={report} />
          </Section>
          <Section title={t('plot.title')} lead={t('plot.lead')}>
            <SpreadPlot report={report} />
          </Section>
        </>
      )}
      <Section title={t('panel.title')} lead={t('panel.lead')}>
        <PanelChanges seats={report.seats} />
      </Section>
      {candidates.length > 0 && (
        <Section title={t('evidence.title')} lead={t('evidence.lead')}>
          {candidates.map((candidate) => (
            <CandidateEvidence key={candidate.candidate.id} entry={candidate} report={report} />
          ))}
        </Section>
      )}
    </>
  );
}
