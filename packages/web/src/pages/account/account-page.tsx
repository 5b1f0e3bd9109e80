import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { meQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { LocaleSwitch, SchemeSwitch } from '../../ui/preferences.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './account.module.css';

/** One's own account: name, language, appearance, and what the role allows. */
export function AccountPage() {
  const { t } = useTranslation(['account', 'common', 'security']);
  const me = useMe();
  const [name, setName] = useState(me.name);
  const rename = useAction(() => api.updateMe({ body: { name: name.trim() } }), {
    refresh: () => [meQuery.queryKey],
    says: t('saved'),
  });
  return (
    <>
      <PageHeader title={t('title')} lead={<p>{me.email}</p>} />
      <Section title={t('common:name')} lead={t('nameLead')}>
        <form
          noValidate
          className={classes.row}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) rename.mutate();
          }}
        >
          <TextInput
            aria-label={t('common:name')}
            autoComplete="name"
            maxLength={120}
            value={name}
            error={name.trim() ? null : t('nameNeeded')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="filled"
            disabled={!name.trim() || name.trim() === me.name}
            loading={rename.isPending}
          >
            {t('common:save')}
          </Button>
        </form>
      </Section>
      <Section title={t('security:open')} lead={t('security:openLead')}>
        <ButtonLink to="/account/security">{t('security:open')}</ButtonLink>
      </Section>
      <Section title={t('looks')}>
        <div className={classes.row}>
          <LocaleSwitch name="account-locale" />
          <SchemeSwitch name="account-scheme" />
        </div>
      </Section>
      <Section title={t('role', { role: t(`common:roles.${me.role}`) })}>
        <p className={classes.meaning}>{t(`meaning.${me.role}`)}</p>
      </Section>
    </>
  );
}
