/** Asking for a correction, and, in two steps, for erasure. */
import { Button, Checkbox, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { CallInput, Routes } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../api/problems.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.ts';
import classes from './privacy.module.css';

type Body = CallInput<Routes['askPrivacy']>['body'];
export type AskPrivacy = (body: Body) => Promise<unknown>;

interface AskFormsProps {
  ask: AskPrivacy;
  onAsked: () => void;
  erasureOpen: boolean;
}

export function AskForms({ ask, onAsked, erasureOpen }: AskFormsProps) {
  const { t } = useTranslation(['privacy', 'common']);
  const problemText = useProblemText();
  const [wrong, setWrong] = useState('');
  const [erasing, setErasing] = useState(false);
  const [sure, setSure] = useState(false);
  const send = useMutation({
    mutationFn: ask,
    onSuccess: () => {
      setWrong('');
      setErasing(false);
      setSure(false);
      toast.good(t('ask.sent'));
      onAsked();
    },
    onError: (error) => toast.bad(problemText(error)),
  });
  return (
    <>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong.trim()) send.mutate({ kind: 'correction', body: wrong.trim() });
        }}
      >
        <Textarea
          label={t('ask.correction')}
          description={t('ask.correctionHint')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={2_000}
          value={wrong}
          onChange={(event) => setWrong(event.currentTarget.value)}
        />
        <div className={classes.buttons}>
          <Button type="submit" disabled={wrong.trim() === ''} loading={send.isPending && !erasing}>
            {t('ask.correctionSend')}
          </Button>
          {!erasureOpen && <Button onClick={() => setErasing(true)}>{t('ask.erasure')}</Button>}
        </div>
      </form>
      <Dialog
        open={erasing}
        onClose={() => setErasing(false)}
        title={t('ask.erasure')}
        onSubmit={() => {
          if (sure) send.mutate({ kind: 'erasure', confirmed: true });
        }}
        actions={
          <>
            <Button onClick={() => setErasing(false)}>{t('common:cancel')}</Button>
            <Button type="submit" variant="seal" disabled={!sure} loading={send.isPending}>
              {t('ask.erasureSend')}
            </Button>
          </>
        }
      >
        <p>{t('ask.erasureBody')}</p>
        <Checkbox
          label={t('ask.erasureSure')}
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      </Dialog>
    </>
  );
}
