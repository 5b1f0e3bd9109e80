import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { QueryKey } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { useLocale } from '../../i18n/use-format.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { InvitationLink } from '../../ui/invitation-link.tsx';
import { Problem } from '../../ui/problem.tsx';
import classes from './people.module.css';

const EMAIL = /^\S+@\S+\.\S+$/;

/** Invites a lead or an interviewer, then shows the link. Only the owner makes leads. */
export function InvitePerson({ refresh, onClose }: { refresh: () => QueryKey[]; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const me = useMe();
  const locale = useLocale();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<'lead' | 'interviewer'>('interviewer');
  const [tried, setTried] = useState(false);
  const invite = useAction(
    () => api.invitePerson({ body: { name: name.trim(), email: email.trim(), role, locale } }),
    {
      refresh,
      quiet: true,
    },
  );
  const wrong = { name: name.trim() === '', email: !EMAIL.test(email.trim()) };

  if (invite.data)
    return (
      <Dialog
        open
        onClose={onClose}
        title={t('linkTitle', { name: invite.data.person.name })}
        actions={
          <Button variant="filled" onClick={onClose}>
            {t('finish')}
          </Button>
        }
      >
        <InvitationLink invitation={invite.data} />
      </Dialog>
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('inviteTitle')}
      onSubmit={() => {
        setTried(true);
        if (!wrong.name && !wrong.email) invite.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={invite.isPending}>
            {t('makeLink')}
          </Button>
        </>
      }
    >
      <Problem error={invite.error} />
      <div className={classes.form}>
        <TextInput
          label={t('common:name')}
          value={name}
          maxLength={120}
          error={tried && wrong.name ? t('nameNeeded') : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          type="email"
          label={t('common:email')}
          value={email}
          error={tried && wrong.email ? t('emailNeeded') : null}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('role')}
          description={t(`meaning.${role}`)}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as 'lead' | 'interviewer')}
          data={[
            { value: 'interviewer', label: t('common:roles.interviewer') },
            ...(me.role === 'owner' ? [{ value: 'lead', label: t('common:roles.lead') }] : []),
          ]}
        />
      </div>
    </Dialog>
  );
}
