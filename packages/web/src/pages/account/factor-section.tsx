/** The authenticator app: set it up, renew its backup codes, remove it. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { accountSecurityQuery, meQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Section } from '../../ui/section.tsx';
import { BackupCodesDialog } from './backup-codes.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { QrCode } from './qr-code.tsx';
import classes from './security.module.css';

type Asking = 'set-up' | 'renew' | 'remove';
const refresh = () => [accountSecurityQuery.queryKey, meQuery.queryKey];

interface FactorSectionProps {
  enabled: boolean;
  backupCodes: number;
  required: boolean;
}

export function FactorSection({ enabled, backupCodes, required }: FactorSectionProps) {
  const { t } = useTranslation(['security', 'common']);
  const problemText = useProblemText();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useAction((password: string) => api.beginEnrolment({ body: { password } }), {
    quiet: true,
    done: () => setAsking(null),
  });
  const confirm = useAction(() => api.confirmEnrolment({ body: { code: code.replaceAll(/\s/g, '') } }), {
    quiet: true,
    refresh,
    says: t('factor.confirmed'),
    done: () => {
      setCodes(begin.data?.backupCodes ?? null);
      begin.reset();
      setCode('');
    },
  });
  const renew = useAction((password: string) => api.renewBackupCodes({ body: { password } }), {
    quiet: true,
    refresh,
    done: ({ backupCodes: fresh }) => {
      setAsking(null);
      setCodes(fresh);
    },
  });
  const remove = useAction((password: string) => api.removeSecondFactor({ body: { password } }), {
    quiet: true,
    refresh,
    says: t('factor.removed'),
    done: () => setAsking(null),
  });
  const work = { 'set-up': begin, renew, remove };
  const titles = { 'set-up': t('factor.title'), renew: t('factor.renew'), remove: t('factor.removeTitle') };
  const ask = (what: Asking) => {
    work[what].reset();
    setAsking(what);
  };

  return (
    <Section title={t('factor.title')} lead={t('factor.lead')}>
      <div className={classes.row}>
        <Badge tone={enabled ? 'good' : 'plain'}>{enabled ? t('factor.on') : t('factor.off')}</Badge>
        {enabled && <span className={classes.muted}>{t('factor.codesLeft', { count: backupCodes })}</span>}
        {enabled ? (
          <>
            <Button onClick={() => ask('renew')}>{t('factor.renew')}</Button>
            {!required && <Button onClick={() => ask('remove')}>{t('factor.remove')}</Button>}
          </>
        ) : (
          <Button variant="filled" onClick={() => ask('set-up')}>
            {t('factor.setUp')}
          </Button>
        )}
      </div>
      {asking && (
        <PasswordDialog
          title={titles[asking]}
          busy={work[asking].isPending}
          error={work[asking].isError ? problemText(work[asking].error) : null}
          onClose={() => setAsking(null)}
          onConfirm={(password) => work[asking].mutate(password)}
        />
      )}
      {begin.data && (
        <Dialog
          open
          wide
          onClose={() => begin.reset()}
          title={t('factor.scanTitle')}
          onSubmit={() => confirm.mutate()}
          actions={
            <>
              <Button onClick={() => begin.reset()}>{t('common:cancel')}</Button>
              <Button
                type="submit"
                variant="filled"
                loading={confirm.isPending}
                disabled={!/^\d{6}$/.test(code.replaceAll(/\s/g, ''))}
              >
                {t('factor.confirm')}
              </Button>
            </>
          }
        >
          <div className={classes.enrol}>
            <QrCode text={begin.data.uri} label={t('factor.qr')} />
            <div className={classes.form}>
              <Problem error={confirm.error} />
              <p>{t('factor.scanLead')}</p>
              <p>
                <span className={classes.muted}>{t('factor.key')}</span>
                <br />
                <span className={classes.key}>{begin.data.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</span>
              </p>
              <TextInput
                label={t('factor.code')}
                description={t('factor.codeHint')}
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={10}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            </div>
          </div>
        </Dialog>
      )}
      {codes && <BackupCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </Section>
  );
}
