import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { kitsQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import classes from './bank.module.css';
import { BankTabs } from './bank-tabs.tsx';

/** Kits: questions put together for one kind of position. */
export function KitsPage() {
  const { t } = useTranslation(['bank', 'openings']);
  const { text } = useFormat();
  const { data: kits } = useSuspenseQuery(kitsQuery);
  return (
    <>
      <PageHeader title={t('kits')} lead={<p>{t('kitsLead')}</p>} />
      <BankTabs />
      <ul className={classes.list}>
        {kits.map((kit) => (
          <li key={kit.id} className={classes.item}>
            <h2 className={classes.itemTitle}>
              <Link to="/bank/kits/$kit" params={{ kit: kit.id }}>
                {text(kit.title)}
              </Link>
            </h2>
            <p className={classes.snippet}>{text(kit.summary)}</p>
            <p className={classes.facts}>
              {t('openings:kitFacts', {
                questions: kit.items.length,
                competencies: kit.competencies.length,
                minutes: kit.items.reduce((sum, { minutes }) => sum + minutes, 0),
              })}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
