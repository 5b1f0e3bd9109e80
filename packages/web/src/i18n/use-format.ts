/** Dates, numbers and localised texts in the reader's language. */
import type { Locale } from '@viva/server/client';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Localised } from '../api/client.ts';

export function useLocale(): Locale {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'zh-CN';
}

export interface Format {
  locale: Locale;
  /** The reader's half of a text in two languages. */
  text: (value: Localised) => string;
  date: (instant: string) => string;
  dateTime: (instant: string) => string;
  time: (instant: string) => string;
  weekday: (instant: string) => string;
  /** A number to `digits` decimals; an em dash for null. Rounds only what is shown. */
  number: (value: number | null, digits?: number) => string;
  percent: (share: number) => string;
  /** A probability: never 0 % or 100 % unless it is. */
  chance: (probability: number) => string;
  list: (items: string[]) => string;
}

export function useFormat(): Format {
  const locale = useLocale();
  return useMemo(() => {
    const date = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric' });
    const dateTime = new Intl.DateTimeFormat(locale, {
      month: 'short',
      day: 'numeric',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric' });
    const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
    const list = new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' });
    return {
      locale,
      text: (value) => value[locale],
      date: (instant) => date.format(new Date(instant)),
      dateTime: (instant) => dateTime.format(new Date(instant)),
      time: (instant) => time.format(new Date(instant)),
      weekday: (instant) => weekday.format(new Date(instant)),
      number: (value, digits = 2) =>
        value === null
          ? '—'
          : new Intl.NumberFormat(locale, {
              minimumFractionDigits: digits,
              maximumFractionDigits: digits,
            }).format(value),
      percent: (share) => percent.format(share),
      chance: (probability) =>
        probability > 0.99 && probability < 1
          ? `> ${percent.format(0.99)}`
          : probability < 0.01 && probability > 0
            ? `< ${percent.format(0.01)}`
            : percent.format(probability),
      list: (items) => list.format(items),
    };
  }, [locale]);
}
