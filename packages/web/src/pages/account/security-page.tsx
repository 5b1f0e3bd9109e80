import { Checkbox } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { accountSecurityQuery, securityPolicyQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { FactorSection } from './factor-section.tsx';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordSection } from './password-section.tsx';
import classes from './security.module.css';
import { SessionsSection } from './sessions-section.tsx';

/** How one signs in, where one is signed in, and, for the owner, what is required of others. */
export function SecurityPage() {
  const { t } = useTranslation(['security', 'account']);
  const me = useMe();
  const { data } = useSuspenseQuery(accountSecurityQuery);
  return (
    <>
      <PageHeader
        title={t('title')}
        trail={!me.mustEnrol && <Link to="/account">{t('account:title')}</Link>}
        lead={<p>{t('lead')}</p>}
      />
      {me.mustEnrol && (
        <p role="status" className={classes.must}>
          {t('mustEnrol')}
        </p>
      )}
      <FactorSection {...data.secondFactor} required={data.required} />
      {!me.mustEnrol && <PasskeysSection passkeys={data.passkeys} />}
      <PasswordSection />
      <SessionsSection sessions={data.sessions} />
      {me.role === 'owner' && !me.mustEnrol && <PolicySection />}
    </>
  );
}

function PolicySection() {
  const { t } = useTranslation('security');
  const { data } = useSuspenseQuery(securityPolicyQuery);
  const required = data.secondFactor === 'leads';
  const set = useAction(
    (wanted: boolean) => api.setSecurityPolicy({ body: { secondFactor: wanted ? 'leads' : 'nobody' } }),
    {
      refresh: () => [securityPolicyQuery.queryKey, accountSecurityQuery.queryKey],
      says: required ? t('policy.off') : t('policy.on'),
    },
  );
  return (
    <Section title={t('policy.title')} lead={t('policy.lead')}>
      <Checkbox
        label={t('policy.require')}
        checked={required}
        disabled={set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
    </Section>
  );
}
