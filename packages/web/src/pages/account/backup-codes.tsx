/** Backup codes, shown once. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.ts';
import classes from './security.module.css';

export function BackupCodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation('security');
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('factor.backupTitle')}
      actions={
        <>
          <Button
            onClick={() =>
              void navigator.clipboard.writeText(codes.join('\n')).then(() => toast.good(t('factor.copied')))
            }
          >
            {t('factor.copy')}
          </Button>
          <Button variant="filled" onClick={onClose}>
            {t('factor.kept')}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        <p>{t('factor.backupLead')}</p>
        <ul className={classes.codes}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
