import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { leads, useMe } from '../../app/me.tsx';
import classes from './bank.module.css';

/** The parts of the bank. Files go in and out by leads only. */
export function BankTabs() {
  const { t } = useTranslation('bank');
  const me = useMe();
  return (
    <nav aria-label={t('title')} className={classes.tabs}>
      <Link to="/bank" activeOptions={{ exact: true, includeSearch: false }} className={classes.tab}>
        {t('questions')}
      </Link>
      <Link to="/bank/kits" activeOptions={{ exact: true }} className={classes.tab}>
        {t('kits')}
      </Link>
      <Link to="/bank/errata" activeOptions={{ exact: true }} className={classes.tab}>
        {t('errata.tab')}
      </Link>
      {leads(me) && (
        <Link to="/bank/exchange" activeOptions={{ exact: true }} className={classes.tab}>
          {t('exchange.tab')}
        </Link>
      )}
    </nav>
  );
}
