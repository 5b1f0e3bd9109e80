import { useTranslation } from 'react-i18next';
import type { Seat } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import classes from './decision.module.css';

/** Who sat, since when, and every substitution and waiver with its reason. */
export function PanelChanges({ seats }: { seats: Seat[] }) {
  const { t } = useTranslation(['decision', 'openings']);
  const { dateTime } = useFormat();
  return (
    <ol className={classes.seats}>
      {seats.map((seat) => (
        <li key={seat.id}>
          <span className={classes.seatNumber}>{t('openings:panel.seat', { number: seat.ordinal })}</span>
          <ol>
            {seat.history.map((entry, index) => (
              <li key={`${entry.personId}-${entry.since}`} className={classes.holder}>
                <span className={classes.holderName}>{entry.name}</span>
                {index > 0 && <Badge tone="warn">{t('panel.substitution')}</Badge>}
                {entry.calibration === 'waived' && <Badge tone="warn">{t('openings:panel.waived')}</Badge>}
                <span className={classes.meta}>{t('panel.since', { when: dateTime(entry.since) })}</span>
                {entry.reason && <span className={classes.reason}>{entry.reason}</span>}
                {entry.waiverReason && (
                  <span className={classes.reason}>
                    {t('openings:panel.waivedBecause', { reason: entry.waiverReason })}
                  </span>
                )}
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}
