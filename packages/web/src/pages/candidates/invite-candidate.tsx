/** Makes an account for the candidate, and shows its link, which the server shows only once. */
import { Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { api, type Candidate } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.ts';
import classes from './candidates.module.css';

export function InviteCandidate({ candidate, onClose }: { candidate: Candidate; onClose: () => void }) {
  const { t } = useTranslation(['candidates', 'common']);
  const { dateTime } = useFormat();
  const problemText = useProblemText();
  const invite = useAction(() => api.inviteCandidate({ params: { id: candidate.id } }), { quiet: true });
  const link = invite.data ? new URL(invite.data.path, location.origin).href : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('invite.title', { name: candidate.name })}
      actions={
        link ? (
          <Button variant="filled" onClick={onClose}>
            {t('invite.finish')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('common:cancel')}</Button>
            <Button variant="filled" loading={invite.isPending} onClick={() => invite.mutate()}>
              {t('invite.make')}
            </Button>
          </>
        )
      }
    >
      {invite.isError && (
        <p className={classes.error} role="alert">
          {problemText(invite.error)}
        </p>
      )}
      {link && invite.data ? (
        <>
          <p>{t('invite.once', { when: dateTime(invite.data.expiresAt) })}</p>
          <div className={classes.link}>
            <TextInput
              label={t('invite.link')}
              value={link}
              readOnly
              onFocus={(event) => event.currentTarget.select()}
            />
            <Button
              onClick={() =>
                void navigator.clipboard
                  .writeText(link)
                  .then(() => toast.good(t('invite.copied')))
                  .catch(() => undefined)
              }
            >
              {t('invite.copy')}
            </Button>
          </div>
        </>
      ) : (
        <p>{t('invite.body')}</p>
      )}
    </Dialog>
  );
}
