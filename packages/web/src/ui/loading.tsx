import { useTranslation } from 'react-i18next';
import classes from './loading.module.css';

/** While a page's data is on its way. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <div className={classes.loading} role="status">
      <span className={classes.bar} aria-hidden />
      <span className="sr-only">{t('loading')}</span>
    </div>
  );
}
