/** Asks for a stated reason before something that the record keeps. */
import { Button, Textarea } from '@mantine/core';
import { REASON_MAX, REASON_MIN } from '@viva/server/client';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';

interface ReasonDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and who will see the reason. */
  children?: ReactNode;
  action: string;
  variant?: 'filled' | 'seal';
  busy?: boolean;
  error?: string | null;
  onConfirm: (reason: string) => void;
}

export function ReasonDialog(props: ReasonDialogProps) {
  const { open, onClose, title, children, action, variant = 'filled', busy, error, onConfirm } = props;
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < REASON_MIN;
  const close = () => {
    setReason('');
    setTried(false);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      onSubmit={() => {
        setTried(true);
        if (!short) onConfirm(reason.trim());
      }}
      actions={
        <>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button type="submit" variant={variant} loading={busy ?? false}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      <Textarea
        label={t('reason')}
        description={t('reasonHint', { min: REASON_MIN })}
        required
        autosize
        minRows={3}
        maxRows={8}
        maxLength={REASON_MAX}
        value={reason}
        error={tried && short ? t('reasonShort', { min: REASON_MIN }) : (error ?? null)}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
