import { Button } from '@mantine/core';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Opening, type Seat } from '../../api/client.ts';
import { openingQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './openings.module.css';
import { SeatDialog } from './seat-dialog.tsx';

export function PanelTab({ opening }: { opening: Opening }) {
  const { t } = useTranslation('openings');
  const me = useMe();
  const [asking, setAsking] = useState<'appoint' | Seat | null>(null);
  const draft = opening.status === 'draft';
  const appoint = draft && leads(me) && (
    <Button leftSection={<UserPlus size={14} aria-hidden />} onClick={() => setAsking('appoint')}>
      {t('panel.appoint')}
    </Button>
  );
  return (
    <Section title={t('panel.title')} lead={t(draft ? 'panel.leadDraft' : 'panel.lead')} actions={appoint}>
      {opening.seats.length === 0 ? (
        <Notice inline title={t('panel.none')} actions={appoint}>
          <p>{t('panel.noneBody')}</p>
        </Notice>
      ) : (
        <ol className={classes.seats}>
          {opening.seats.map((seat) => (
            <SeatCard key={seat.id} seat={seat} opening={opening} onSubstitute={() => setAsking(seat)} />
          ))}
        </ol>
      )}
      {asking && (
        <SeatDialog
          opening={opening}
          seat={asking === 'appoint' ? null : asking}
          onClose={() => setAsking(null)}
        />
      )}
    </Section>
  );
}

interface SeatCardProps {
  seat: Seat;
  opening: Opening;
  onSubstitute: () => void;
}

function SeatCard({ seat, opening, onSubstitute }: SeatCardProps) {
  const { t } = useTranslation(['openings', 'common']);
  const me = useMe();
  const { dateTime } = useFormat();
  const now = seat.history.at(-1);
  const remove = useAction(() => api.removeSeat({ params: { id: opening.id, seatId: seat.id } }), {
    refresh: () => [openingQuery(opening.id).queryKey],
  });
  return (
    <li className={classes.seat}>
      <div className={classes.seatHead}>
        <span className={classes.seatNumber}>{t('panel.seat', { number: seat.ordinal })}</span>
        <span className={classes.seatName}>{seat.holder.name}</span>
        {now && (
          <Badge tone={now.calibration === 'passed' ? 'good' : 'warn'}>{t(`panel.${now.calibration}`)}</Badge>
        )}
        {leads(me) && (
          <span className={classes.seatActions}>
            {opening.status === 'draft' && (
              <Button data-size="compact" loading={remove.isPending} onClick={() => remove.mutate()}>
                {t('panel.remove')}
              </Button>
            )}
            {opening.status === 'open' && (
              <Button data-size="compact" onClick={onSubstitute}>
                {t('panel.substitute')}
              </Button>
            )}
          </span>
        )}
      </div>
      <ol className={classes.seatHistory}>
        {seat.history.map((entry, index) => (
          <li key={`${entry.personId}-${entry.since}`}>
            <time dateTime={entry.since}>{dateTime(entry.since)}</time>{' '}
            {t(index === 0 ? 'panel.appointed' : 'panel.substituted', {
              name: entry.name,
              by: entry.appointedBy,
            })}
            {entry.reason && <blockquote>{t('panel.because', { reason: entry.reason })}</blockquote>}
            {entry.waiverReason && (
              <blockquote>{t('panel.waivedBecause', { reason: entry.waiverReason })}</blockquote>
            )}
          </li>
        ))}
      </ol>
    </li>
  );
}
