/** Language and light: small radio groups, the same on every page. */
import { useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { Locale } from '@viva/server/client';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { meQuery } from '../api/queries.ts';
import { setLocale } from '../i18n/index.ts';
import { useLocale } from '../i18n/use-format.ts';
import { Segmented } from './segmented.tsx';

export function LocaleSwitch({ name }: { name: string }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const client = useQueryClient();
  const choose = (next: Locale): void => {
    void setLocale(next);
    // The account follows, so that the choice holds on other machines. Not worth an error if it fails.
    const me = client.getQueryData(meQuery.queryKey);
    if (me)
      api
        .updateMe({ body: { locale: next } })
        .then((person) => client.setQueryData(meQuery.queryKey, person))
        .catch(() => undefined);
  };
  return (
    <Segmented
      name={name}
      label={t('language')}
      value={locale}
      onChange={choose}
      options={[
        { value: 'zh-CN', label: '中文', lang: 'zh-CN' },
        { value: 'en', label: 'EN', title: 'English', lang: 'en' },
      ]}
    />
  );
}

export function SchemeSwitch({ name }: { name: string }) {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <Segmented
      name={name}
      label={t('appearance')}
      value={colorScheme}
      onChange={setColorScheme}
      options={[
        { value: 'light', label: <Sun size={14} aria-hidden />, title: t('light') },
        { value: 'dark', label: <Moon size={14} aria-hidden />, title: t('dark') },
        { value: 'auto', label: <Monitor size={14} aria-hidden />, title: t('followSystem') },
      ]}
    />
  );
}
