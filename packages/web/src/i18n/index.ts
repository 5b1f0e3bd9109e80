/** Languages: which one is on, how it is chosen, and loading only the one in use. */
import type { Locale } from '@viva/server/client';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

const KEY = 'viva-locale';
export const locales = ['zh-CN', 'en'] as const satisfies readonly Locale[];

const load = {
  'zh-CN': () => import('./zh-CN.ts'),
  en: () => import('./en.ts'),
} satisfies Record<Locale, () => Promise<Record<string, object>>>;

function preferred(): Locale {
  const kept = localStorage.getItem(KEY);
  if (kept === 'zh-CN' || kept === 'en') return kept;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en';
}

/** Whether a person has chosen a language in this browser; until then the account's language may decide. */
export const localeChosenHere = (): boolean => localStorage.getItem(KEY) !== null;

async function bring(locale: Locale): Promise<void> {
  if (i18next.hasResourceBundle(locale, 'common')) return;
  for (const [namespace, texts] of Object.entries(await load[locale]()))
    i18next.addResourceBundle(locale, namespace, texts);
}

export async function startI18n(): Promise<void> {
  const locale = preferred();
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    defaultNS: 'common',
    ns: ['common'],
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
    react: { useSuspense: false },
  });
  await bring(locale);
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
}

/** Switches the language; `keep` remembers it in this browser. */
export async function setLocale(locale: Locale, { keep = true } = {}): Promise<void> {
  if (keep) localStorage.setItem(KEY, locale);
  await bring(locale);
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
}
