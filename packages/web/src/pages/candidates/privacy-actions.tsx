/** A lead's privacy actions on one candidate: the one-time link, the legal hold, erasure with the name typed once more. */
import { Button, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { REASON_MIN } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Candidate } from '../../api/client.ts';
import { candidateQuery, holdQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';

interface DialogProps {
  candidate: Candidate;
  onClose: () => void;
}

export function DataLinkDialog({ candidate, onClose }: DialogProps) {
  const { t } = useTranslation(['privacy', 'common']);
  const { dateTime } = useFormat();
  const issue = useAction(() => api.issueDataLink({ params: { id: candidate.id } }), { quiet: true });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('link.title', { name: candidate.name })}
      actions={
        issue.data ? (
          <Button variant="filled" onClick={onClose}>
            {t('common:close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('common:cancel')}</Button>
            <Button variant="filled" loading={issue.isPending} onClick={() => issue.mutate()}>
              {t('link.make')}
            </Button>
          </>
        )
      }
    >
      <Problem error={issue.error} />
      {issue.data ? (
        <TextInput
          label={t('link.url')}
          description={t('link.expires', { when: dateTime(issue.data.expiresAt) })}
          readOnly
          value={new URL(issue.data.path, location.origin).href}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : (
        <p>{t('link.what')}</p>
      )}
    </Dialog>
  );
}

export function HoldDialog({ candidate, onClose }: DialogProps) {
  const { t } = useTranslation(['privacy', 'common']);
  const query = holdQuery(candidate.id);
  const { data: hold } = useQuery(query);
  const after = { refresh: () => [query.queryKey], done: onClose };
  const params = { id: candidate.id };
  const set = useAction((reason: string) => api.setLegalHold({ params, body: { reason } }), after);
  const lift = useAction(() => api.liftLegalHold({ params }), after);
  if (hold?.held)
    return (
      <Dialog
        open
        onClose={onClose}
        title={t('hold.title', { name: candidate.name })}
        actions={
          <>
            <Button onClick={onClose}>{t('common:cancel')}</Button>
            <Button loading={lift.isPending} onClick={() => lift.mutate()}>
              {t('hold.lift')}
            </Button>
          </>
        }
      >
        <p>{t('hold.is', { reason: hold.reason ?? '' })}</p>
      </Dialog>
    );
  return (
    <ReasonDialog
      open={hold !== undefined}
      onClose={onClose}
      title={t('hold.title', { name: candidate.name })}
      action={t('hold.set')}
      busy={set.isPending}
      onConfirm={(reason) => set.mutate(reason)}
    >
      <p>{t('hold.body')}</p>
    </ReasonDialog>
  );
}

export function EraseDialog({ candidate, onClose }: DialogProps) {
  const { t } = useTranslation(['privacy', 'common']);
  const [confirm, setConfirm] = useState('');
  const [reason, setReason] = useState('');
  const erase = useAction(
    () => api.eraseCandidate({ params: { id: candidate.id }, body: { confirm, reason: reason.trim() } }),
    {
      refresh: () => [candidateQuery(candidate.id).queryKey],
      done: onClose,
      says: t('erase.done'),
      quiet: true,
    },
  );
  const ready = confirm.trim() === candidate.name && reason.trim().length >= REASON_MIN;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('erase.title', { name: candidate.name })}
      onSubmit={() => {
        if (ready) erase.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="seal" disabled={!ready} loading={erase.isPending}>
            {t('erase.action')}
          </Button>
        </>
      }
    >
      <p>{t('erase.body')}</p>
      <Problem error={erase.error} />
      <TextInput
        label={t('erase.confirm', { name: candidate.name })}
        value={confirm}
        autoComplete="off"
        onChange={(event) => setConfirm(event.currentTarget.value)}
      />
      <Textarea
        label={t('common:reason')}
        description={t('common:reasonHint', { min: REASON_MIN })}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
