/** Makes an account for the candidate, and shows its link, which the server shows only once. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { api, type Candidate } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { InvitationLink } from '../../ui/invitation-link.tsx';
import { Problem } from '../../ui/problem.tsx';

export function InviteCandidate({ candidate, onClose }: { candidate: Candidate; onClose: () => void }) {
  const { t } = useTranslation(['candidates', 'common']);
  const invite = useAction(() => api.inviteCandidate({ params: { id: candidate.id } }), { quiet: true });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('invite.title', { name: candidate.name })}
      actions={
        invite.data ? (
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
      <Problem error={invite.error} />
      {invite.data ? <InvitationLink invitation={invite.data} /> : <p>{t('invite.body')}</p>}
    </Dialog>
  );
}
