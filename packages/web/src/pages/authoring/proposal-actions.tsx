/** What a person may do with a proposal as it stands: propose, take back, decide, withdraw. */
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Proposal } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { proposalTarget, useAuthoringQueue } from '../../drafts/authoring-drafts.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import classes from './authoring.module.css';
import { afterStep } from './queries.ts';

type Open = 'propose' | 'changes' | 'publish' | 'withdraw' | null;
const SUMMARY_MIN = 10;

interface ProposalActionsProps {
  proposal: Proposal;
  /** Errors that the checks find in what is being written; a proposal needs none. */
  errors: number;
}

export function ProposalActions({ proposal, errors }: ProposalActionsProps) {
  const { t } = useTranslation('authoring');
  const [open, setOpen] = useState<Open>(null);
  const { id, question, may } = proposal;
  const refresh = () => afterStep(id, question);
  const close = () => setOpen(null);
  const recall = useAction(() => api.recallProposal({ params: { id } }), {
    refresh,
    says: t('done.recalled'),
  });
  const rebase = useAction(() => api.rebaseProposal({ params: { id } }), {
    refresh,
    says: t('done.rebased'),
  });
  const changes = useAction((body: string) => api.requestChanges({ params: { id }, body: { body } }), {
    refresh,
    done: close,
    says: t('done.changes'),
  });
  const publish = useAction(
    (body: string) =>
      api.publishProposal({ params: { id }, body: { hash: proposal.proposedHash ?? '', body } }),
    { refresh, done: close, says: t('done.published'), quiet: true },
  );
  const withdraw = useAction((reason: string) => api.withdrawProposal({ params: { id }, body: { reason } }), {
    refresh,
    done: close,
    says: t('done.withdrawn'),
  });
  return (
    <>
      {may.includes('rebase') && (
        <Button loading={rebase.isPending} onClick={() => rebase.mutate()}>
          {t('act.rebase')}
        </Button>
      )}
      {may.includes('withdraw') && <Button onClick={() => setOpen('withdraw')}>{t('act.withdraw')}</Button>}
      {may.includes('recall') && (
        <Button loading={recall.isPending} onClick={() => recall.mutate()}>
          {t('act.recall')}
        </Button>
      )}
      {may.includes('propose') && (
        <Button
          variant="filled"
          disabled={errors > 0 || proposal.baseMoved}
          onClick={() => setOpen('propose')}
        >
          {t('act.propose')}
        </Button>
      )}
      {may.includes('review') && (
        <>
          <Button onClick={() => setOpen('changes')}>{t('act.changes')}</Button>
          <Button variant="filled" disabled={proposal.baseMoved} onClick={() => setOpen('publish')}>
            {t('act.publish')}
          </Button>
        </>
      )}
      {open === 'propose' && <ProposeDialog proposal={proposal} onClose={close} />}
      <ReasonDialog
        open={open === 'changes'}
        onClose={close}
        title={t('changes.title')}
        action={t('act.changes')}
        busy={changes.isPending}
        onConfirm={(reason) => changes.mutate(reason)}
      >
        <p>{t('changes.body', { name: proposal.author.name })}</p>
      </ReasonDialog>
      <ReasonDialog
        open={open === 'withdraw'}
        onClose={close}
        title={t('withdraw.title')}
        action={t('act.withdraw')}
        variant="seal"
        busy={withdraw.isPending}
        onConfirm={(reason) => withdraw.mutate(reason)}
      >
        <p>{t('withdraw.body')}</p>
      </ReasonDialog>
      {open === 'publish' && (
        <PublishDialog
          proposal={proposal}
          busy={publish.isPending}
          error={publish.error}
          onClose={close}
          onConfirm={(body) => publish.mutate(body)}
        />
      )}
    </>
  );
}

/** First everything typed goes to the server; then that very revision is proposed. */
function ProposeDialog({ proposal, onClose }: { proposal: Proposal; onClose: () => void }) {
  const { t } = useTranslation(['authoring', 'common']);
  const problemText = useProblemText();
  const queue = useAuthoringQueue();
  const [summary, setSummary] = useState(proposal.summary);
  const [tried, setTried] = useState(false);
  const short = summary.trim().length < SUMMARY_MIN;
  const { id, question } = proposal;
  const propose = useAction(
    async () => {
      if (!(await queue.settle(id))) throw new NotSavedError();
      const revision = queue.get(proposalTarget(id))?.base ?? proposal.revision;
      return api.propose({ params: { id }, body: { summary: summary.trim(), revision } });
    },
    { refresh: () => afterStep(id, question), done: onClose, says: t('done.proposed'), quiet: true },
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('propose.title')}
      onSubmit={() => {
        setTried(true);
        if (!short) propose.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={propose.isPending}>
            {t('act.propose')}
          </Button>
        </>
      }
    >
      <p>{t('propose.body')}</p>
      <Textarea
        label={t('propose.summary')}
        description={t('propose.summaryHint')}
        required
        autosize
        minRows={3}
        maxRows={8}
        maxLength={2000}
        value={summary}
        error={
          tried && short
            ? t('common:reasonShort', { min: SUMMARY_MIN })
            : propose.error
              ? propose.error instanceof NotSavedError
                ? t('propose.notSaved')
                : problemText(propose.error)
              : null
        }
        onChange={(event) => setSummary(event.currentTarget.value)}
      />
    </Dialog>
  );
}

/** What was typed could not be brought to the server. */
class NotSavedError extends Error {
  override readonly name = 'NotSavedError';
  readonly code = 'not-saved';
}

interface PublishDialogProps {
  proposal: Proposal;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: (body: string) => void;
}

function PublishDialog({ proposal, busy, error, onClose, onConfirm }: PublishDialogProps) {
  const { t } = useTranslation(['authoring', 'common']);
  const problemText = useProblemText();
  const [body, setBody] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('publish.title')}
      onSubmit={() => onConfirm(body.trim())}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={busy}>
            {t('act.publish')}
          </Button>
        </>
      }
    >
      <p>{t('publish.body')}</p>
      <p className={classes.hash}>{proposal.proposedHash}</p>
      <Textarea
        label={t('publish.note')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={1000}
        value={body}
        error={error ? problemText(error) : null}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
    </Dialog>
  );
}
