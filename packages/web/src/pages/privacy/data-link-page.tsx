/** A candidate's data by a one-time link. It is used up by a button, not by opening the page: mail programs open links. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Brand } from '../../ui/brand.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { LocaleSwitch, SchemeSwitch } from '../../ui/preferences.tsx';
import { HeldDataView } from './held-data-view.tsx';
import classes from './privacy.module.css';

const route = getRouteApi('/my-data/$token');

export function DataLinkPage() {
  const { t } = useTranslation('privacy');
  const { token } = route.useParams();
  const { time } = useFormat();
  const problemText = useProblemText();
  const open = useMutation({
    mutationFn: async () => {
      const { access, until } = await api.openDataLink({ params: { token } });
      return { access, until, data: await api.heldDataByLink({ body: { access } }) };
    },
  });
  const again = useMutation({ mutationFn: (access: string) => api.heldDataByLink({ body: { access } }) });
  return (
    <div className={classes.alone}>
      <header>
        <Brand />
        <span className={classes.buttons}>
          <LocaleSwitch name="link-locale" />
          <SchemeSwitch name="link-scheme" />
        </span>
      </header>
      <main id="main">
        <PageHeader title={t('held.title')} lead={<p>{t('held.lead')}</p>} />
        {open.data ? (
          <>
            <p className={classes.meta}>{t('link.until', { when: time(open.data.until) })}</p>
            <HeldDataView
              data={again.data ?? open.data.data}
              pdf={(lang) => api.heldDataPdfByLink({ body: { access: open.data.access, lang } })}
              ask={(body) => api.askPrivacyByLink({ body: { ...body, access: open.data.access } })}
              onAsked={() => again.mutate(open.data.access)}
            />
          </>
        ) : (
          <>
            <p className={classes.prose}>{t('link.body')}</p>
            {open.isError && <p role="alert">{problemText(open.error)}</p>}
            <Button variant="filled" loading={open.isPending} onClick={() => open.mutate()}>
              {t('link.open')}
            </Button>
          </>
        )}
      </main>
    </div>
  );
}
