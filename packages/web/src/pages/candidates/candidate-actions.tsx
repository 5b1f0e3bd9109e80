/** What a lead can do with a candidate: correct, invite, close the panel, withdraw. */
import { Button, Menu } from '@mantine/core';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Candidate, type Opening } from '../../api/client.ts';
import { candidateQuery, openingQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { SeatLocks } from '../../ui/seat-locks.tsx';
import { EditCandidate } from './edit-candidate.tsx';
import { InviteCandidate } from './invite-candidate.tsx';
import { DataLinkDialog, EraseDialog, HoldDialog } from './privacy-actions.tsx';

type Asking = 'edit' | 'invite' | 'close' | 'withdraw' | 'data-link' | 'hold' | 'erase' | null;

export function CandidateActions({ candidate, opening }: { candidate: Candidate; opening: Opening }) {
  const { t } = useTranslation(['candidates', 'privacy']);
  const [asking, setAsking] = useState<Asking>(null);
  const params = { id: candidate.id };
  const after = {
    refresh: () => [candidateQuery(candidate.id).queryKey, openingQuery(opening.id).queryKey],
    done: () => setAsking(null),
  };
  const closePanel = useAction((reason: string) => api.closePanel({ params, body: { reason } }), after);
  const withdraw = useAction((reason: string) => api.withdrawCandidate({ params, body: { reason } }), {
    ...after,
    says: t('withdraw.done'),
  });
  const active = candidate.status === 'active';
  const canClose = opening.status === 'open' && !candidate.revealed && active;

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button rightSection={<ChevronDown size={14} aria-hidden />}>{t('actions')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsking('edit')}>{t('edit.action')}</Menu.Item>
          {active && <Menu.Item onClick={() => setAsking('invite')}>{t('invite.action')}</Menu.Item>}
          {canClose && <Menu.Item onClick={() => setAsking('close')}>{t('closePanel.action')}</Menu.Item>}
          {active && <Menu.Item onClick={() => setAsking('withdraw')}>{t('withdraw.action')}</Menu.Item>}
          <Menu.Item onClick={() => setAsking('data-link')}>{t('privacy:link.action')}</Menu.Item>
          <Menu.Item onClick={() => setAsking('hold')}>{t('privacy:hold.action')}</Menu.Item>
          <Menu.Item onClick={() => setAsking('erase')}>{t('privacy:erase.action')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === 'edit' && <EditCandidate candidate={candidate} onClose={() => setAsking(null)} />}
      {asking === 'data-link' && <DataLinkDialog candidate={candidate} onClose={() => setAsking(null)} />}
      {asking === 'hold' && <HoldDialog candidate={candidate} onClose={() => setAsking(null)} />}
      {asking === 'erase' && <EraseDialog candidate={candidate} onClose={() => setAsking(null)} />}
      {asking === 'invite' && <InviteCandidate candidate={candidate} onClose={() => setAsking(null)} />}
      <ReasonDialog
        open={asking === 'close'}
        onClose={() => setAsking(null)}
        title={t('closePanel.title', { name: candidate.name })}
        action={t('closePanel.action')}
        variant="seal"
        busy={closePanel.isPending}
        onConfirm={(reason) => closePanel.mutate(reason)}
      >
        <p>{t('closePanel.body')}</p>
        <SeatLocks locks={candidate.locks} names />
      </ReasonDialog>
      <ReasonDialog
        open={asking === 'withdraw'}
        onClose={() => setAsking(null)}
        title={t('withdraw.title', { name: candidate.name })}
        action={t('withdraw.action')}
        busy={withdraw.isPending}
        onConfirm={(reason) => withdraw.mutate(reason)}
      >
        <p>{t('withdraw.body')}</p>
      </ReasonDialog>
    </>
  );
}
