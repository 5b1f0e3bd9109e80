/** Who is at work on which question, what waits for review, and the way to begin. */
import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProposalSummary } from '../../api/client.ts';
import { useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './authoring.module.css';
import { NewQuestion } from './new-question.tsx';
import { proposalsQuery } from './queries.ts';
import { StateBadge } from './state-badge.tsx';

export function AuthoringPage() {
  const { t } = useTranslation('authoring');
  const me = useMe();
  const { data: proposals } = useSuspenseQuery(proposalsQuery('all'));
  const [creating, setCreating] = useState(false);
  const live = proposals.filter(({ state }) => state !== 'published' && state !== 'withdrawn');
  const toReview = live.filter(({ state, author }) => state === 'proposed' && author.id !== me.id);
  const mine = live.filter(({ author }) => author.id === me.id);
  const others = live.filter((one) => !toReview.includes(one) && !mine.includes(one));
  const past = proposals.filter((one) => !live.includes(one));
  const groups = [
    ['review', toReview],
    ['mine', mine],
    ['others', others],
    ['past', past],
  ] as const;
  const create = (
    <Button variant="filled" leftSection={<Plus size={14} aria-hidden />} onClick={() => setCreating(true)}>
      {t('create.button')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        lead={<p>{t('lead')}</p>}
        actions={
          <>
            <ButtonLink to="/bank">{t('toBank')}</ButtonLink>
            {create}
          </>
        }
      />
      {proposals.length === 0 ? (
        <Notice inline title={t('none')}>
          <p>{t('noneBody')}</p>
        </Notice>
      ) : (
        groups.map(([name, rows]) =>
          rows.length === 0 ? null : (
            <Section key={name} title={t(`groups.${name}`)}>
              <ProposalTable rows={rows} caption={t(`groups.${name}`)} />
            </Section>
          ),
        )
      )}
      {creating && <NewQuestion onClose={() => setCreating(false)} />}
    </>
  );
}

function ProposalTable({ rows, caption }: { rows: readonly ProposalSummary[]; caption: string }) {
  const { t } = useTranslation('authoring');
  const { text, dateTime } = useFormat();
  return (
    <table className={`${table.table} ${table.cards}`}>
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('columns.question')}</th>
          <th scope="col">{t('columns.author')}</th>
          <th scope="col">{t('columns.state')}</th>
          <th scope="col" className={table.number}>
            {t('columns.changed')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <span className={classes.titleCell}>
                <Link to="/authoring/proposals/$proposalId" params={{ proposalId: row.id }}>
                  {text(row.title) || row.question}
                </Link>
                {row.isNew && <Badge tone="accent">{t('newBadge')}</Badge>}
              </span>
            </th>
            <td data-label={t('columns.author')}>{row.author.name}</td>
            <td data-label={t('columns.state')}>
              <StateBadge state={row.state} />
            </td>
            <td data-label={t('columns.changed')} className={table.number}>
              {dateTime(row.changedAt)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
