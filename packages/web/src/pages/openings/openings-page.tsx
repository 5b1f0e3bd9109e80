import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpeningSummary } from '../../api/client.ts';
import { openingsQuery } from '../../api/queries.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import table from '../../ui/table.module.css';
import { OpeningStatusBadge } from './opening-status-badge.tsx';
import classes from './openings.module.css';

type Filter = 'all' | OpeningSummary['status'];

export function OpeningsPage() {
  const { t } = useTranslation(['openings', 'common']);
  const me = useMe();
  const { data: openings } = useSuspenseQuery(openingsQuery);
  const [filter, setFilter] = useState<Filter>('all');
  const shown = openings.filter(({ status }) => filter === 'all' || status === filter);
  const create = leads(me) && (
    <ButtonLink to="/openings/new" variant="filled">
      {t('new')}
    </ButtonLink>
  );

  return (
    <>
      <PageHeader title={t('title')} actions={create} />
      {openings.length === 0 ? (
        <Notice inline title={t('none')} actions={create}>
          <p>{t(leads(me) ? 'noneLead' : 'noneInterviewer')}</p>
        </Notice>
      ) : (
        <>
          <div className={classes.filter}>
            <Segmented<Filter>
              name="status"
              label={t('filter')}
              value={filter}
              onChange={setFilter}
              options={[
                { value: 'all', label: t('all') },
                { value: 'open', label: t('common:openingStatus.open') },
                { value: 'draft', label: t('common:openingStatus.draft') },
                { value: 'closed', label: t('common:openingStatus.closed') },
              ]}
            />
          </div>
          {shown.length === 0 ? (
            <p className={classes.none}>{t('noneShown')}</p>
          ) : (
            <OpeningsTable openings={shown} />
          )}
        </>
      )}
    </>
  );
}

function OpeningsTable({ openings }: { openings: OpeningSummary[] }) {
  const { t } = useTranslation(['openings', 'common']);
  const { text, date } = useFormat();
  return (
    <table className={`${table.table} ${table.cards}`}>
      <thead>
        <tr>
          <th scope="col">{t('columns.opening')}</th>
          <th scope="col">{t('columns.kit')}</th>
          <th scope="col">{t('columns.status')}</th>
          <th scope="col" className={table.number}>
            {t('columns.panel')}
          </th>
          <th scope="col" className={table.number}>
            {t('columns.revealed')}
          </th>
          <th scope="col" className={table.number}>
            {t('columns.created')}
          </th>
        </tr>
      </thead>
      <tbody>
        {openings.map((opening) => (
          <tr key={opening.id}>
            <th scope="row">
              <span className={classes.titleCell}>
                <Link to="/openings/$openingId" params={{ openingId: opening.id }}>
                  {opening.title}
                </Link>
                {opening.onPanel && <Badge tone="accent">{t('onPanel')}</Badge>}
                {opening.demo && <Badge tone="warn">{t('demoBadge')}</Badge>}
              </span>
            </th>
            <td data-label={t('columns.kit')}>{text(opening.kit.title)}</td>
            <td data-label={t('columns.status')}>
              <OpeningStatusBadge status={opening.status} />
            </td>
            <td data-label={t('columns.panel')} className={table.number}>
              {opening.panel}
            </td>
            <td data-label={t('columns.revealed')} className={table.number}>
              {opening.revealed} / {opening.candidates}
            </td>
            <td data-label={t('columns.created')} className={table.number}>
              {date(opening.createdAt)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
