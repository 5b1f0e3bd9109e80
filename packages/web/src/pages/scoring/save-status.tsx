/** Where the drafts are: with the server, on their way, waiting for the network, or in need of a decision. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/queries.ts';
import { useLiveDraftQueue } from '../../drafts/drafts-provider.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './scoring.module.css';

export function SaveStatus({ candidateId, onResolve }: { candidateId: string; onResolve: () => void }) {
  const { t, i18n } = useTranslation(['scoring', 'problems']);
  const { time } = useFormat();
  const queue = useLiveDraftQueue();
  const client = useQueryClient();
  const { unsaved, waiting, trouble: why, conflicts, refused, savedAt } = queue.state(candidateId);

  let calm = t('save.nothing');
  let trouble: string | null = null;
  if (conflicts.length > 0) trouble = t('save.conflict');
  else if (refused) {
    const known = i18n.exists(refused.code, { ns: 'problems' });
    trouble = known ? t(`problems:${refused.code as 'withdrawn'}`) : refused.message;
  } else if (why === 'signed-out') trouble = t('save.signedOut');
  else if (waiting) trouble = t('save.waiting', { count: unsaved });
  else if (unsaved > 0) calm = t('save.saving');
  else if (savedAt) calm = t('save.saved', { when: time(savedAt) });

  return (
    <div className={classes.save} data-trouble={trouble !== null || undefined}>
      <span>
        {/* Only trouble is read out: a voice after every sentence would be no help. */}
        <span role="status">{trouble}</span>
        {trouble === null && calm}
      </span>
      {!queue.storable && <span className={classes.meta}>{t('save.unstorable')}</span>}
      {conflicts.length > 0 && (
        <Button data-size="compact" onClick={onResolve}>
          {t('save.resolve')}
        </Button>
      )}
      {why === 'signed-out' && (
        // Without anybody signed in the layout leads to the sign-in page, and back here.
        <Button data-size="compact" onClick={() => client.setQueryData(meQuery.queryKey, null)}>
          {t('save.signIn')}
        </Button>
      )}
      {conflicts.length === 0 && waiting && why !== 'signed-out' && (
        <Button data-size="compact" onClick={() => queue.hurry()}>
          {t('save.now')}
        </Button>
      )}
    </div>
  );
}
