/** Which duty of which law, what the product does for it, and where to see it. */
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './privacy.module.css';

const LAWS = {
  pipl: ['basis', 'notice', 'automated', 'sensitive', 'access', 'deletion', 'security', 'impact', 'breach'],
  gdpr: [
    'principles',
    'special',
    'notice',
    'access',
    'rectify',
    'erase',
    'portable',
    'automated',
    'design',
    'security',
    'records',
  ],
  aiAct: ['highRisk', 'risk', 'data', 'logs', 'information', 'oversight', 'robust', 'deployer', 'explain'],
  ll144: ['audit', 'figures', 'small', 'publish', 'notice'],
} as const;

export function DutiesPage() {
  const { t } = useTranslation('duties');
  return (
    <>
      <PageHeader title={t('title')} lead={<p>{t('lead')}</p>} />
      <p className={classes.prose}>{t('ai')}</p>
      {(Object.keys(LAWS) as (keyof typeof LAWS)[]).map((law) => (
        <Section key={law} title={t(`${law}.title`)} lead={t(`${law}.lead`)}>
          <table className={`${table.table} ${table.cards}`}>
            <thead>
              <tr>
                <th scope="col">{t('duty')}</th>
                <th scope="col">{t('does')}</th>
                <th scope="col">{t('where')}</th>
              </tr>
            </thead>
            <tbody>
              {LAWS[law].map((duty) => (
                <tr key={duty}>
                  <th scope="row">{t(`${law}.${duty}.duty` as 'pipl.basis.duty')}</th>
                  <td data-label={t('does')}>{t(`${law}.${duty}.does` as 'pipl.basis.does')}</td>
                  <td data-label={t('where')}>{t(`${law}.${duty}.where` as 'pipl.basis.where')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      ))}
      <p className={classes.meta}>{t('disclaimer')}</p>
    </>
  );
}
