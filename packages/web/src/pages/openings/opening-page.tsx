import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { exportPath } from '@viva/server/client';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { openingQuery } from '../../api/queries.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { TabNav } from '../../ui/tab-nav.tsx';
import { CandidatesTab } from './candidates-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { OpeningStatusActions } from './opening-status-actions.tsx';
import { OpeningStatusBadge } from './opening-status-badge.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { PanelTab } from './panel-tab.tsx';
import { SessionsTab } from './sessions-tab.tsx';

const route = getRouteApi('/layout/openings/$openingId');
const tabs = ['overview', 'panel', 'candidates', 'sessions', 'history'] as const;

export function OpeningPage() {
  const { t } = useTranslation('openings');
  const { openingId } = route.useParams();
  const { tab = 'overview' } = route.useSearch();
  const { text } = useFormat();
  const me = useMe();
  const { data: opening } = useSuspenseQuery(openingQuery(openingId));
  const counts: Partial<Record<(typeof tabs)[number], number>> = {
    panel: opening.seats.length,
    candidates: opening.candidates,
  };

  return (
    <>
      <PageHeader
        title={opening.title}
        trail={
          <>
            <Link to="/openings">{t('title')}</Link>
            <span aria-hidden>/</span>
            <span>{text(opening.kit.title)}</span>
          </>
        }
        badges={
          <>
            <OpeningStatusBadge status={opening.status} />
            {opening.onPanel && <Badge tone="accent">{t('onPanel')}</Badge>}
            {opening.demo && <Badge tone="warn">{t('demoBadge')}</Badge>}
          </>
        }
        actions={
          <>
            {opening.status !== 'draft' && (
              <>
                <Button
                  component="a"
                  href={exportPath(opening.id)}
                  leftSection={<Download size={14} aria-hidden />}
                >
                  {t('export')}
                </Button>
                <ButtonLink to="/openings/$openingId/decision" params={{ openingId }}>
                  {t('decision')}
                </ButtonLink>
              </>
            )}
            {leads(me) && <OpeningStatusActions opening={opening} />}
          </>
        }
      />
      <TabNav label={t('parts')}>
        {tabs.map((name) => (
          <Link
            key={name}
            to="/openings/$openingId"
            params={{ openingId }}
            search={name === 'overview' ? {} : { tab: name }}
            activeOptions={{ exact: true, includeSearch: true }}
            resetScroll={false}
          >
            {t(`tabs.${name}`)}
            {counts[name] !== undefined && <span className="count">{counts[name]}</span>}
          </Link>
        ))}
      </TabNav>
      {tab === 'overview' && <OverviewTab key={opening.id} opening={opening} />}
      {tab === 'panel' && <PanelTab opening={opening} />}
      {tab === 'candidates' && <CandidatesTab opening={opening} />}
      {tab === 'sessions' && <SessionsTab opening={opening} />}
      {tab === 'history' && <HistoryTab opening={opening} />}
    </>
  );
}
