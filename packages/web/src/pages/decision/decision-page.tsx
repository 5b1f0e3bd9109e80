/** What is known of an opening's revealed candidates, what it is worth, and the evidence it stands on. */
import { Button, NativeSelect } from '@mantine/core';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Download, Printer } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { decisionQuery, gatherEvidence } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { saveReport } from '../../ui/save-report.ts';
import { Seal } from '../../ui/seal.tsx';
import { Section } from '../../ui/section.tsx';
import { AdvisoryView } from '../advisory/advisory-view.tsx';
import { CandidateEvidence } from './candidate-evidence.tsx';
import classes from './decision.module.css';
import { DisagreementsList } from './disagreements-list.tsx';
import { ImpactView } from './impact-view.tsx';
import { IntervalPlot } from './interval-plot.tsx';
import { PanelChanges } from './panel-changes.tsx';
import { RankingTable } from './ranking-table.tsx';
import { RatersView } from './raters-view.tsx';
import { ReliabilityView } from './reliability-view.tsx';
import { SensitivityView } from './sensitivity-view.tsx';
import statistics from './statistics.module.css';
import { Worth } from './worth.tsx';
import { WrightMap } from './wright-map.tsx';

const route = getRouteApi('/layout/openings/$openingId/decision');

export function DecisionPage() {
  const { t } = useTranslation(['decision', 'openings', 'advisory']);
  const { openingId } = route.useParams();
  const { top = 1 } = route.useSearch();
  const navigate = useNavigate();
  const { dateTime, list, text } = useFormat();
  const { data } = useSuspenseQuery(decisionQuery(openingId, top));
  const report = {
    ...data,
    raters: data.raters.map((rater) => (rater.advisory ? { ...rater, name: t('advisory:name') } : rater)),
  };
  const { candidates, sealed, raters, analysis } = report;
  const root = useRef<HTMLDivElement>(null);
  const model = analysis.basis === 'model';
  const most = candidates.filter(({ candidate }) => candidate.status !== 'withdrawn').length - 1;

  const client = useQueryClient();
  // Neither paper nor a file can ask for the evidence later.
  const gather = () => gatherEvidence(client, openingId);
  const print = useAction(gather, { done: () => window.print() });
  const save = useAction(gather, {
    done: () => {
      // As for paper: everything that is folded unfolds first.
      window.dispatchEvent(new Event('beforeprint'));
      if (root.current) saveReport(root.current, `${t('title')} ${report.openingTitle}`);
    },
  });

  return (
    <div ref={root} className={classes.report}>
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
          <>
            <Button
              className="no-print"
              variant="default"
              leftSection={<Download size={14} aria-hidden />}
              loading={save.isPending}
              onClick={() => save.mutate()}
            >
              {t('save')}
            </Button>
            <Button
              className="no-print"
              leftSection={<Printer size={14} aria-hidden />}
              loading={print.isPending}
              onClick={() => print.mutate()}
            >
              {t('print')}
            </Button>
          </>
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
          <Section title={t('worth.title')} lead={t(model ? 'worth.leadModel' : 'worth.leadPlain')}>
            <Worth analysis={analysis} />
          </Section>
          <Section
            title={t('ranking.title')}
            lead={t(model ? 'ranking.leadModel' : 'ranking.lead')}
            actions={
              most > 1 && (
                <NativeSelect
                  className="no-print"
                  size="xs"
                  aria-label={t('ranking.choosing')}
                  value={String(analysis.top)}
                  onChange={(event) =>
                    void navigate({
                      to: '/openings/$openingId/decision',
                      params: { openingId },
                      search: { top: Number(event.currentTarget.value) },
                      replace: true,
                      resetScroll: false,
                    })
                  }
                  data={Array.from({ length: Math.min(most, 20) }, (_, at) => ({
                    value: String(at + 1),
                    label: t('ranking.choose', { count: at + 1 }),
                  }))}
                />
              )
            }
          >
            <RankingTable report={report} />
            <div className={statistics.below}>
              <IntervalPlot report={report} />
            </div>
          </Section>
          <Section title={t('raters.title')} lead={t(model ? 'raters.leadModel' : 'raters.leadPlain')}>
            <RatersView report={report} />
          </Section>
          <Section title={t('disagreements.title')} lead={t('disagreements.lead')}>
            <DisagreementsList report={report} />
          </Section>
          {(analysis.pairwise || analysis.without.length > 0 || analysis.stableWeights !== null) && (
            <Section title={t('sensitivity.title')} lead={t('sensitivity.lead')}>
              <SensitivityView report={report} />
            </Section>
          )}
          {analysis.study && (
            <Section title={t('study.title')} lead={t('study.lead')}>
              <ReliabilityView study={analysis.study} />
            </Section>
          )}
          {analysis.scale && (
            <Section title={t('map.title')} lead={t('map.lead')}>
              <WrightMap report={report} />
            </Section>
          )}
          {analysis.advice.length > 0 && (
            <Section title={t('advice.title')}>
              <ul className={statistics.advice}>
                {analysis.advice.map((advice) => (
                  <li key={`${advice.code} ${advice.text.en}`}>{text(advice.text)}</li>
                ))}
              </ul>
            </Section>
          )}
        </>
      )}
      {report.advisory && candidates.length > 0 && (
        <AdvisoryView report={report} advisory={report.advisory} />
      )}
      {report.impact && (
        <Section title={t('impact.title')} lead={t('impact.lead')}>
          <ImpactView impact={report.impact} />
        </Section>
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
    </div>
  );
}
