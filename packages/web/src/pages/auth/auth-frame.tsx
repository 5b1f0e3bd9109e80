/** The pages before signing in: a form beside what Viva stands for. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Brand } from '../../ui/brand.tsx';
import { useTitle } from '../../ui/page-header.tsx';
import { LocaleSwitch, SchemeSwitch } from '../../ui/preferences.tsx';
import classes from './auth-frame.module.css';

export function AuthFrame({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation('auth');
  useTitle(title);
  return (
    <div className={classes.frame}>
      <header className={classes.side}>
        <Brand />
        <div className={classes.creed}>
          <p className={classes.motto}>{t('motto')}</p>
          <p className={classes.creedTitle}>{t('principles.title')}</p>
          <ol className={classes.rules}>
            <li>{t('principles.anchored')}</li>
            <li>{t('principles.sealed')}</li>
            <li>{t('principles.itemised')}</li>
          </ol>
        </div>
        <div className={classes.switches}>
          <LocaleSwitch name="auth-locale" />
          <SchemeSwitch name="auth-scheme" />
        </div>
      </header>
      <main className={classes.main}>
        <div className={classes.card}>
          <h1>{title}</h1>
          {lead && <div className={classes.lead}>{lead}</div>}
          {children}
        </div>
      </main>
    </div>
  );
}
