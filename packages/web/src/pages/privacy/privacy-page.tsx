/** For leads: what candidates asked for, and how long data are kept. */
import { Button, NumberInput, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Answer, api } from '../../api/client.ts';
import { privacyRequestsQuery, retentionQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './privacy.module.css';

type Request = Answer<'listPrivacyRequests'>['items'][number];
type Rules = Answer<'retention'>['rules'];
const KINDS = ['applications', 'practice', 'chats', 'requests'] as const;

export function PrivacyPage() {
  const { t } = useTranslation('privacy');
  return (
    <>
      <PageHeader
        title={t('page.title')}
        lead={<p>{t('page.lead')}</p>}
        actions={<Link to="/duties">{t('page.duties')}</Link>}
      />
      <Requests />
      <Retention />
    </>
  );
}

function Requests() {
  const { t } = useTranslation(['privacy', 'common']);
  const { data: requests } = useSuspenseQuery(privacyRequestsQuery);
  const open = requests.filter(({ status }) => status === 'open');
  const answered = requests.filter(({ status }) => status !== 'open').reverse();
  return (
    <Section title={t('requests.title')} lead={t('requests.lead')}>
      {requests.length === 0 ? (
        <Notice inline title={t('requests.none')} />
      ) : (
        <ul className={classes.list}>
          {[...open, ...answered].map((request) => (
            <RequestLine key={request.id} request={request} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function RequestLine({ request }: { request: Request }) {
  const { t } = useTranslation(['privacy', 'common']);
  const { dateTime } = useFormat();
  const [asking, setAsking] = useState<'done' | 'refused' | null>(null);
  const [name, setName] = useState(request.candidateName);
  const { id, kind, status, body, answer, askedAt, candidateId, candidateName, openingTitle } = request;
  const decide = useAction(
    (reason: string) =>
      api.decidePrivacyRequest({
        params: { id },
        body: {
          outcome: asking ?? 'refused',
          answer: reason,
          ...(asking === 'done' && name.trim() !== candidateName ? { name: name.trim() } : {}),
        },
      }),
    {
      refresh: () => [privacyRequestsQuery.queryKey],
      done: () => setAsking(null),
      says: t('requests.answered'),
    },
  );
  return (
    <li>
      <p className={classes.meta}>
        {t(`requests.kind.${kind}`)} · {openingTitle} · {dateTime(askedAt)}
      </p>
      <p>
        <Link to="/candidates/$candidateId" params={{ candidateId }}>
          {candidateName}
        </Link>{' '}
        <Badge tone={status === 'open' ? 'accent' : 'plain'}>{t(`requests.status.${status}`)}</Badge>
      </p>
      {body && <p className={classes.said}>{body}</p>}
      {answer && <p className={classes.said}>{t('ask.answer', { answer })}</p>}
      {status === 'open' && (
        <div className={classes.buttons}>
          {kind === 'correction' && (
            <Button onClick={() => setAsking('done')}>{t('requests.correct')}</Button>
          )}
          {kind === 'erasure' && <span className={classes.meta}>{t('requests.eraseHow')}</span>}
          <Button onClick={() => setAsking('refused')}>{t('requests.refuse')}</Button>
        </div>
      )}
      <ReasonDialog
        open={asking !== null}
        onClose={() => setAsking(null)}
        title={t(asking === 'done' ? 'requests.correct' : 'requests.refuse')}
        action={t('requests.send')}
        busy={decide.isPending}
        onConfirm={(reason) => decide.mutate(reason)}
      >
        <p>{t(asking === 'done' ? 'requests.correctBody' : 'requests.refuseBody')}</p>
        {asking === 'done' && (
          <TextInput
            label={t('common:name')}
            value={name}
            maxLength={120}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
      </ReasonDialog>
    </li>
  );
}

function Retention() {
  const { t } = useTranslation(['privacy', 'common']);
  const { dateTime } = useFormat();
  const me = useMe();
  const { data } = useSuspenseQuery(retentionQuery);
  const [rules, setRules] = useState<Rules>(data.rules);
  const refresh = { refresh: () => [retentionQuery.queryKey] };
  const save = useAction(() => api.setRetention({ body: rules }), { ...refresh, says: t('retention.saved') });
  const run = useAction(() => api.runRetention(), { ...refresh, says: t('retention.ran') });
  const owner = me.role === 'owner';
  const changed = KINDS.some((kind) => rules[kind] !== data.rules[kind]);
  return (
    <Section title={t('retention.title')} lead={t('retention.lead')}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (changed) save.mutate();
        }}
      >
        <div className={classes.days}>
          {KINDS.map((kind) => (
            <NumberInput
              key={kind}
              label={t(`retention.kind.${kind}`)}
              description={t('retention.default', { days: data.defaults[kind] })}
              min={1}
              max={3650}
              allowDecimal={false}
              clampBehavior="strict"
              readOnly={!owner}
              value={rules[kind]}
              onChange={(value) => typeof value === 'number' && setRules({ ...rules, [kind]: value })}
            />
          ))}
        </div>
        {owner && (
          <div className={classes.buttons}>
            <Button type="submit" variant="filled" disabled={!changed} loading={save.isPending}>
              {t('common:save')}
            </Button>
            <Button loading={run.isPending} onClick={() => run.mutate()}>
              {t('retention.run')}
            </Button>
          </div>
        )}
      </form>
      <table className={`${table.table} ${table.cards}`}>
        <caption className="sr-only">{t('retention.due')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('retention.what')}</th>
            <th scope="col" className={table.number}>
              {t('retention.now')}
            </th>
            <th scope="col" className={table.number}>
              {t('retention.soon')}
            </th>
            <th scope="col" className={table.number}>
              {t('retention.held')}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.due.map(({ kind, count, soon, held }) => (
            <tr key={kind}>
              <th scope="row">{t(`retention.kind.${kind as (typeof KINDS)[number]}`)}</th>
              <td className={table.number} data-label={t('retention.now')}>
                {count}
              </td>
              <td className={table.number} data-label={t('retention.soon')}>
                {soon}
              </td>
              <td className={table.number} data-label={t('retention.held')}>
                {held}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.runs[0] && (
        <p className={classes.meta}>
          {t('retention.last', {
            when: dateTime(data.runs[0].at),
            count: data.runs[0].counts.applications ?? 0,
          })}
        </p>
      )}
    </Section>
  );
}
