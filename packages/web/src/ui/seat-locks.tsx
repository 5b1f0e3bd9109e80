import { useTranslation } from 'react-i18next';
import type { SeatLock } from '../api/client.ts';
import { Seal } from './seal.tsx';
import classes from './seat-locks.module.css';

/** Who of the panel has sealed, and nothing more: the same marks wherever a candidate shows. */
export function SeatLocks({ locks, names = false }: { locks: SeatLock[]; names?: boolean }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.locks} data-names={names || undefined} aria-label={t('panelSeals')}>
      {locks.map(({ seatId, name, locked }) => {
        const label = t(locked ? 'sealedBy' : 'notSealedBy', { name });
        return (
          <li key={seatId} className={classes.lock} title={label}>
            <Seal stamped={locked} {...(names ? {} : { label })} />
            {names && (
              <>
                <span>{name}</span>
                <span className="sr-only">{t(locked ? 'sealed' : 'notSealed')}</span>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}
