/** The signed-in person and the way out. Leaving with unsent drafts asks first. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { useProblemText } from '../api/problems.ts';
import { meQuery } from '../api/queries.ts';
import { useDraftQueue } from '../drafts/drafts-provider.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.ts';
import classes from './account-line.module.css';
import { useMe } from './me.tsx';

export function AccountLine() {
  const { t } = useTranslation();
  const me = useMe();
  const queue = useDraftQueue();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [asking, setAsking] = useState(false);

  const leave = async (): Promise<void> => {
    try {
      await api.signOut();
    } catch (error) {
      toast.bad(problemText(error));
      return;
    }
    // Navigate first: the layout must not see an empty `me` and send a `next` along.
    await navigate({ to: '/signin' });
    client.clear();
    client.setQueryData(meQuery.queryKey, null);
  };

  return (
    <div className={classes.line}>
      <span className={classes.who}>
        <span className={classes.name}>{me.name}</span>
        <span className={classes.role}>{t(`roles.${me.role}`)}</span>
      </span>
      <button
        type="button"
        className={classes.out}
        aria-label={t('signOut')}
        title={t('signOut')}
        onClick={() => (queue.state().unsaved > 0 ? setAsking(true) : void leave())}
      >
        <LogOut size={16} strokeWidth={1.75} aria-hidden />
      </button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('leaveUnsaved.title')}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('stay')}</Button>
            <Button variant="filled" onClick={() => void leave()}>
              {t('signOut')}
            </Button>
          </>
        }
      >
        <p>{t('leaveUnsaved.body')}</p>
      </Dialog>
    </div>
  );
}
