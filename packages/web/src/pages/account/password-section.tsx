/** Changing one's password. */
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { accountSecurityQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { Section } from '../../ui/section.tsx';
import { PASSWORD_MIN } from '../auth/password.ts';
import { PasswordDialog } from './password-dialog.tsx';

export function PasswordSection() {
  const { t } = useTranslation(['security', 'auth']);
  const problemText = useProblemText();
  const [open, setOpen] = useState(false);
  const [next, setNext] = useState('');
  const change = useAction((current: string) => api.changePassword({ body: { current, next } }), {
    quiet: true,
    refresh: () => [accountSecurityQuery.queryKey],
    says: t('password.changed'),
    done: () => {
      setOpen(false);
      setNext('');
    },
  });
  const short = next.length < PASSWORD_MIN;
  return (
    <Section title={t('password.title')} lead={t('password.lead')}>
      <Button
        onClick={() => {
          change.reset();
          setOpen(true);
        }}
      >
        {t('password.change')}
      </Button>
      {open && (
        <PasswordDialog
          title={t('password.change')}
          busy={change.isPending}
          ready={!short}
          error={change.isError ? problemText(change.error) : null}
          onClose={() => setOpen(false)}
          onConfirm={(current) => change.mutate(current)}
        >
          <PasswordInput
            label={t('password.next')}
            description={t('auth:passwordHint', { min: PASSWORD_MIN })}
            autoComplete="new-password"
            error={next && short ? t('auth:passwordShort', { min: PASSWORD_MIN }) : null}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
        </PasswordDialog>
      )}
    </Section>
  );
}
