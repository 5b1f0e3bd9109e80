/** The team: who is in it, in which role, and how somebody joins. */
import { Button, NativeSelect } from '@mantine/core';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Person } from '../../api/client.ts';
import { everyPage } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { InvitationLink } from '../../ui/invitation-link.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import table from '../../ui/table.module.css';
import { InvitePerson } from './invite-person.tsx';
import classes from './people.module.css';

const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: ({ signal }) =>
    everyPage((cursor) => api.listPeople({ query: { limit: 200, cursor } }, { signal })),
});

const TONE: Record<Person['status'], Tone> = { active: 'good', invited: 'warn', disabled: 'seal' };

export function PeoplePage() {
  const { t } = useTranslation(['people', 'common']);
  const me = useMe();
  const { date } = useFormat();
  const { data: people } = useSuspenseQuery(peopleQuery);
  const [inviting, setInviting] = useState(false);
  const [asked, setAsked] = useState<Person | null>(null);
  const refresh = () => [peopleQuery.queryKey];
  const change = useAction(
    ({ id, ...body }: { id: string; role?: 'lead' | 'interviewer'; disabled?: boolean }) =>
      api.updatePerson({ params: { id }, body }),
    { refresh, done: () => setAsked(null), says: t('changed') },
  );
  const renew = useAction((id: string) => api.reinvitePerson({ params: { id } }));

  return (
    <>
      <PageHeader
        title={t('title')}
        lead={<p>{t('lead')}</p>}
        actions={
          <Button
            variant="filled"
            leftSection={<UserPlus size={15} aria-hidden />}
            onClick={() => setInviting(true)}
          >
            {t('invite')}
          </Button>
        }
      />
      <table className={`${table.table} ${table.cards}`}>
        <thead>
          <tr>
            <th scope="col">{t('common:name')}</th>
            <th scope="col">{t('common:email')}</th>
            <th scope="col">{t('role')}</th>
            <th scope="col">{t('status')}</th>
            <th scope="col">{t('since')}</th>
            <th scope="col">
              <span className="sr-only">{t('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => {
            const mayChange = me.role === 'owner' && person.role !== 'owner';
            return (
              <tr key={person.id}>
                <th scope="row">{person.name}</th>
                <td data-label={t('common:email')} className={classes.email}>
                  {person.email}
                </td>
                <td data-label={t('role')}>
                  {mayChange ? (
                    <NativeSelect
                      size="xs"
                      aria-label={t('roleOf', { name: person.name })}
                      value={person.role}
                      onChange={(event) =>
                        change.mutate({
                          id: person.id,
                          role: event.currentTarget.value as 'lead' | 'interviewer',
                        })
                      }
                      data={(['lead', 'interviewer'] as const).map((value) => ({
                        value,
                        label: t(`common:roles.${value}`),
                      }))}
                    />
                  ) : (
                    t(`common:roles.${person.role}`)
                  )}
                </td>
                <td data-label={t('status')}>
                  <Badge tone={TONE[person.status]}>{t(`state.${person.status}`)}</Badge>
                </td>
                <td data-label={t('since')}>{date(person.createdAt)}</td>
                <td className={classes.actions}>
                  {person.status === 'invited' && (
                    <Button data-size="compact" onClick={() => renew.mutate(person.id)}>
                      {t('renew')}
                    </Button>
                  )}
                  {mayChange && person.status === 'active' && (
                    <Button data-size="compact" onClick={() => setAsked(person)}>
                      {t('disable')}
                    </Button>
                  )}
                  {mayChange && person.status === 'disabled' && (
                    <Button
                      data-size="compact"
                      onClick={() => change.mutate({ id: person.id, disabled: false })}
                    >
                      {t('enable')}
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {inviting && <InvitePerson refresh={refresh} onClose={() => setInviting(false)} />}
      <Dialog
        open={renew.data !== undefined}
        onClose={() => renew.reset()}
        title={t('linkTitle', { name: renew.data?.person.name ?? '' })}
        actions={
          <Button variant="filled" onClick={() => renew.reset()}>
            {t('finish')}
          </Button>
        }
      >
        {renew.data && <InvitationLink invitation={renew.data} />}
      </Dialog>
      <Dialog
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={t('disableTitle', { name: asked?.name ?? '' })}
        actions={
          <>
            <Button onClick={() => setAsked(null)}>{t('common:cancel')}</Button>
            <Button
              variant="seal"
              loading={change.isPending}
              onClick={() => asked && change.mutate({ id: asked.id, disabled: true })}
            >
              {t('disable')}
            </Button>
          </>
        }
      >
        <p>{t('disableBody')}</p>
      </Dialog>
    </>
  );
}
