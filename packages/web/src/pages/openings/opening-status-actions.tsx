/** Opening a draft (which fixes everything) and closing an opening (which needs a reason). */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Opening } from '../../api/client.ts';
import { openingQuery, openingsQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';

export function OpeningStatusActions({ opening }: { opening: Opening }) {
  const { t } = useTranslation(['openings', 'common']);
  const [asking, setAsking] = useState<'open' | 'close' | null>(null);
  const params = { id: opening.id };
  const after = {
    refresh: () => [openingQuery(opening.id).queryKey, openingsQuery.queryKey],
    done: () => setAsking(null),
  };
  const open = useAction(() => api.openOpening({ params }), { ...after, says: t('open.done') });
  const close = useAction((reason: string) => api.closeOpening({ params, body: { reason } }), {
    ...after,
    says: t('close.done'),
  });

  return (
    <>
      {opening.status === 'draft' && (
        <Button variant="filled" onClick={() => setAsking('open')}>
          {t('open.action')}
        </Button>
      )}
      {opening.status === 'open' && <Button onClick={() => setAsking('close')}>{t('close.action')}</Button>}
      <Dialog
        open={asking === 'open'}
        onClose={() => setAsking(null)}
        title={t('open.title')}
        onSubmit={() => open.mutate()}
        actions={
          <>
            <Button onClick={() => setAsking(null)}>{t('common:cancel')}</Button>
            <Button
              type="submit"
              variant="filled"
              loading={open.isPending}
              disabled={opening.seats.length === 0}
            >
              {t('open.action')}
            </Button>
          </>
        }
      >
        <p>{t('open.body', { questions: opening.items.length, seats: opening.seats.length })}</p>
        <p>{t(opening.seats.length === 0 ? 'open.noPanel' : 'open.fixed')}</p>
      </Dialog>
      <ReasonDialog
        open={asking === 'close'}
        onClose={() => setAsking(null)}
        title={t('close.title')}
        action={t('close.action')}
        busy={close.isPending}
        onConfirm={(reason) => close.mutate(reason)}
      >
        <p>{t('close.body')}</p>
      </ReasonDialog>
    </>
  );
}
