/** Passkeys of one's own. */
import { Button, TextInput } from '@mantine/core';
import type { CallOutput, Routes } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { accountSecurityQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import classes from './security.module.css';
import { hasPasskeys, makePasskey, PasskeyCancelled } from './webauthn.ts';

type Passkeys = CallOutput<Routes['accountSecurity']>['passkeys'];
const refresh = () => [accountSecurityQuery.queryKey];

export function PasskeysSection({ passkeys }: { passkeys: Passkeys }) {
  const { t } = useTranslation('security');
  const format = useFormat();
  const problemText = useProblemText();
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState('');
  const add = useAction(
    async (password: string) => {
      const { ceremony, options } = await api.beginPasskey({ body: { password } });
      const response = await makePasskey(options);
      return api.addPasskey({ body: { ceremony, name: name.trim(), response } });
    },
    {
      quiet: true,
      refresh,
      says: t('passkeys.added'),
      done: () => {
        setAdding(false);
        setName('');
      },
    },
  );
  const remove = useAction((id: string) => api.removePasskey({ params: { id } }), {
    refresh,
    says: t('passkeys.removed'),
  });
  const able = hasPasskeys();
  return (
    <Section
      title={t('passkeys.title')}
      lead={t('passkeys.lead')}
      actions={
        able && (
          <Button
            onClick={() => {
              add.reset();
              setAdding(true);
            }}
          >
            {t('passkeys.add')}
          </Button>
        )
      }
    >
      {!able && <p className={classes.muted}>{t('passkeys.unsupported')}</p>}
      {passkeys.length === 0 ? (
        <p className={classes.muted}>{t('passkeys.none')}</p>
      ) : (
        <ul className={classes.list}>
          {passkeys.map((passkey) => (
            <li key={passkey.id}>
              <div className={classes.what}>
                <div className={classes.name}>
                  {passkey.name}
                  {passkey.synced && <Badge>{t('passkeys.synced')}</Badge>}
                </div>
                <div className={classes.facts}>
                  {t('passkeys.addedAt')} {format.dateTime(passkey.createdAt)} ·{' '}
                  {passkey.usedAt
                    ? `${t('passkeys.usedAt')} ${format.dateTime(passkey.usedAt)}`
                    : t('passkeys.never')}
                </div>
              </div>
              <Button
                size="xs"
                aria-label={t('passkeys.removeLabel', { name: passkey.name })}
                loading={remove.isPending && remove.variables === passkey.id}
                onClick={() => remove.mutate(passkey.id)}
              >
                {t('passkeys.remove')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <PasswordDialog
          title={t('passkeys.add')}
          busy={add.isPending}
          ready={name.trim() !== ''}
          error={
            add.isError
              ? add.error instanceof PasskeyCancelled
                ? t('passkeys.cancelled')
                : problemText(add.error)
              : null
          }
          onClose={() => setAdding(false)}
          onConfirm={(password) => add.mutate(password)}
        >
          <TextInput
            label={t('passkeys.name')}
            description={t('passkeys.nameHint')}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </PasswordDialog>
      )}
    </Section>
  );
}
