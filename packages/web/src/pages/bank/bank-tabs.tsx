import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import classes from './bank.module.css';

/** Questions and kits: the two halves of the bank. */
export function BankTabs() {
  const { t } = useTranslation('bank');
  return (
    <nav aria-label={t('title')} className={classes.tabs}>
      <Link to="/bank" activeOptions={{ exact: true, includeSearch: false }} className={classes.tab}>
        {t('questions')}
      </Link>
      <Link to="/bank/kits" activeOptions={{ exact: true }} className={classes.tab}>
        {t('kits')}
      </Link>
    </nav>
  );
}
