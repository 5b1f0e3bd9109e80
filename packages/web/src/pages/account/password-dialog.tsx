/** Asks for the password once more, before something that changes how one signs in. */
import { Button, PasswordInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import classes from './security.module.css';

interface PasswordDialogProps {
  title: string;
  onClose: () => void;
  busy: boolean;
  error: string | null;
  onConfirm: (password: string) => void;
  /** More to fill in, before the password. */
  children?: ReactNode;
  /** Whether that is filled in. */
  ready?: boolean;
}

export function PasswordDialog(props: PasswordDialogProps) {
  const { title, onClose, busy, error, onConfirm, children, ready = true } = props;
  const { t } = useTranslation(['security', 'common']);
  const [password, setPassword] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      onSubmit={() => {
        if (password && ready) onConfirm(password);
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={busy} disabled={!password || !ready}>
            {t('goOn')}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        <Problem>{error}</Problem>
        {children}
        <PasswordInput
          label={t('askPassword')}
          description={t('askPasswordLead')}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      </div>
    </Dialog>
  );
}
