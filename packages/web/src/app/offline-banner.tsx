/** Says that the browser has no network, and that nothing typed is lost. */
import { useNetwork } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import classes from './offline-banner.module.css';

export function OfflineBanner() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  return <div role="status">{online ? null : <p className={classes.banner}>{t('offline')}</p>}</div>;
}
