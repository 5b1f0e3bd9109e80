/** Files of the bank: out in every format, in as a preview; and, for the owner, whether everybody may read it. */
import { Button, NativeSelect } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { bankExportPath } from '@viva/server/client';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { kitsQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat, useLocale } from '../../i18n/use-format.ts';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './bank.module.css';
import { BankTabs } from './bank-tabs.tsx';
import { ImportFile } from './import-file.tsx';
import { questionsQuery, settingsQuery } from './queries.ts';

const FORMATS = ['folder', 'xlsx', 'csv', 'qti', 'markdown', 'anki'] as const;

export function ExchangePage() {
  const { t } = useTranslation('bank');
  const me = useMe();
  if (!leads(me)) return <Notice title={t('exchange.leadsOnly')} />;
  return (
    <>
      <PageHeader title={t('exchange.title')} lead={<p>{t('exchange.lead')}</p>} />
      <BankTabs />
      <Export />
      <Section title={t('exchange.import')} lead={t('exchange.importLead')}>
        <ImportFile />
      </Section>
      {me.role === 'owner' && <PublicPages />}
    </>
  );
}

function Export() {
  const { t } = useTranslation('bank');
  const { text } = useFormat();
  const locale = useLocale();
  const { data: kits } = useSuspenseQuery(kitsQuery);
  const { data: questions } = useSuspenseQuery(questionsQuery({ q: '', area: '', kind: '' }));
  const { scope = '' } = useSearch({ from: '/layout/bank/exchange' });
  const navigate = useNavigate();
  const areas = [...new Set(questions.map(({ area }) => area))];
  const [by = '', name = ''] = scope.split('/');
  const href = (format: string) => {
    const query = new URLSearchParams({ ...(by ? { [by]: name } : {}), lang: locale });
    return `${bankExportPath(format)}?${query}`;
  };
  return (
    <Section title={t('exchange.export')} lead={t('exchange.exportLead')}>
      <NativeSelect
        label={t('exchange.scope')}
        value={scope}
        onChange={(event) =>
          void navigate({
            to: '/bank/exchange',
            search: { scope: event.currentTarget.value || undefined },
            replace: true,
          })
        }
        className={classes.scope ?? ''}
        data={[
          { value: '', label: t('exchange.everything', { total: questions.length }) },
          {
            group: t('kits'),
            items: kits.map((kit) => ({ value: `kit/${kit.id}`, label: text(kit.title) })),
          },
          {
            group: t('exchange.areas'),
            items: areas.map((area) => ({ value: `area/${area}`, label: area })),
          },
        ]}
      />
      <ul className={classes.formats}>
        {FORMATS.map((format) => (
          <li key={format}>
            <a href={href(format)} download className={classes.format}>
              <Download size={15} aria-hidden />
              {t(`exchange.${format}`)}
            </a>
            <p>{t(`exchange.${format}About`)}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Whether the bank can be read at /read without signing in. */
function PublicPages() {
  const { t } = useTranslation('bank');
  const { data: settings } = useSuspenseQuery(settingsQuery);
  const change = useAction((publicBank: boolean) => api.updateSettings({ body: { publicBank } }), {
    refresh: () => [settingsQuery.queryKey],
  });
  return (
    <Section title={t('exchange.public')} lead={t('exchange.publicLead')}>
      <div className={classes.public}>
        <label className={classes.switch}>
          <input
            type="checkbox"
            checked={settings.publicBank}
            disabled={change.isPending}
            onChange={(event) => change.mutate(event.currentTarget.checked)}
          />
          {t('exchange.publicSwitch')}
        </label>
        {settings.publicBank && (
          <Button component="a" href="/read" target="_blank" variant="default">
            {t('exchange.publicOpen')}
          </Button>
        )}
      </div>
    </Section>
  );
}
