/** From a question to writing it: opens the proposal that there is, or begins one. */
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ApiError } from '@viva/server/client';
import { PencilLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, type ProposalSummary } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { toast } from '../../ui/toast.ts';

/** Whoever is at work on a question is shown the way to their draft; others find out who is. */
async function openOrStart(question: string): Promise<{ id: string; busy: string | null }> {
  try {
    return { id: (await api.startProposal({ body: { question } })).id, busy: null };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'being-edited') throw error;
    const live = error.problem.current as ProposalSummary;
    return { id: live.id, busy: live.author.name };
  }
}

export function EditLink({ question, label }: { question: string; label?: string }) {
  const { t } = useTranslation('authoring');
  const navigate = useNavigate();
  const start = useAction(() => openOrStart(question), {
    refresh: () => [['proposals'], ['authoring']],
    done: ({ id, busy }) => {
      if (busy) toast.good(t('atWork', { name: busy }));
      void navigate({ to: '/authoring/proposals/$proposalId', params: { proposalId: id } });
    },
  });
  return (
    <Button
      leftSection={<PencilLine size={14} aria-hidden />}
      loading={start.isPending}
      onClick={() => start.mutate()}
    >
      {label ?? t('edit')}
    </Button>
  );
}
